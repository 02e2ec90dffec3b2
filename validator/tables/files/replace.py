"""Replacing a file as a whole: a reader sees the old bytes or the new ones, never half of either."""

from __future__ import annotations

import errno
import io
import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

from validator.errors import FileError
from validator.tables.files.os_errors import unwritable
from validator.tables.files.replaceable import require_replaceable
from validator.tables.files.streams import is_stdout, is_stream, open_stream, require_open
from validator.tables.files.temporary import clear_away, new_temporary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_PRIVATE = 0o600  # the lists hold people's numbers; nobody but the owner reads a new one
PUBLIC_FILE = 0o644
"""The mode of a new file that holds nothing about anybody, and that others have to read."""


@contextmanager
def replacing(target: Path, *, mode: int = _PRIVATE) -> Iterator[BinaryIO]:
    """Give a file to write to that takes the place of `target` when the block ends well.

    The bytes go to a temporary file in the same folder (`mode`, or that of the file replaced), are synced,
    moved onto `target`, and the folder is synced. If the block raises, the temporary file is removed and
    `target` stands as before. A symbolic link is replaced itself; the file it points to is left alone.

    What is no plain file (`/dev/stdout`, `/dev/null`, a named pipe) is written into as it comes.

    Raises:
        FileError: the folder or disk refuses, or `target` is a folder.
        BrokenPipeError: `target` is standard output, and its reader has gone.
    """
    if is_stream(target):
        with _WholeWrites(open_stream(target), target) as out:
            yield out
        return
    folder = _open_folder(target)
    try:
        temporary, out = _new_file(target, folder, mode)
        with out:
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
    """Raise `FileError` now where `replacing(target)` would later: before hours are spent on the content.

    What killed runs have left of their temporary files in its folder is cleared away on the occasion.
    """
    if is_stream(target):
        require_open(target)
        return
    folder = _open_folder(target)
    try:
        clear_away(folder)
        temporary, out = _new_file(target, folder)
        with out:  # held until it is gone, or another run that starts would clear it away first
            os.unlink(temporary, dir_fd=folder)
        require_replaceable(target, folder)
    finally:
        os.close(folder)


def require_room(target: Path, least_bytes: int) -> None:
    """Raise `FileError` where the disk of `target` has less room than a file of `least_bytes` takes.

    The file that is replaced frees nothing, since it stands until the new one is complete.
    """
    if is_stream(target):
        return
    folder = _open_folder(target)
    try:
        disk = os.fstatvfs(folder)
    finally:
        os.close(folder)
    free_bytes = disk.f_bavail * disk.f_frsize
    if disk.f_blocks and free_bytes < least_bytes:  # some file systems tell nothing: no blocks at all
        raise FileError(
            f"{target} will be of {least_bytes / 1e6:,.1f} MB or more, and its disk has room for "
            f"{free_bytes / 1e6:,.1f} MB; free some, or choose another disk for the output."
        )


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
            if isinstance(error, BrokenPipeError) and is_stdout(self._target):
                raise  # `| head` has seen enough
            raise unwritable(self._target, error) from error
        return written


def _open_folder(target: Path) -> int:
    try:
        return os.open(target.parent, _FOLDER)
    except OSError as error:
        raise unwritable(target, error) from error


def _mode_for(target: Path, new: int) -> int:
    """Return the mode the new file gets, `new` if it replaces none; refuse a folder."""
    try:
        there = target.stat()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise unwritable(target, error) from error
        return new
    if stat.S_ISDIR(there.st_mode):
        raise unwritable(target, IsADirectoryError(errno.EISDIR, ""))
    return new if target.is_symlink() else stat.S_IMODE(there.st_mode)


def _new_file(target: Path, folder: int, new_mode: int = _PRIVATE) -> tuple[str, _WholeWrites]:
    """Make the temporary file, with the mode that the target is to have; return its name and the file."""
    mode = _mode_for(target, new_mode)
    try:
        temporary, descriptor = new_temporary(folder)
        out = _WholeWrites(descriptor, target)
        os.fchmod(descriptor, mode)
    except OSError as error:
        raise unwritable(target, error) from error
    return temporary, out


def _settle(out: BinaryIO, target: Path, temporary: str, folder: int) -> None:
    # A failed fsync is never tried again: the kernel may have dropped the pages that it could not write.
    try:
        os.fsync(out.fileno())
        os.replace(temporary, target.name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    except OSError as error:
        raise unwritable(target, error) from error
