"""The dictionary `findings`: several writers read its rows and insert new ones at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.ledger.rows import Finding

if TYPE_CHECKING:
    from validator.ledger.postgres.connection import Connection

SELECT = "SELECT id, verdict, reason, source, gateway, session, own_id, strength FROM findings"
INSERT = """
    INSERT INTO findings (verdict, reason, source, gateway, session, own_id, strength)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
ID_OF = """
    SELECT id FROM findings WHERE verdict = %s AND coalesce(reason, '') = coalesce(%s, '') AND source = %s
        AND gateway = %s AND session = %s AND own_id = %s AND strength = %s
"""


def read_findings(reading: Connection) -> dict[int, Finding]:
    """Return the whole dictionary, by id."""
    return {finding_id: Finding(*words) for finding_id, *words in reading.execute(SELECT)}


def insert_finding(writing: Connection, finding: Finding) -> int:
    """Insert a finding, unless another writer has done so, and return its id. Outside of a transaction."""
    writing.execute(INSERT, finding)
    row = writing.execute(ID_OF, finding).fetchone()
    return int(row[0]) if row else 0
