"""Replaces a file as a whole: a reader sees the old bytes or the new ones, never a part of them."""

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
_PART_BYTES = 64 << 20  # a disk needs some tenths of a second for it
_PRIVATE = 0o600  # lists hold people's numbers: only the owner can read a new one
PUBLIC_FILE = 0o644
"""The mode of a new file without personal data that others have to read."""


@contextmanager
def replacing(target: Path, *, mode: int = _PRIVATE) -> Iterator[BinaryIO]:
    """Give a file to write to that replaces `target` if the block succeeds.

    The bytes go to a temporary file in the same folder, with `mode`, or with mode, owner and group of the
    replaced file. Then it is synced, moved onto `target`, and the folder is synced. If the block raises, the
    temporary file is removed and `target` is unchanged. A symbolic link is replaced itself; the file it
    points to is not changed.

    A stream (`/dev/stdout`, `/dev/null`, a named pipe) is written to directly.

    Raises:
        FileError: the folder or disk refuses, or `target` is a folder.
        BrokenPipeError: `target` is standard output, and its reader has closed it.
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
                with suppress(FileNotFoundError):  # already moved, if only the folder's sync failed
                    os.unlink(temporary, dir_fd=folder)
                raise
    finally:
        os.close(folder)


def require_writable(target: Path) -> None:
    """Raise `FileError` now if `replacing(target)` would fail later, after hours of work.

    It also removes the temporary files of killed runs from the folder.
    """
    if is_stream(target):
        require_open(target)
        return
    folder = _open_folder(target)
    try:
        clear_away(folder)
        temporary, out = _new_file(target, folder)
        with out:  # kept locked until it is removed, or another run that starts could remove it first
            os.unlink(temporary, dir_fd=folder)
        require_replaceable(target, folder)
    finally:
        os.close(folder)


def require_room(target: Path, least_bytes: int) -> None:
    """Raise `FileError` if the disk of `target` has less room than a file of `least_bytes` needs.

    The replaced file frees nothing, since it stays until the new one is complete.
    """
    if is_stream(target):
        return
    folder = _open_folder(target)
    try:
        disk = os.fstatvfs(folder)
    finally:
        os.close(folder)
    free_bytes = disk.f_bavail * disk.f_frsize
    if disk.f_blocks and free_bytes < least_bytes:  # some file systems report no blocks
        raise FileError(
            f"{target} will be of {least_bytes / 1e6:,.1f} MB or more, and its disk has room for "
            f"{free_bytes / 1e6:,.1f} MB; free some, or choose another disk for the output."
        )


def same_file(a: Path, b: Path) -> bool:
    """Return whether two paths lead to one file, also through links; missing files are compared by name."""
    try:
        return a.samefile(b)
    except OSError:
        return os.path.realpath(a) == os.path.realpath(b)


class _WholeWrites(io.FileIO):
    """An unbuffered file that always writes all bytes, and raises the system's errors as `FileError`."""

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
                raise  # the reader, such as `| head`, has closed the pipe
            raise unwritable(self._target, error) from error
        return written


class _NewFile(_WholeWrites):
    """A file that is synced at its end. It goes to the disk in parts, so that the sync waits for one only."""

    def __init__(self, descriptor: int, target: Path) -> None:
        super().__init__(descriptor, target)
        self._given_bytes = 0

    def write(self, data: Any, /) -> int:
        written = super().write(data)
        part_bytes = self.tell() - self._given_bytes
        if part_bytes >= _PART_BYTES and hasattr(os, "posix_fadvise"):  # macOS has no such call
            # Linux begins to write pages of which it is told that they are not needed any more. Python does
            # not offer sync_file_range, which is made for that. It is only advice: the sync reports errors.
            with suppress(OSError):
                os.posix_fadvise(self.fileno(), self._given_bytes, part_bytes, os.POSIX_FADV_DONTNEED)
            self._given_bytes += part_bytes
        return written


def _open_folder(target: Path) -> int:
    try:
        return os.open(target.parent, _FOLDER)
    except OSError as error:
        raise unwritable(target, error) from error


def _replaced(target: Path) -> os.stat_result | None:
    """Return the file that the new one replaces, None if there is none but a link; refuse a folder."""
    try:
        there = target.stat()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise unwritable(target, error) from error
        return None
    if stat.S_ISDIR(there.st_mode):
        raise unwritable(target, IsADirectoryError(errno.EISDIR, ""))
    return None if target.is_symlink() else there


def _give_to_same(descriptor: int, there: os.stat_result) -> None:
    """Give a file the owner and the group of another one, as far as the system allows."""
    for owner, group in ((-1, there.st_gid), (there.st_uid, -1)):
        with suppress(OSError):  # a group that we are not in; another owner; a user without a name here
            os.fchown(descriptor, owner, group)


def _new_file(target: Path, folder: int, new_mode: int = _PRIVATE) -> tuple[str, _NewFile]:
    """Create the temporary file, as open to others as the target; return its name and the file."""
    there = _replaced(target)
    try:
        temporary, descriptor = new_temporary(folder)
        out = _NewFile(descriptor, target)
        if there is not None:
            _give_to_same(descriptor, there)
        os.fchmod(descriptor, new_mode if there is None else stat.S_IMODE(there.st_mode))
    except OSError as error:
        raise unwritable(target, error) from error
    return temporary, out


def _settle(out: BinaryIO, target: Path, temporary: str, folder: int) -> None:
    # A failed fsync is never retried: the kernel may have dropped the pages that it could not write.
    try:
        os.fsync(out.fileno())
        os.replace(temporary, target.name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    except OSError as error:
        raise unwritable(target, error) from error
