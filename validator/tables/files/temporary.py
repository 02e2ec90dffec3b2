"""Temporary files beside their target, and temporary folders. The next run removes those of killed runs."""

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

# O_EXCL with O_NOFOLLOW: an existing file or link, perhaps put there by an attacker, is never written to.
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# For writing, since NFS locks only such files; O_NONBLOCK, so that a pipe of this name does not block.
_OLD = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FOLDER_PREFIX = "validator-"
_PRIVATE = 0o600  # lists hold people's numbers: only the owner can read a new one
_NAME = re.compile(r"\.validator-[0-9a-f]{16}\.tmp")


def new_temporary(folder: int) -> tuple[str, int]:
    """Create a file with a new name in an open folder; return the name and a descriptor to write to.

    It is locked (flock) while the descriptor is open, and the kernel releases the lock when the process ends
    in any way: so a file that is not locked is no longer used. O_TMPFILE would need no cleaning up, but
    linkat cannot replace a target, so a name is needed in any case.

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
    """Create a file that only its owner can read, whatever the umask is, and return it for writing.

    Raises:
        OSError: it exists already, or the folder or disk refuses.
    """
    return os.fdopen(os.open(path, _NEW, _PRIVATE), "wb")


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a new folder that only this user can read, and that is removed when the block ends.

    It is locked (flock) while this process lives; folders of dead processes are removed first.

    Raises:
        OSError: the system's temporary folder refuses.
    """
    clear_folders_away()
    while True:
        path = mkdtemp(prefix=_FOLDER_PREFIX)
        try:
            descriptor = os.open(path, _FOLDER)
        except FileNotFoundError:
            continue  # before it was locked, another run removed it as unused
        if _hold(descriptor):
            break
        os.close(descriptor)
    try:
        yield Path(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def clear_folders_away() -> None:
    """Remove this user's temporary folders that no living process uses: they hold people's numbers."""
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
    """Remove the temporary files in an open folder that no living run uses.

    A file that cannot be locked, or belongs to another user, is left.
    """
    for name in filter(_NAME.fullmatch, os.listdir(folder)):
        with suppress(OSError):
            _remove_unheld(name, folder)


def _hold(descriptor: int) -> bool:
    """Lock a new file; False if another run has just removed it as unused."""
    # Without locks (on some network file systems) no other run can lock and remove it either.
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
