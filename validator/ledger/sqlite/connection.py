"""Connections to the ledger's file: how they are set up, and what their failures mean.

SQLite before 3.51.3 can lose committed rows if two connections write or checkpoint a WAL at once
(sqlite.org/wal.html#walresetbug). So only one connection writes, under our own lock, and all others are
read-only: these can neither write nor checkpoint.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from validator.errors import LedgerError
from validator.ledger.sqlite.schema import SCHEMA_VERSION, migrate, version_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SQLITE_VERSION = sqlite3.sqlite_version

# Since this version SQLite always has json_each, FILTER and IS TRUE (sqlite.org/changes.html).
OLDEST_SQLITE = (3, 38, 0)

# In WAL mode readers do not block others; this only waits for the short recovery after a crash.
BUSY_TIMEOUT_S = 5.0

# After a checkpoint the WAL is truncated to this size; it grows larger during a reader's long scan.
WAL_KEPT_BYTES = 64 * 2**20

# A ledger of up to this size is checked as a whole whenever a run opens it, which takes about 0.1 s.
ALWAYS_CHECKED_BYTES = 32 * 2**20

# The low byte of an extended code is the primary code (sqlite.org/rescode.html).
PRIMARY_CODE = 0xFF

WRITER_PRAGMAS = (
    # A commit returns when it has reached the disk. NORMAL may lose the last commits in a power cut.
    "PRAGMA synchronous = FULL",
    # macOS: fsync alone leaves data in the drive's cache. Does nothing elsewhere.
    "PRAGMA fullfsync = ON",
    # Deleted or replaced data is overwritten, since it names people.
    "PRAGMA secure_delete = ON",
    f"PRAGMA journal_size_limit = {WAL_KEPT_BYTES}",
)


def require_sqlite(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> None:
    """Raise `LedgerError` if SQLite is too old."""
    if version < OLDEST_SQLITE:
        raise LedgerError(
            f"this Python has SQLite {_dotted(version)}, and the ledger needs {_dotted(OLDEST_SQLITE)}; "
            f"use a Python that was built with a newer one"
        )


def loses_commits(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite can lose commits if two connections write, which never happens here."""
    return version < (3, 44, 6) or (3, 45, 0) <= version < (3, 50, 7) or (3, 51, 0) <= version < (3, 51, 3)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


@contextmanager
def translated(path: Path, action: str) -> Iterator[None]:
    """Raise SQLite's errors as `LedgerError`, which says what failed for which file, and what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise LedgerError(_message(path, action, error)) from error


def _message(path: Path, action: str, error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & PRIMARY_CODE
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return _damaged(path)
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    is_held = code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    remedy = "Close the other program that has it open" if is_held else "Look at the disk's space and health"
    return (
        f"the ledger {path} could not be {action} ({name}: {error}); what was committed before is kept. "
        f"{remedy}, then run the same command again"
    )


def _damaged(path: Path) -> str:
    return (
        f"the ledger {path} is damaged, or no ledger at all; it is left as it is. Move it and its -wal file "
        "aside and put a backup in their place, or none to start again; docs/ledger.md says how to save "
        "rows. If it is another file, choose another path with --ledger"
    )


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=BUSY_TIMEOUT_S,
        # A connection is used by one thread at a time, but not always by the same one: long scans run in a
        # thread while another one works on their results, and library calls have threads of their own.
        check_same_thread=False,
    )


def open_writer(path: Path, always_checked_bytes: int = ALWAYS_CHECKED_BYTES) -> sqlite3.Connection:
    """Return the one connection that writes: checked, migrated, every commit durable when it returns.

    Args:
        path: an absolute path; the file exists (it may be empty), and its lock is ours.
        always_checked_bytes: a larger file is checked as a whole only after an unclean end.

    Raises:
        LedgerError: the file is damaged, foreign, of a later version, or cannot be written.
    """
    require_sqlite()
    with translated(path, "opened"):
        is_small = path.stat().st_size <= always_checked_bytes
        checked = is_small or _ended_uncleanly(path)
        connection = _connect(path, "rw")
        try:
            _set_up(connection, path, checked=checked)
        except BaseException:
            connection.close()
            raise
    return connection


def _ended_uncleanly(path: Path) -> bool:
    """Return whether a WAL is left: SQLite removes it when the last connection is closed in order."""
    return path.with_name(f"{path.name}-wal").exists()


def _set_up(connection: sqlite3.Connection, path: Path, *, checked: bool = True) -> None:
    # Check that the file is a ledger before anything in it is changed.
    version = version_of(connection, path)
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise LedgerError(
            f"the ledger {path} cannot keep a WAL where it lies; choose a local path with --ledger"
        )
    for pragma in WRITER_PRAGMAS:
        connection.execute(pragma)
    if checked or version != SCHEMA_VERSION:
        _require_ok(connection, path, "PRAGMA quick_check(1)")
    migrate(connection, version)


def _require_ok(connection: sqlite3.Connection, path: Path, check: str) -> None:
    # SQLite's own text is not shown: it can hold row ids, which are people's numbers.
    if connection.execute(check).fetchall() != [("ok",)]:
        raise LedgerError(_damaged(path))


def require_sound(connection: sqlite3.Connection, path: Path) -> None:
    """Check every page, row and index, and that every fact has its finding; twice as slow as opening.

    Raises:
        LedgerError: something is wrong; the file is not changed.
    """
    with translated(path, "read"):
        _require_ok(connection, path, "PRAGMA integrity_check(1)")
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise LedgerError(_damaged(path))


def open_reader(path: Path) -> sqlite3.Connection:
    """Return a read-only connection, usable while a writer in this or another process works.

    A file that is missing or empty reads as an empty ledger.

    Raises:
        LedgerError: the file is damaged, foreign, of another version, or cannot be read.
    """
    require_sqlite()
    if not path.exists():
        return open_empty()
    with translated(path, "opened"):
        connection = _connect(path, "ro")
        try:
            version = version_of(connection, path)
        except BaseException:
            connection.close()
            raise
    if version == SCHEMA_VERSION:
        return connection
    connection.close()
    return open_empty() if version == 0 else _refuse_older(path, version)


def open_empty() -> sqlite3.Connection:
    """Return a connection to an empty ledger, in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    migrate(connection, 0)
    return connection


def _refuse_older(path: Path, version: int) -> sqlite3.Connection:
    raise LedgerError(
        f"the ledger {path} has schema version {version}, and this validator reads {SCHEMA_VERSION}; "
        f"the next `validator check` brings it up to date"
    )
