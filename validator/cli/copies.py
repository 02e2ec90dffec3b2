"""Copies: lists that are no files, kept in temporary ones while a command runs, under their own names.

A list is read more than once, which neither standard input nor an object far away is good for.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from validator.batch.stage import Stage
from validator.cli.display_names import names_of_copies
from validator.cli.show import make_progress
from validator.cli.signals import run_interruptible
from validator.errors import FileError
from validator.reports.wording import printable
from validator.tables import fetch, matching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from validator.model import ObjectUrl

_STDIN_FILE, _STDIN_NAME = "standard-input", "standard input"
_PIECE_BYTES = 1 << 20


def objects_of(url: ObjectUrl) -> tuple[ObjectUrl, ...]:
    """Return the objects that a URL names: one, or those that the pattern in it matches.

    Raises:
        FileError: there are none, or the store cannot be reached.
    """
    return run_interruptible(partial(matching, url))


def copy_of_object(url: ObjectUrl, *, quiet: bool) -> Path:
    """Fetch an object, showing how far that is, and return the file.

    Raises:
        FileError: it cannot be fetched, or not be kept.
    """
    with _showing(f"fetching {printable(url.parts[1])}", quiet=quiet) as on_progress:
        return _named(run_interruptible(partial(fetch, url, _folder(), on_progress)), str(url))


def copy_of_stdin(*, quiet: bool) -> Path:
    """Read standard input to its end, showing how far that is, and return the file.

    Raises:
        FileError: it cannot be kept.
    """
    path = _folder() / _STDIN_FILE
    try:
        with (
            path.open("xb") as file,
            _showing(f"reading {_STDIN_NAME}", quiet=quiet) as on_progress,
        ):
            while piece := sys.stdin.buffer.read(_PIECE_BYTES):
                file.write(piece)
                on_progress(file.tell())
    except OSError as error:
        raise FileError(
            f"{_STDIN_NAME} cannot be kept in {path.parent} ({error.strerror}); set TMPDIR to another folder."
        ) from error
    return _named(path, _STDIN_NAME)


def _named(path: Path, name: str) -> Path:
    names_of_copies()[path] = name
    return path


@contextmanager
def _showing(phase: str, *, quiet: bool) -> Iterator[Callable[..., None]]:
    with make_progress(quiet=quiet) as progress:
        yield Stage(progress, phase, in_bytes=True).show


def _folder() -> Path:
    """Return a folder that only this user can look into, and that is gone when the command ends."""
    try:
        folder = TemporaryDirectory(prefix="validator-")
    except OSError as error:
        raise FileError(
            f"{error.filename} cannot be created ({error.strerror}); set TMPDIR to another folder."
        ) from error
    return Path(click.get_current_context().with_resource(folder))
