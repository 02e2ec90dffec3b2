"""Copies lists that are not local files to temporary files, for as long as a command runs.

A list is read more than once. Standard input cannot be, and to fetch an object twice would be slow. Messages
show the names of the lists, not those of their copies.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from validator.batch.stage import Stage
from validator.cli.process.display_names import names_of_copies
from validator.cli.process.show import make_progress
from validator.cli.process.signals import run_interruptible
from validator.errors import FileError, UsageError
from validator.reports.wording import printable
from validator.tables import fetch, matching, new_private, reading, temporary_folder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from validator.model import ObjectUrl

_STDIN_FILE, _STDIN_NAME = "standard-input", "standard input"
_PIECE_BYTES = 1 << 20


def objects_of(url: ObjectUrl) -> tuple[ObjectUrl, ...]:
    """Return the objects that a URL names: one, or all that match its pattern.

    Raises:
        FileError: there are none, or the store cannot be reached.
    """
    return run_interruptible(partial(matching, url))


def copy_of_object(url: ObjectUrl, *, quiet: bool) -> Path:
    """Fetch an object into a temporary file, show the progress, and return the file.

    Raises:
        FileError: the object cannot be fetched, or the file cannot be written.
    """
    with _showing(f"fetching {printable(url.parts[1])}", quiet=quiet) as on_progress:
        return _named(run_interruptible(partial(_fetch(url), url, _folder(), on_progress)), str(url))


def _fetch(url: ObjectUrl) -> Callable[..., Awaitable[Path]]:
    if not url.is_web:
        return fetch
    # Imported here, since it loads the HTTP client, which local lists do not need.
    from validator.http.download import download  # noqa: PLC0415

    return download


def copy_of_stdin(*, quiet: bool) -> Path:
    """Copy standard input to a temporary file, show the progress, and return the file.

    Raises:
        FileError: the file cannot be written.
        UsageError: standard input is closed.
    """
    if sys.stdin is None:
        raise UsageError("standard input is closed; name a file, or redirect one (< list.csv)")
    return _copied(sys.stdin.buffer, _STDIN_FILE, _STDIN_NAME, quiet=quiet)


def copy_of_pipe(pipe: Path, *, quiet: bool) -> Path:
    """Copy a named pipe, or another file that can be read only once, and return the temporary file.

    Raises:
        FileError: the pipe cannot be read, or the file cannot be written.
    """
    with reading(pipe), pipe.open("rb") as source:
        return _copied(source, pipe.name, str(pipe), quiet=quiet)


def _copied(source: BinaryIO, file_name: str, name: str, *, quiet: bool) -> Path:
    path = _folder() / file_name
    try:
        with new_private(path) as file, _showing(f"reading {printable(name)}", quiet=quiet) as on_progress:
            while piece := source.read(_PIECE_BYTES):
                file.write(piece)
                on_progress(file.tell())
    except OSError as error:
        raise FileError(
            f"{name} cannot be kept in {path.parent} ({error.strerror}); set TMPDIR to another folder."
        ) from error
    return _named(path, name)


def _named(path: Path, name: str) -> Path:
    names_of_copies()[path] = name
    return path


@contextmanager
def _showing(phase: str, *, quiet: bool) -> Iterator[Callable[..., None]]:
    with make_progress(quiet=quiet) as progress:
        yield Stage(progress, phase, in_bytes=True).show


def _folder() -> Path:
    """Return a folder that only this user can read, and that is deleted when the command ends."""
    try:
        return click.get_current_context().with_resource(temporary_folder())
    except OSError as error:
        raise FileError(
            f"{error.filename} cannot be created ({error.strerror}); set TMPDIR to another folder."
        ) from error
