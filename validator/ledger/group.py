"""The outcomes and other records that one commit makes durable."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from validator.ledger.rows import Finding, row_of
from validator.ledger.values import QUARTER_HOUR_MS
from validator.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from validator.ledger.finding_ids import FindingIds
    from validator.ledger.rows import NumberRow
    from validator.model import Outcome, SessionRef

# The ordinal of an outcome that needs no verification; those of unverified negatives begin at 1.
VERIFIED = 0


class Group:
    """The open group of a ledger: outcomes, confirmations and attempts.

    Attributes:
        confirmed: the last confirmed ordinal of each session.
        spent: attempts by session and quarter of an hour.
    """

    def __init__(self) -> None:
        self._outcomes: list[tuple[Outcome, int]] = []
        self.confirmed: dict[SessionRef, int] = {}
        self.spent: Counter[tuple[SessionRef, int]] = Counter()

    def __bool__(self) -> bool:
        """Whether there is anything in it."""
        return bool(self._outcomes or self.confirmed or self.spent)

    def __len__(self) -> int:
        """How many outcomes are in it."""
        return len(self._outcomes)

    def add(self, outcome: Outcome, ordinal: int = VERIFIED) -> None:
        """Add an outcome, with its ordinal if it is an unverified "no".

        Raises:
            ValueError: the verdict is `SUPPRESSED`, which is about a list and not about the number.
        """
        if outcome.verdict is Verdict.SUPPRESSED:
            raise ValueError("a suppressed recipient was not checked, so the ledger has nothing to keep")
        self._outcomes.append((outcome, ordinal))

    def confirm(self, session: SessionRef, through: int) -> None:
        """Confirm a session's "no"s up to an ordinal."""
        self.confirmed[session] = max(through, self.confirmed.get(session, VERIFIED))

    def spend(self, session: SessionRef, count: int, now_ms: int) -> None:
        """Count attempts."""
        self.spent[session, now_ms // QUARTER_HOUR_MS] += count

    def rows(self, ids: FindingIds) -> Iterator[NumberRow]:
        """Yield the row of each outcome, in their order."""
        for outcome, ordinal in self._outcomes:
            finding = Finding.of(outcome)
            if ordinal and self._is_unverified(outcome, ordinal):
                finding = finding.unverified()
            yield row_of(outcome, finding, ids.of(finding))

    def unverified(self) -> Iterator[tuple[str, str, int, int]]:
        """Yield gateway, session, ordinal and number of each unverified "no"."""
        unverified = (each for each in self._outcomes if each[1] and self._is_unverified(*each))
        return ((*one.session_ref, ordinal, int(one.number)) for one, ordinal in unverified)

    def spending(self) -> Iterator[tuple[str, str, int, int]]:
        """Yield gateway, session, quarter of an hour and attempts."""
        return ((*ref, quarter, count) for (ref, quarter), count in self.spent.items())

    def clear(self) -> int:
        """Empty it, and return how many outcomes were in it."""
        written = len(self._outcomes)
        self._outcomes.clear()
        self.confirmed.clear()
        self.spent.clear()
        return written

    def _is_unverified(self, outcome: Outcome, ordinal: int) -> bool:
        """Whether an outcome is an unverified "no"; many are confirmed before they are written."""
        return ordinal > VERIFIED and ordinal > self.confirmed.get(outcome.session_ref, VERIFIED)


def fact_rows(ids: FindingIds, outcomes: Iterable[Outcome]) -> list[NumberRow]:
    """Return the rows of imported facts, in their order."""
    said = ((outcome, Finding.of(outcome)) for outcome in outcomes)
    return [row_of(outcome, finding, ids.of(finding)) for outcome, finding in said]
