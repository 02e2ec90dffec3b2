"""Whether a file can be replaced: a writable folder alone is not enough."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from validator.errors import FileError

MOUNTS = Path("/proc/self/mountinfo")

# How the kernel writes a path in mountinfo (proc_pid_mountinfo(5)).
_ESCAPES = str.maketrans({"\\": r"\134", " ": r"\040", "\t": r"\011", "\n": r"\012"})

_OPEN = os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


def require_replaceable(target: Path, folder: int, *, mounts: Path = MOUNTS) -> None:
    """Raise `FileError` now if a rename onto a file would be refused later.

    Args:
        target: the file; it need not exist.
        folder: its folder, open.
        mounts: the mounts of this process, in the format of `/proc/self/mountinfo`.
    """
    try:
        there = os.stat(target.name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return
    if obstacle := _obstacle(target, there, folder, mounts):
        raise FileError(f"{target} cannot be replaced: {obstacle}. Choose another place for the output.")


def _obstacle(target: Path, there: os.stat_result, folder: int, mounts: Path) -> str:
    if _is_anothers(there, os.fstat(folder), os.geteuid()):
        return "it belongs to another user, in a folder where only owners may replace files (sticky bit)"
    if _is_mount_point(target, mounts):
        return "it is mounted by itself, as containers do with single files; mount its folder instead"
    if stat.S_ISREG(there.st_mode) and _is_fixed(target.name, folder):
        return "it is marked as immutable or append-only; lift that with chattr -ia"
    return ""


def _is_anothers(there: os.stat_result, folder: os.stat_result, user: int) -> bool:
    return bool(folder.st_mode & stat.S_ISVTX) and user not in {0, there.st_uid, folder.st_uid}


def _is_mount_point(target: Path, mounts: Path) -> bool:
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:  # macOS does not have it, and mounts no single files
        return False
    point = os.path.realpath(target.parent / target.name).translate(_ESCAPES)
    return any(line.split(" ")[4] == point for line in lines)


def _is_fixed(name: str, folder: int) -> bool:
    """Whether the file has an attribute (of ext4, for example) that forbids changes, also to root."""
    try:
        os.close(os.open(name, _OPEN, dir_fd=folder))
    except OSError as error:
        # A file without write permission (EACCES) can still be replaced.
        return error.errno == errno.EPERM
    return False
