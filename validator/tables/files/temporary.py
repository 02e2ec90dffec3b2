"""Temporary files beside their target, and folders. The next run clears away what a killed one has left."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

# O_EXCL with O_NOFOLLOW: a file or link that somebody laid in the way is refused, never written through.
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# For writing, since NFS locks nothing else; O_NONBLOCK, so that a pipe of such a name does not block.
_OLD = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FOLDER_PREFIX = "validator-"
_PRIVATE = 0o600  # the lists hold people's numbers; nobody but the owner reads a new one
_NAME = re.compile(r"\.validator-[0-9a-f]{16}\.tmp")


def new_temporary(folder: int) -> tuple[str, int]:
    """Make a file of a new name in an open folder; return the name and a descriptor to write to.

    It is locked (flock) for as long as the descriptor is open, and the kernel lets go of it when the process
    ends in whatever way: so a file that is not locked is nobody's any more. O_TMPFILE would leave nothing
    behind, but linkat cannot replace a target, so that there would have to be a name all the same.

    Raises:
        OSError: the folder or disk refuses.
    """
    while True:
        name = f".validator-{secrets.token_hex(8)}.tmp"
        descriptor = os.open(name, _NEW, _PRIVATE, dir_fd=folder)
        if _hold(descriptor):
            return name, descriptor
        os.close(descriptor)


def new_private(path: Path) -> BinaryIO:
    """Make a new file, for its owner alone whatever the umask is, and return it to write to.

    Raises:
        OSError: it is there already, or the folder or disk refuses.
    """
    return os.fdopen(os.open(path, _NEW, _PRIVATE), "wb")


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a new folder that only this user can look into, and that is gone when the block ends.

    It is locked (flock) as long as this process lives; those of dead ones are cleared away first.

    Raises:
        OSError: the system's temporary folder refuses.
    """
    clear_folders_away()
    while True:
        path = mkdtemp(prefix=_FOLDER_PREFIX)
        try:
            descriptor = os.open(path, _FOLDER)
        except FileNotFoundError:
            continue  # before it was locked, another run has taken it for a dead one's
        if _hold(descriptor):
            break
        os.close(descriptor)
    try:
        yield Path(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def clear_folders_away() -> None:
    """Remove this user's temporary folders that no living process holds: they hold people's numbers."""
    for path in Path(gettempdir()).glob(f"{_FOLDER_PREFIX}*"):
        with suppress(OSError):
            _remove_unheld_folder(path)


def _remove_unheld_folder(path: Path) -> None:
    descriptor = os.open(path, _FOLDER | os.O_NOFOLLOW)
    try:
        if os.fstat(descriptor).st_uid == os.geteuid():
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path)
    finally:
        os.close(descriptor)


def clear_away(folder: int) -> None:
    """Remove the temporary files in an open folder that no living run holds.

    Where a file cannot be locked or is somebody else's, it is left.
    """
    for name in filter(_NAME.fullmatch, os.listdir(folder)):
        with suppress(OSError):
            _remove_unheld(name, folder)


def _hold(descriptor: int) -> bool:
    """Lock a new file; False where another run has just taken it for a dead one's and removed it."""
    # Without locks (some network file systems) nobody can lock it to remove it, either.
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return os.fstat(descriptor).st_nlink > 0


def _remove_unheld(name: str, folder: int) -> None:
    descriptor = os.open(name, _OLD, dir_fd=folder)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Its run may have moved it onto the target and ended in between; then there is no such name.
        os.unlink(name, dir_fd=folder)
    finally:
        os.close(descriptor)
