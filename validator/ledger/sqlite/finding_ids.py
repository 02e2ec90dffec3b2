"""The ids of the findings that a ledger holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.ledger.sqlite.rows import UNVERIFIED_REASONS, Finding
from validator.model import Strength

if TYPE_CHECKING:
    import sqlite3

    from validator.model import SessionRef


class FindingIds:
    """Finds the id of a finding, and gives a new finding its id.

    Args:
        writing: the connection that new findings are inserted through.
    """

    def __init__(self, writing: sqlite3.Connection) -> None:
        self._writing = writing
        self._ids = {finding: place for place, finding in Finding.read_all(writing).items()}

    def of(self, finding: Finding) -> int:
        """Return the id of a finding, after inserting it if it is new."""
        if finding not in self._ids:
            inserted = self._writing.execute(
                "INSERT INTO findings VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", finding
            )
            self._ids[finding] = inserted.lastrowid or 0
        return self._ids[finding]

    def confirmed(self, session: SessionRef) -> dict[int, int]:
        """Return the id of each finding of a session's unverified negatives with the confirmed one's id."""
        noes = [
            Finding.no(session, reason, strength) for reason in UNVERIFIED_REASONS for strength in Strength
        ]
        return {self._ids[no.unverified()]: self.of(no) for no in noes if no.unverified() in self._ids}
