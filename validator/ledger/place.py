"""Where a ledger may lie, and who may read it there."""

from __future__ import annotations

import logging
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from validator.errors import LedgerError

LOG = logging.getLogger(__name__)

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600

MOUNTS = Path("/proc/self/mountinfo")

# File systems on which another machine can change or lock the same file, where SQLite's shared memory and
# locks are not to be trusted (sqlite.org/wal.html: "all processes must be on the same host"). 9p is not
# named: under gVisor every local folder is one.
NETWORK_TYPES = frozenset(
    {
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "gfs2",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "smb3",
        "smbfs",
        "vboxsf",
    }
)
# FUSE may be anything behind (sshfs, s3fs, rclone) and is refused as a whole, but for the root of rootless
# containers, which is local.
LOCAL_FUSE_TYPES = frozenset({"fuse.fuse-overlayfs"})


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted file system: where, and of which type (`ext4`, `nfs4`, `fuse.sshfs`)."""

    point: Path
    type: str

    @property
    def is_remote(self) -> bool:
        """Whether another machine may share it, so that neither locks nor shared memory hold."""
        is_fuse = self.type.split(".")[0] == "fuse" and self.type not in LOCAL_FUSE_TYPES
        return is_fuse or self.type in NETWORK_TYPES


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
    point = before.split(" ")[4].encode().decode("unicode_escape").encode("latin-1").decode(errors="replace")
    return Mount(Path(point), after.split(" ")[0])


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


def make_folder(folder: Path) -> None:
    """Make the folder for its owner alone, and those above it as the system does.

    Raises:
        LedgerError: it cannot be made.
    """
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(
            f"the folder {folder} cannot be made: {error.strerror}; choose another path with --ledger"
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


def warn_if_wider(path: Path, allowed: int) -> None:
    """Log a warning if others may do more with the file or folder than `allowed` says."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & ~allowed:
        LOG.warning(
            "%s is open to others (mode %04o), and people's numbers are in it; chmod %04o closes it",
            path,
            mode,
            allowed,
        )
