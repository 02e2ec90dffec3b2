"""Opens the file of a workbook, of the older or the newer kind."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from validator.errors import FileError
from validator.tables.files.compression import refuse_bomb
from validator.tables.files.os_errors import reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OLE = b"\xd0\xcf\x11\xe0"  # the first bytes of old workbooks and of encrypted new ones


def is_archive_file(path: Path) -> bool:
    """Return whether a workbook is of the newer kind, a zip archive; refuse an empty one or a zip bomb."""
    with path.open("rb") as file:
        start = file.read(len(_OLE))
    if not start:
        raise FileError(f"{path} is empty; export the list again.")
    if start == _OLE:
        return False
    with zipfile.ZipFile(path) as archive:
        refuse_bomb(path, sum(part.file_size for part in archive.infolist()), path.stat().st_size)
    return True


def open_workbook(path: Path) -> CalamineWorkbook:
    """Open a workbook, whatever its name says about its format."""
    with path.open("rb") as file:  # for a path, its ending would decide the format
        return CalamineWorkbook.from_filelike(file)


@contextmanager
def reading_workbook(path: Path) -> Iterator[None]:
    """Raise a `FileError` in place of the errors of the block."""
    try:
        with reading(path):
            yield
    except PasswordError as error:
        raise FileError(f"{path} is protected by a password; save it without one.") from error
    except (CalamineError, zipfile.BadZipFile, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> FileError:
    with path.open("rb") as file:
        is_old = file.read(len(_OLE)) == _OLE
    if is_old:
        return FileError(
            f"{path} is a damaged old Excel workbook or one with a password; save it as .xlsx, without one."
        )
    return FileError(f"{path} cannot be read as an Excel workbook ({error}); save or export it again.")
