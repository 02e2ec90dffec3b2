"""Standard input, output and error, which may be closed, full, broken, or in another encoding.

A failure to write to standard error never changes how a command ends.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from validator.errors import FileError

if TYPE_CHECKING:
    from typing import TextIO

log = logging.getLogger("validator")

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
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for the whole process
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as above
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


def require_stdout() -> None:
    """Raise `FileError` if standard output was closed when the command began, since output would be lost."""
    if getattr(sys.stdout, "name", "") == os.devnull:
        raise FileError(
            "standard output is closed; redirect it (> FILE), or name a file if there is --output"
        )


def abandon_stdout() -> None:
    """Redirect standard output to nowhere: Python flushes it at exit, and would print the error again."""
    with suppress(OSError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def is_json_wanted() -> bool:
    """Whether each line on standard error has to be JSON."""
    return any(getattr(handler.formatter, "is_json", False) for handler in logging.getLogger().handlers)


def say(message: str) -> None:
    """Print a line on standard error, also with `--quiet`."""
    if is_json_wanted():
        log.error("%s", message)
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
    is_unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"
    return json.dumps(value, ensure_ascii=not is_unicode)
