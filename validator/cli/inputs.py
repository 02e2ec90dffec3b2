"""What INPUT may be: a file, several, a pattern that the shell did not expand, a URL, or standard input."""

from __future__ import annotations

import glob
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from validator.errors import FileError, UsageError
from validator.model import ObjectUrl
from validator.tables import fetch

if TYPE_CHECKING:
    from collections.abc import Sequence

STDIO = "-"
_STDIN_NAME = "standard-input"


@dataclass(frozen=True, slots=True)
class Found:
    """A list to read.

    Attributes:
        path: where it lies.
        beside: the folder that its output goes to, unless another is named.
    """

    path: Path
    beside: Path


def found_inputs(given: Sequence[Path | ObjectUrl]) -> tuple[Found, ...]:
    """Return the files that INPUT names, each once, those of a pattern in the order of their names.

    Standard input and objects are copied into temporary files, since a list is read more than once; they are
    gone when the command ends. The output of an object goes to the current folder.

    Raises:
        FileError: nothing matches a pattern, an object cannot be fetched, or a temporary file not be written.
        UsageError: standard input is named beside files.
    """
    if Path(STDIO) not in given:
        return tuple(dict.fromkeys(found for name in dict.fromkeys(given) for found in _found(name)))
    if len(given) > 1:
        raise UsageError("standard input (-) cannot be read beside files; name the files alone")
    return (Found(_spooled_stdin(), Path()),)


def local_file(given: Path | ObjectUrl) -> Path:
    """Return the file, or the temporary one that the object was copied into.

    Raises:
        FileError: it cannot be.
    """
    return fetch(given, _temporary_folder()) if isinstance(given, ObjectUrl) else given


def _found(given: Path | ObjectUrl) -> list[Found]:
    if isinstance(given, ObjectUrl):
        return [Found(local_file(given), Path())]
    return [Found(path, path.parent) for path in _matching(given)]


def _matching(name: Path) -> list[Path]:
    if name.exists() or not glob.has_magic(str(name)):
        return [name]
    if found := sorted(glob.glob(str(name), recursive=True)):  # noqa: PTH207 - also of absolute patterns
        return [Path(path) for path in found]
    raise FileError(f"nothing matches {name}; check the pattern and the folder.")


def _spooled_stdin() -> Path:
    path = Path(_temporary_folder(), _STDIN_NAME)
    try:
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
    except OSError as error:
        raise FileError(
            f"standard input cannot be kept in {path.parent} ({error.strerror}); set TMPDIR to another one."
        ) from error
    return path


def _temporary_folder() -> Path:
    """Return a folder that only this user can look into, and that is gone when the command ends."""
    try:
        folder = TemporaryDirectory(prefix="validator-")
    except OSError as error:
        raise FileError(
            f"{error.filename} cannot be created ({error.strerror}); set TMPDIR to another folder."
        ) from error
    return Path(click.get_current_context().with_resource(folder))
