"""Standard input, output and error, which may be closed, full, broken, or in another encoding.

A failure to write to standard error never changes how a command ends. Each command and each help text imports
this module, so it imports json, logging and pathlib only where they are used.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

import click

from validator.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

_STANDARD = (0, 1, 2)

PROGRESS_META = "validator.progress"
"""The key in click's context for the value of `--progress`."""


class _Unfailing:
    """Standard error that raises no errors: text that cannot be written is lost."""

    def __init__(self, stream: TextIO) -> None:
        self.unguarded = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unguarded, name)

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            self.unguarded.write(text)
            self.unguarded.flush()
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self.unguarded.flush()


def prepare_streams() -> None:
    """Make standard output and error writable in any state.

    A closed descriptor would be reused for the next file that is opened, and libraries would print into it.
    """
    _fill_closed()
    if sys.stdout is None:
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    if not isinstance(sys.stderr, _Unfailing):
        sys.stderr = cast("TextIO", _Unfailing(sys.stderr))


def _fill_closed() -> None:
    for descriptor in _STANDARD:
        try:
            os.fstat(descriptor)
        except OSError:
            # Opened for reading, so that writing to it by another name (`/dev/stdout`) is an error.
            os.dup2(os.open(os.devnull, os.O_RDONLY), descriptor)


def _nowhere() -> TextIO:
    """Return a stream that loses what is written to it."""
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - see above; for the whole process


@contextmanager
def translated_io() -> Iterator[None]:
    """Raise an `OSError` that no other code has translated as `FileError`.

    It most likely comes from standard output: a full disk behind `>`, or a reader such as `| head` that has
    ended. In the second case the command ends without a message, with the exit code of SIGPIPE.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        abandon_stdout()
        raise SystemExit(128 + signal.SIGPIPE) from None
    except OSError as error:
        abandon_stdout()
        raise FileError(
            f"{error.filename or 'standard output'} cannot be written or read ({error.strerror}); "
            "no recorded answer is lost"
        ) from error


def require_stdout() -> None:
    """Raise `FileError` if standard output was closed when the command began, since output would be lost."""
    if getattr(sys.stdout, "name", "") == os.devnull:
        raise FileError(
            "standard output is closed; redirect it (> FILE), or name a file if there is --output"
        )


def abandon_stdout() -> None:
    """Redirect standard output to nowhere: Python flushes it at exit, and would print the error again."""
    with suppress(OSError), _nowhere() as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def is_json_wanted() -> bool:
    """Whether each line on standard error has to be JSON."""
    import logging  # noqa: PLC0415 - see above

    return any(getattr(handler.formatter, "is_json", False) for handler in logging.getLogger().handlers)


def say(message: str) -> None:
    """Print a line on standard error, also with `--quiet`."""
    import logging  # noqa: PLC0415 - see above

    if is_json_wanted():
        logging.getLogger("validator").error("%s", message)
    else:
        click.echo(f"validator: {message}", file=sys.stderr)


def end_stdout(facts: dict[str, object]) -> None:
    """End standard output with a line of JSON. A failure is printed, and does not change the exit code."""
    try:
        click.echo(as_line(facts))
        sys.stdout.flush()
    except OSError as error:
        abandon_stdout()
        say(f"the line of JSON could not be written to standard output ({error.strerror})")


def as_line(value: object) -> str:
    """Return a value as a line of JSON; in ASCII if the encoding of standard output is not UTF-8."""
    import json  # noqa: PLC0415 - see above

    is_unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"
    return json.dumps(value, ensure_ascii=not is_unicode)
