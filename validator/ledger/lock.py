"""Locks: only one process at a time may use a ledger or a key."""

from __future__ import annotations

import fcntl
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, Self

from validator.errors import Busy, LedgerError
from validator.ledger.folder import PRIVATE_FILE, make_folder

if TYPE_CHECKING:
    from pathlib import Path

# A holder writes its name some microseconds after it has taken the lock. A process that looks in between
# would find no name, or the name of a killed process: so it waits this long, enough on a busy machine.
SIGNING_S = 0.05

# More than any useful command line; a message must stay one line.
MAX_HOLDER_BYTES = 500


class Hold(Protocol):
    """A lock that a run holds until its end, and may lose.

    Attributes:
        can_be_lost: whether `look` is needed.
    """

    can_be_lost: bool

    def look(self) -> None:
        """Check that it is still held; waits for a server.

        Raises:
            LedgerError: it is not.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class NothingToLose:
    """A hold that cannot be lost, since the kernel's locks are enough."""

    can_be_lost = False

    def look(self) -> None:
        """Do nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Lock:
    """A lock that the kernel holds for this process, and releases when the process ends in any way.

    It is an flock on a separate file, so it is never stale and never has to be removed by hand. The file is
    never removed: one process could hold the old file while another locks a new one of the same name. The
    text in the file is for users only; the kernel knows whether it is locked.
    """

    __slots__ = ("_descriptor", "path")

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def take(cls, path: Path, *, holder: str, guards: str | None = None) -> Self:
        """Take the lock at once or not at all; its folder (0700) and file (0600) are made if missing.

        Args:
            path: the lock file.
            holder: text by which the user recognises this run, such as its command; no key and no number.
            guards: what the lock protects, for the message `GUARDS is in use by ...`; the path if not given.

        Raises:
            Busy: another process holds it; the message has its process id, its `holder` and the start time.
            LedgerError: the file cannot be made or locked.
        """
        make_folder(path.parent)
        descriptor = _open(path)
        try:
            _lock(path, descriptor, guards or str(path))
            _sign(descriptor, holder)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(path, descriptor)

    def release(self) -> None:
        """Release the lock; a second call does nothing."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
            # Closing alone would leave it locked while a forked process still has a copy.
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _open(path: Path) -> int:
    # Python opens with O_CLOEXEC, so a program started by the holder does not keep the lock alive.
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, PRIVATE_FILE)
    except OSError as error:
        raise LedgerError(f"the lock {path} cannot be opened: {error.strerror}") from error


def _lock(path: Path, descriptor: int, guards: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(SIGNING_S)
        who = _holder(descriptor)
        raise Busy(f"{guards} is in use by {who}; wait for it to end, or stop it") from None
    except OSError as error:
        raise LedgerError(
            f"{path} cannot be locked ({error.strerror}); choose a place on a local disk"
        ) from error


def _sign(descriptor: int, holder: str) -> None:
    # A file's name may not be valid text: Python represents its bytes as surrogates.
    text = f"pid {os.getpid()} ({' '.join(holder.split())})".encode(errors="backslashreplace")
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text[:MAX_HOLDER_BYTES], 0)


def _holder(descriptor: int) -> str:
    text = os.pread(descriptor, MAX_HOLDER_BYTES, 0).decode(errors="replace")
    if not text:
        return "another run that has only just begun"
    # Only the holder writes to the file, so its last change is the moment the lock was taken.
    since = datetime.fromtimestamp(int(os.fstat(descriptor).st_mtime), tz=UTC)
    return f"{text} since {since:%Y-%m-%d %H:%M:%S} UTC"
