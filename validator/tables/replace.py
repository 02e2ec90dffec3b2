"""Replacing a file as a whole: whoever looks sees the old bytes or the new ones, never half of either."""

from __future__ import annotations

import errno
import io
import os
import secrets
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

from validator.errors import FileError
from validator.tables.refusals import unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

# O_EXCL with O_NOFOLLOW: a file or link that somebody laid in the way is refused, never written through.
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_PRIVATE = 0o600  # the lists hold people's numbers; nobody but the owner reads a new one


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Give a file to write to that takes the place of `target` when the block ends well.

    The bytes go to a temporary file in the same folder (mode 0600, or that of the file replaced), are synced,
    moved onto `target`, and the folder is synced. If the block raises, the temporary file is removed and
    `target` stands as before. A symbolic link is replaced itself; the file it points to is left alone.

    Raises:
        FileError: the folder or disk refuses, or `target` is a folder, pipe or device.
    """
    folder = _open_folder(target)
    try:
        mode = _mode_for(target)
        temporary = f".validator-{secrets.token_hex(8)}.tmp"
        with _new_file(target, temporary, mode, folder) as out:
            try:
                yield out
                _settle(out, target, temporary, folder)
            except BaseException:
                with suppress(FileNotFoundError):  # moved already, and only the folder's sync failed
                    os.unlink(temporary, dir_fd=folder)
                raise
    finally:
        os.close(folder)


def require_writable(target: Path) -> None:
    """Raise `FileError` now where `replacing(target)` would later: before hours are spent on the content."""
    folder = _open_folder(target)
    try:
        temporary = f".validator-{secrets.token_hex(8)}.tmp"
        _new_file(target, temporary, _mode_for(target), folder).close()
        os.unlink(temporary, dir_fd=folder)
    finally:
        os.close(folder)


def same_file(a: Path, b: Path) -> bool:
    """Tell whether two paths lead to one file, also through links; paths to nothing are compared by name."""
    try:
        return a.samefile(b)
    except OSError:
        return os.path.realpath(a) == os.path.realpath(b)


class _WholeWrites(io.FileIO):
    """An unbuffered file that writes all it is given and tells the system's refusals as `FileError`."""

    def __init__(self, descriptor: int, target: Path) -> None:
        super().__init__(descriptor, "wb")
        self._target = target

    def write(self, data: Any, /) -> int:
        view = memoryview(data).cast("B")
        written = 0
        try:
            while written < len(view):
                written += super().write(view[written:])
        except OSError as error:
            raise unwritable(self._target, error) from error
        return written


def _open_folder(target: Path) -> int:
    try:
        return os.open(target.parent, _FOLDER)
    except OSError as error:
        raise unwritable(target, error) from error


def _mode_for(target: Path) -> int:
    """Return the mode the new file gets; refuse what a move would damage, such as `/dev/null`."""
    try:
        there = target.stat()
    except OSError:
        return _PRIVATE
    if stat.S_ISDIR(there.st_mode):
        raise unwritable(target, IsADirectoryError(errno.EISDIR, ""))
    if not stat.S_ISREG(there.st_mode):
        raise FileError(f"{target} is a pipe or device and cannot be replaced; use -o - to write to stdout.")
    return _PRIVATE if target.is_symlink() else stat.S_IMODE(there.st_mode)


def _new_file(target: Path, temporary: str, mode: int, folder: int) -> _WholeWrites:
    try:
        descriptor = os.open(temporary, _NEW_FILE, _PRIVATE, dir_fd=folder)
    except OSError as error:
        raise unwritable(target, error) from error
    os.fchmod(descriptor, mode)
    return _WholeWrites(descriptor, target)


def _settle(out: BinaryIO, target: Path, temporary: str, folder: int) -> None:
    # A failed fsync is never tried again: the kernel may have dropped the pages that it could not write.
    try:
        os.fsync(out.fileno())
        os.replace(temporary, target.name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    except OSError as error:
        raise unwritable(target, error) from error
