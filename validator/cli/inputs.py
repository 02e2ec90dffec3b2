"""What INPUT may be: a file, several, a pattern that the shell did not expand, or standard input."""

from __future__ import annotations

import glob
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from validator.errors import FileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

STDIO = "-"
_STDIN_NAME = "standard-input"


def found_inputs(given: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files that INPUT names, each once, those of a pattern in the order of their names.

    Standard input is read to its end into a temporary file, since a list is read more than once; the file is
    gone when the command ends.

    Raises:
        FileError: nothing matches a pattern, or the temporary file cannot be written.
        UsageError: standard input is named beside files.
    """
    if Path(STDIO) not in given:
        return tuple(dict.fromkeys(path for name in given for path in _matching(name)))
    if len(given) > 1:
        raise UsageError("standard input (-) cannot be read beside files; name the files alone")
    return (_spooled_stdin(),)


def _matching(name: Path) -> list[Path]:
    if name.exists() or not glob.has_magic(str(name)):
        return [name]
    if found := sorted(glob.glob(str(name), recursive=True)):  # noqa: PTH207 - also of absolute patterns
        return [Path(path) for path in found]
    raise FileError(f"nothing matches {name}; check the pattern and the folder.")


def _spooled_stdin() -> Path:
    folder = click.get_current_context().with_resource(TemporaryDirectory(prefix="validator-"))
    path = Path(folder, _STDIN_NAME)
    try:
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
    except OSError as error:
        raise FileError(
            f"standard input cannot be kept in {folder} ({error.strerror}); set TMPDIR to another folder."
        ) from error
    return path
