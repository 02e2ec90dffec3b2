"""Opens the kind of ledger that a location names."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from validator.errors import UsageError
from validator.ledger.lock import NothingToLose
from validator.ledger.sqlite import reader as sqlite_reader
from validator.ledger.sqlite.writer import SqliteLedger
from validator.ledger_url import LedgerUrl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.ledger.ledger import Ledger, LedgerReader
    from validator.ledger.lock import Hold
    from validator.ledger_url import Location


def open_ledger(location: Location, *, holder: str) -> Ledger:
    """Open or create a ledger for writing.

    Args:
        location: the file of the ledger, or the URL of its database.
        holder: text by which the user recognises this run, such as its command; no key and no number.

    Raises:
        Busy: another process has it open, and it allows one writer; the message names the process.
        LedgerError: it cannot be opened; the message says why, and what to do.
        UsageError: the extra that it needs is not installed, or the URL is not valid.
    """
    if not isinstance(location, LedgerUrl):
        return SqliteLedger.open(location, holder=holder)
    require_postgres()
    from validator.ledger.postgres.writer import PostgresLedger  # noqa: PLC0415 - needs an extra

    return PostgresLedger.open(location, holder=holder)


def read(location: Location) -> LedgerReader:
    """Open a ledger for reading only; one that does not exist yet is empty.

    Raises:
        LedgerError: it cannot be opened; the message says why, and what to do.
        UsageError: the extra that it needs is not installed, or the URL is not valid.
    """
    if not isinstance(location, LedgerUrl):
        return sqlite_reader.read(location)
    require_postgres()
    from validator.ledger.postgres import reader as postgres_reader  # noqa: PLC0415 - needs an extra

    return postgres_reader.read(location) or sqlite_reader.empty()


def hold_keys(location: Location | None, keys: Sequence[str], *, holder: str) -> Hold:
    """Lock the keys for this run on all machines, if the ledger is for several machines.

    Args:
        location: the ledger.
        keys: the fingerprints of the keys.
        holder: text by which the user recognises this run.

    Raises:
        Busy: another run holds one of them; the message names the run.
        LedgerError: the ledger cannot be opened.
        UsageError: the extra that it needs is not installed, or the URL is not valid.
    """
    if not isinstance(location, LedgerUrl):
        return NothingToLose()
    require_postgres()
    from validator.ledger.postgres.key_locks import KeyLocks  # noqa: PLC0415 - needs an extra

    who = f"{holder}, pid {os.getpid()} on {socket.gethostname()}"
    return KeyLocks.take(location, sorted(set(keys)), holder=who)


def require_postgres() -> None:
    """Raise `UsageError` if the extra `postgres` is not installed."""
    try:
        import psycopg  # noqa: F401, PLC0415 - an extra, which most users do not need
    except ImportError as error:
        raise UsageError(
            "a ledger in PostgreSQL needs an extra: pip install 'recipient-validator[postgres]' "
            f"({str(error).partition(chr(10))[0]})"
        ) from None
