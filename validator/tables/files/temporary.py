"""Temporary files beside their target. What a killed run has left of them, the next one clears away."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from contextlib import suppress

# O_EXCL with O_NOFOLLOW: a file or link that somebody laid in the way is refused, never written through.
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# For writing, since NFS locks nothing else; O_NONBLOCK, so that a pipe of such a name does not block.
_OLD = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
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
