"""Whether the ledger's files are still those that were opened; a copy of a ledger that has lost its own.

SQLite goes on writing into a file that was deleted or replaced: every commit succeeds, and is gone when the
process ends.
"""

from __future__ import annotations

import os
import shlex
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from validator.errors import LedgerError
from validator.ledger.location import make_folder

Identity = tuple[int, int] | None
"""Device and inode of a file; None if there is none."""


def identities(path: Path) -> tuple[Identity, Identity]:
    """Return the identity of a ledger's file and of its WAL."""
    return _identity(path), _identity(path.with_name(path.name + "-wal"))


def _identity(path: Path) -> Identity:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_dev, seen.st_ino


def lost(path: Path, connection: sqlite3.Connection) -> LedgerError:
    """Save a ledger whose file was deleted or replaced, and return the error that says where it is.

    Args:
        path: where the ledger was.
        connection: an open connection to it.
    """
    what = "was deleted or moved" if _identity(path) is None else "was replaced, or its -wal file was,"
    saved = _saved(path, connection)
    if saved is None:
        return LedgerError(
            f"the ledger {path} {what} while it was in use, and no copy of it could be saved; what it was "
            "is lost unless you find the file. Run the same command again"
        )
    return LedgerError(
        f"the ledger {path} {what} while it was in use. All that was found out is saved in {saved}; "
        f"{_remedy(path, saved)}"
    )


def _remedy(path: Path, saved: Path) -> str:
    old, new, facts = (shlex.quote(str(name)) for name in (saved, path, f"{saved}.parquet"))
    if not path.parent.is_dir():
        return f"run the same command again with --ledger {old}"
    back = f"mv {old} {new}"
    if path.exists():
        back = f"validator ledger export --ledger {old} {facts} && "
        back += f"validator ledger import --ledger {new} {facts}"
    return f"get it back with `{back}`, then run the same command again"


def _saved(path: Path, connection: sqlite3.Connection) -> Path | None:
    """Copy the whole ledger into a new file beside it, or into the temporary folder if that cannot be."""
    for folder in (path.parent, Path(tempfile.gettempdir())):
        with suppress(OSError, LedgerError, sqlite3.Error):
            make_folder(folder)
            return _copied(path.name, connection, folder)
    return None


def _copied(name: str, connection: sqlite3.Connection, folder: Path) -> Path:
    descriptor, copy_name = tempfile.mkstemp(prefix=f"{name}.saved-", dir=folder)
    os.close(descriptor)
    try:
        with closing(sqlite3.connect(copy_name)) as copy:
            connection.backup(copy)
    except BaseException:
        Path(copy_name).unlink()
        raise
    return Path(copy_name)
