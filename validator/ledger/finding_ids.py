"""The ids of the findings that a ledger holds."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from validator.ledger.rows import UNVERIFIED_REASONS, Finding
from validator.model import Strength

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from validator.model import SessionRef


class FindingIds:
    """Finds the id of a finding, and gives a new finding its id.

    Args:
        known: the findings that the ledger has, by id.
        insert: stores a new finding, and returns its id.
    """

    def __init__(self, known: Mapping[int, Finding], insert: Callable[[Finding], int]) -> None:
        self._insert = insert
        self._ids = {finding: place for place, finding in known.items()}

    def of(self, finding: Finding) -> int:
        """Return the id of a finding, after inserting it if it is new."""
        if finding not in self._ids:
            self._ids[finding] = self._insert(finding)
        return self._ids[finding]

    def confirmed(self, session: SessionRef) -> dict[int, int]:
        """Return the id of the confirmed finding, by the id of each unverified finding of a session."""
        return {self._ids[waiting]: self.of(no) for no, waiting in _noes(session) if waiting in self._ids}


@lru_cache(maxsize=1_024)
def _noes(session: SessionRef) -> tuple[tuple[Finding, Finding], ...]:
    """Return all findings of a session's "no", confirmed and not verified. Every commit asks for them."""
    noes = [Finding.no(session, reason, strength) for reason in UNVERIFIED_REASONS for strength in Strength]
    return tuple((no, no.unverified()) for no in noes)
