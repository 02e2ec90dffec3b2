"""An outcome as a ledger stores it: its row of `numbers`, and the finding that it shares with many others.

`sqlite.schema` explains the columns.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Self

from validator.ledger.values import OWN_ID_SUFFIX
from validator.model import Outcome, Reason, Source, Strength, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.model import SessionRef

# The reason of a "no" that is not verified yet, by the reason that it has after it is confirmed.
UNVERIFIED_REASONS: Mapping[str | None, Reason] = MappingProxyType(
    {
        Reason.NOT_ON_WHATSAPP: Reason.SESSION_SUSPECT,
        Reason.NOT_ON_WHATSAPP_TWICE: Reason.NOT_CONFIRMED,
    }
)


class NumberRow(NamedTuple):
    """The values that one outcome writes into a row of `numbers`, in column order: an answer or a failure."""

    number: int
    finding: int | None = None
    checked_at_ms: int | None = None
    attempts: int | None = None
    whatsapp_id: str | None = None
    failure: int | None = None
    failed_at_ms: int | None = None
    failed_attempts: int | None = None


class Finding(NamedTuple):
    """What many numbers have in common: one row of the dictionary `findings`, in its columns' order."""

    verdict: str
    reason: str | None
    source: str
    gateway: str
    session: str
    own_id: bool
    strength: str = Strength.DEFINITE.value

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """Return the part of an outcome that is not the number's own."""
        return cls(
            outcome.verdict.value,
            outcome.reason.value if outcome.reason else None,
            outcome.source.value,
            outcome.gateway,
            outcome.session,
            outcome.whatsapp_id == f"{int(outcome.number)}{OWN_ID_SUFFIX}",
            outcome.strength.value,
        )

    @classmethod
    def no(cls, session: SessionRef, reason: str | None, strength: str) -> Self:
        """Return the finding of a session's "no" that is confirmed."""
        verdict, source = Verdict.NOT_REGISTERED.value, Source.API.value
        return cls(verdict, reason, source, *session, own_id=False, strength=strength)

    def unverified(self) -> Self:
        """Return the finding of this "no" while it is not verified."""
        reason = UNVERIFIED_REASONS[self.reason].value
        return self._replace(verdict=Verdict.UNKNOWN.value, reason=reason, own_id=False)


def row_of(outcome: Outcome, finding: Finding, finding_id: int) -> NumberRow:
    """Return the row of an outcome with its finding: an answer, or a failure if that is `unknown`."""
    # A database takes exact ints faster than a subclass, and the text of `Number` is masked.
    number, at_ms = int(outcome.number), outcome.checked_at_ms
    if finding.verdict == Verdict.UNKNOWN.value:
        return NumberRow(number, None, None, None, None, finding_id, at_ms, outcome.attempts)
    stored_id = None if finding.own_id else outcome.whatsapp_id
    return NumberRow(number, finding_id, at_ms, outcome.attempts, stored_id)
