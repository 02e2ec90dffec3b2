"""Errors of the operating system, as one line with a remedy."""

from __future__ import annotations

import errno
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from validator.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NO_FOLDER = "the folder of {path} does not exist; create it, or choose another for the output."
_NO_SPACE = "no space left for {path}; free some, or choose another disk for the output."
_NO_PERMISSION = "the folder of {path} may not be written by this user; choose another for the output."
_UNWRITABLE = {
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: _NO_SPACE,
    errno.EFBIG: "{path} grows beyond the file size this user may write; raise the limit (ulimit -f).",
    errno.EROFS: "{path} is on a read-only disk; choose another folder for the output.",
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
    errno.ENOENT: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
    errno.ENAMETOOLONG: "the name {path} is too long for this disk; choose a shorter one for the output.",
    errno.EISDIR: "{path} is a folder; name a file in it for the output.",
}


def unreadable(path: Path, error: OSError) -> FileError:
    """Return the error to raise if `path` cannot be read."""
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return FileError(f"{path} does not exist; check the name and the folder.")
        case IsADirectoryError():
            return FileError(f"{path} is a folder; name a file in it.")
        case PermissionError():
            return FileError(
                f"{path} may not be read by this user; change its permissions or run as its owner."
            )
        case _:
            return FileError(
                f"{path} cannot be read: {_reason(error)}. Check the disk, or copy the file elsewhere."
            )


def unwritable(path: Path, error: OSError) -> FileError:
    """Return the error to raise if `path` cannot be written; an existing file is not changed."""
    other = "{path} cannot be written: {reason}. Choose another place for the output."
    message = _UNWRITABLE.get(error.errno or 0, other)
    return FileError(message.format(path=path, reason=_reason(error)))


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn errors of the system while `path` is read into a `FileError`."""
    try:
        yield
    except OSError as error:
        raise unreadable(path, error) from error


def require_regular(path: Path) -> None:
    """Raise `FileError` unless `path` is a file that can be read more than once (a pipe cannot)."""
    with reading(path):
        mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise unreadable(path, IsADirectoryError())
    if not stat.S_ISREG(mode):
        raise FileError(f"{path} is a pipe or device, which can be read only once; save it to a file first.")


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
