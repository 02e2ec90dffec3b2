"""Where a ledger's file may be, and who may read it there."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.errors import LedgerError
from validator.ledger.folder import PRIVATE_FILE, PRIVATE_FOLDER
from validator.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

LEDGER_PARTS = ("-wal", "-shm", ".lock")
"""The suffixes of the files that belong to a ledger, added to its own name."""

MOUNTS = Path("/proc/self/mountinfo")

# File systems on which another machine, or the host of this one, can change or lock the same file. There
# SQLite's shared memory and locks are not reliable (sqlite.org/wal.html: "all processes must be on the same
# host").
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
# Any file system may be behind FUSE (sshfs, s3fs, rclone), so it is refused, except for the root of rootless
# containers, which is local.
LOCAL_FUSE_TYPES = frozenset({"fuse.fuse-overlayfs"})

# 9p may be a server over TCP, a folder of a virtual machine's host, or a Windows drive in WSL. Under gVisor
# every folder is 9p, over an inherited file descriptor, and counts as local.
REMOTE_9P = Pattern(r"(^|,)(trans=(tcp|unix|virtio|xen|rdma|usbg)|aname=drvfs)\b")


class Mount(Struct, frozen=True):
    """A mounted file system: its mount point, its type (`ext4`, `nfs4`, `fuse.sshfs`), and its options."""

    point: Path
    type: str
    options: str = ""

    @property
    def is_remote(self) -> bool:
        """Whether another machine may share it, so that locks and shared memory are not reliable."""
        is_fuse = self.type.split(".")[0] == "fuse" and self.type not in LOCAL_FUSE_TYPES
        is_remote_9p = self.type == "9p" and REMOTE_9P.search(self.options) is not None
        return is_fuse or is_remote_9p or self.type in NETWORK_TYPES


def mount_of(path: Path, mountinfo: str) -> Mount | None:
    """Return the mount of an absolute path, or None if the text has none.

    Args:
        path: an absolute path without symbolic links; it need not exist.
        mountinfo: the text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
    """
    mounts = [_parse(line) for line in mountinfo.splitlines()]
    above = [mount for mount in mounts if path.is_relative_to(mount.point)]
    # If two mounts have the same point, the later hides the earlier; max() keeps the first of equals.
    return max(reversed(above), key=lambda mount: len(mount.point.parts), default=None)


def _parse(line: str) -> Mount:
    before, _, after = line.partition(" - ")
    point = before.split(" ")[4]
    if "\\" in point:
        # Blanks in a mount point are written as octal escapes (`\040`).
        escaped = point.encode("utf-8", "surrogateescape").decode("unicode_escape").encode("latin-1")
        point = os.fsdecode(escaped)
    kind, _, source_and_options = after.partition(" ")
    return Mount(Path(point), kind, source_and_options.partition(" ")[2])


def proper_place(path: Path) -> Path:
    """Return the path of a ledger with its links followed.

    Raises:
        LedgerError: it is a folder, its name is too long, it is on a network file system, or it belongs to
            another user in a shared folder.
    """
    refuse_folder(path)  # first, since "." has no name
    refuse_long_name(path)  # before the links are followed, which would fail with such a name
    refuse_strangers(path)
    place = path.resolve()
    refuse_remote(place)
    refuse_long_name(place)
    return place


def refuse_remote(path: Path, mounts: Path = MOUNTS) -> None:
    """Raise `LedgerError` for a path on a network file system; without mountinfo (macOS) for none."""
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
    """Raise `LedgerError` if a ledger is another user's file, or behind their link, in a shared folder.

    In a folder that others may write to, such as /tmp, another user may have put a file to read what is
    written into it, or a link to make the program overwrite something.
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


def refuse_folder(path: Path) -> None:
    """Raise `LedgerError` for an existing folder."""
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for a name that is too long
        raise LedgerError(f"the ledger {path} is a folder; name a file in it with --ledger")


def refuse_long_name(path: Path) -> None:
    """Raise `LedgerError` for a name that is too long with the suffixes of SQLite and the lock."""
    try:
        path.with_name(f"{path.name}-journal").lstat()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise LedgerError(
                f"the name of the ledger {path} is too long, with the 8 bytes that are put behind it; choose "
                "a shorter one with --ledger"
            ) from error


def make_file(path: Path) -> None:
    """Create an empty file that only its owner can read, unless it exists.

    An existing file is not opened: closing a second descriptor would drop SQLite's own locks on it
    (sqlite.org/howtocorrupt.html, 2.2).

    Raises:
        LedgerError: it cannot be created, or is not a file.
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
    """Yield one line for each of a ledger's folder and files that is open to others, with the remedy."""
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
