"""Where a ledger may lie, and who may read it there."""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from validator.errors import LedgerError
from validator.ledger.folder import PRIVATE_FILE, PRIVATE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

LEDGER_PARTS = ("-wal", "-shm", ".lock")
"""The ends of the names of the files that belong to a ledger, behind its own name."""

MOUNTS = Path("/proc/self/mountinfo")

# File systems on which another machine, or the host of this one, can change or lock the same file, where
# SQLite's shared memory and locks are not to be trusted (sqlite.org/wal.html: "all processes must be on the
# same host").
NETWORK_TYPES = frozenset(
    {
        "acfs",
        "afpfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "drvfs",
        "gfs2",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "prl_fs",
        "smb3",
        "smbfs",
        "vboxsf",
        "virtiofs",
        "vmhgfs",
    }
)
# FUSE may be anything behind (sshfs, s3fs, rclone) and is refused as a whole, but for the root of rootless
# containers, which is local.
LOCAL_FUSE_TYPES = frozenset({"fuse.fuse-overlayfs"})

# 9p is a server over TCP, a folder of a virtual machine's host, or a Windows drive in WSL; and every folder
# under gVisor, where it goes over an inherited file descriptor and is as good as local.
REMOTE_9P = re.compile(r"(^|,)(trans=(tcp|unix|virtio|xen|rdma|usbg)|aname=drvfs)\b")


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted file system: where, its type (`ext4`, `nfs4`, `fuse.sshfs`), and its own options."""

    point: Path
    type: str
    options: str = ""

    @property
    def is_remote(self) -> bool:
        """Whether another machine may share it, so that neither locks nor shared memory hold."""
        is_fuse = self.type.split(".")[0] == "fuse" and self.type not in LOCAL_FUSE_TYPES
        is_remote_9p = self.type == "9p" and REMOTE_9P.search(self.options) is not None
        return is_fuse or is_remote_9p or self.type in NETWORK_TYPES


def mount_of(path: Path, mountinfo: str) -> Mount | None:
    """Return the mount that an absolute path lies on, or None where the text tells none.

    Args:
        path: an absolute path without symbolic links; it need not exist.
        mountinfo: the text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
    """
    mounts = [_parse(line) for line in mountinfo.splitlines()]
    above = [mount for mount in mounts if path.is_relative_to(mount.point)]
    # Of two mounts on one point the later hides the earlier, and max() keeps the first of equals.
    return max(reversed(above), key=lambda mount: len(mount.point.parts), default=None)


def _parse(line: str) -> Mount:
    before, _, after = line.partition(" - ")
    # Blanks in a mount point are written as octal escapes (`\040`).
    point = before.split(" ")[4].encode("utf-8", "surrogateescape").decode("unicode_escape").encode("latin-1")
    kind, _, source_and_options = after.partition(" ")
    return Mount(Path(os.fsdecode(point)), kind, source_and_options.partition(" ")[2])


def proper_place(path: Path) -> Path:
    """Return where a ledger lies, links followed.

    Raises:
        LedgerError: its name is too long, it lies on a network file system, or it is another user's in a
            shared folder.
    """
    refuse_long_name(path)  # before the links on the way are looked at, which such a name would break
    refuse_strangers(path)
    place = path.resolve()
    refuse_remote(place)
    refuse_long_name(place)
    return place


def refuse_remote(path: Path, mounts: Path = MOUNTS) -> None:
    """Raise `LedgerError` for a path on a network file system; without mountinfo (macOS) none is known."""
    try:
        mountinfo = mounts.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    mount = mount_of(path, mountinfo)
    if mount is not None and mount.is_remote:
        raise LedgerError(
            f"the ledger {path} would lie on a network file system ({mount.type} at {mount.point}), where a "
            f"crash or a second machine can lose results; choose a local path with --ledger"
        )


def refuse_strangers(path: Path) -> None:
    """Raise `LedgerError` where a ledger is another user's file, or behind their link, in a shared folder.

    In a folder that others may write to, such as /tmp, somebody may have laid a file there to read what is
    written into it, or a link to have something overwritten.
    """
    place = Path(os.path.abspath(path))  # noqa: PTH100 - without following links
    for part in (place, *place.parents):
        if _is_strangers(part, is_file=part == place):
            raise LedgerError(
                f"{part} belongs to another user and lies in a folder that others may write to, so that the "
                "ledger would be theirs; choose another path with --ledger"
            )
    if place.is_symlink():
        refuse_strangers(place.parent / place.readlink())


def _is_strangers(part: Path, *, is_file: bool) -> bool:
    try:
        seen, folder = part.lstat(), part.parent.stat()
    except OSError:
        return False
    is_meant = is_file or stat.S_ISLNK(seen.st_mode)
    is_shared = bool(folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
    return is_meant and is_shared and seen.st_uid not in {os.geteuid(), 0}


def refuse_long_name(path: Path) -> None:
    """Raise `LedgerError` for a name that is too long, with what SQLite and the lock put behind it."""
    try:
        path.with_name(f"{path.name}-journal").lstat()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise LedgerError(
                f"the name of the ledger {path} is too long, with the 8 bytes that are put behind it; choose "
                "a shorter one with --ledger"
            ) from error


def make_file(path: Path) -> None:
    """Make an empty file for its owner alone, unless there is one.

    An existing one is left unopened: closing a second descriptor would drop SQLite's own locks on it
    (sqlite.org/howtocorrupt.html, 2.2).

    Raises:
        LedgerError: it cannot be made, or is no file.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE_FILE))
    except FileExistsError:
        if not path.is_file():
            raise LedgerError(f"the ledger {path} is no file; choose another path with --ledger") from None
    except OSError as error:
        raise LedgerError(
            f"the ledger {path} cannot be made: {error.strerror}; choose another path with --ledger"
        ) from error


def wider_modes(ledger: Path) -> Iterator[str]:
    """Yield what is open to others of a ledger's folder and files, and the remedy, as one line each."""
    yield from _if_wider(ledger.parent, PRIVATE_FOLDER)
    for end in ("", "-wal", "-shm"):
        yield from _if_wider(ledger.with_name(ledger.name + end), PRIVATE_FILE)


def _if_wider(path: Path, allowed: int) -> Iterator[str]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return
    if mode & ~allowed:
        yield (
            f"{path} is open to others (mode {mode:04o}), and people's numbers are in it; "
            f"chmod {allowed:04o} closes it"
        )
