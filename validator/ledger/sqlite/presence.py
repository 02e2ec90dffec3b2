"""Detects that a ledger's files were deleted or replaced while it was open, and saves a copy.

SQLite goes on writing into a file that was deleted or replaced: every commit succeeds, and is lost when the
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
from validator.ledger.folder import make_folder

Identity = tuple[int, int] | None
"""Device and inode of a file; None if there is none."""


class Presence:
    """The identity of a ledger's files when it was opened, to compare with the files later.

    Args:
        given: the path as it was given, with its links.
        place: the file that it leads to.
    """

    def __init__(self, given: Path, place: Path) -> None:
        self._given, self._place = given.absolute(), place
        self._lock = lock_path(place)
        self._database, self._link, self._guard = self._identities()

    @property
    def is_whole(self) -> bool:
        """Whether each file is still the one that was opened."""
        return self._identities() == (self._database, self._link, self._guard)

    def loss(self, connection: sqlite3.Connection) -> LedgerError:
        """Return the error for changed files; data that only this process still has is saved first.

        Args:
            connection: an open connection to the ledger.
        """
        database, link, _ = self._identities()
        if database != self._database:
            return _lost(self._place, connection)
        if link != self._link:
            return LedgerError(
                f"the link {self._given} led to the ledger {self._place} and does so no longer. All that was "
                f"found out is there; run the command again with --ledger {shlex.quote(str(self._place))}"
            )
        return LedgerError(
            f"{self._lock} was deleted or replaced while the ledger was in use, so that another run could "
            "write to it at the same time. Nothing is lost; run the same command again"
        )

    def _identities(self) -> tuple[tuple[Identity, Identity], Identity, Identity]:
        wal = self._place.with_name(self._place.name + "-wal")
        return (_identity(self._place), _identity(wal)), _identity(self._given), _identity(self._lock)


def lock_path(place: Path) -> Path:
    """Return the lock file, which the ledger's only writer holds locked."""
    return place.with_name(place.name + ".lock")


def _identity(path: Path) -> Identity:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_dev, seen.st_ino


def _lost(path: Path, connection: sqlite3.Connection) -> LedgerError:
    """Save a ledger whose file was deleted or replaced, and return the error that says where it is."""
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
    """Copy the whole ledger into a new file beside it, or else into the temporary folder."""
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
