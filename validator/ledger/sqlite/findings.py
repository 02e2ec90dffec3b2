"""The dictionary `findings`: its rows are read, and new ones inserted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.ledger.rows import Finding

if TYPE_CHECKING:
    import sqlite3

INSERT = "INSERT INTO findings VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)"
SELECT = "SELECT id, verdict, reason, source, gateway, session, own_id, strength FROM findings"


def read_findings(reading: sqlite3.Connection) -> dict[int, Finding]:
    """Return the whole dictionary, by id."""
    return {
        finding_id: Finding(verdict, reason, source, gateway, session, bool(own_id), strength)
        for finding_id, verdict, reason, source, gateway, session, own_id, strength in reading.execute(SELECT)
    }


def insert_finding(writing: sqlite3.Connection, finding: Finding) -> int:
    """Insert a new finding, and return its id."""
    return writing.execute(INSERT, finding).lastrowid or 0
