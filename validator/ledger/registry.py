"""Which kind of ledger a location names, and how it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.ledger.sqlite import reader as sqlite_reader
from validator.ledger.sqlite.writer import SqliteLedger

if TYPE_CHECKING:
    from pathlib import Path

    from validator.ledger.ledger import Ledger, LedgerReader


def open_ledger(location: Path, *, holder: str) -> Ledger:
    """Open or make a ledger to write to.

    Args:
        location: the file of the ledger.
        holder: what a person needs to recognise this run, such as its command; neither key nor number.

    Raises:
        Busy: another process has it open for writing; the message names it.
        LedgerError: it cannot be opened; the message says why, and what to do.
    """
    return SqliteLedger.open(location, holder=holder)


def read(location: Path) -> LedgerReader:
    """Open a ledger for reading only; one that does not exist yet is empty.

    Raises:
        LedgerError: it cannot be opened; the message says why, and what to do.
    """
    return sqlite_reader.read(location)
