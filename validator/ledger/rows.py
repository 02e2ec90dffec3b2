"""An outcome as a ledger stores it: its row of `numbers`, and the finding that it shares with many others.

`sqlite.schema` explains the columns.
"""

from __future__ import annotations

from functools import lru_cache
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


_UNKNOWN = Verdict.UNKNOWN.value


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
        verdict, reason, source, strength = _texts(
            (outcome.verdict, outcome.reason, outcome.source, outcome.strength)
        )
        own_id = outcome.whatsapp_id == f"{int(outcome.number)}{OWN_ID_SUFFIX}"
        return cls(verdict, reason, source, outcome.gateway, outcome.session, own_id, strength)

    @classmethod
    def no(cls, session: SessionRef, reason: str | None, strength: str) -> Self:
        """Return the finding of a session's "no" that is confirmed."""
        verdict, source = Verdict.NOT_REGISTERED.value, Source.API.value
        return cls(verdict, reason, source, *session, own_id=False, strength=strength)

    def unverified(self) -> Self:
        """Return the finding of this "no" while it is not verified."""
        reason = UNVERIFIED_REASONS[self.reason].value
        return self._replace(verdict=_UNKNOWN, reason=reason, own_id=False)


@lru_cache(maxsize=256)
def _texts(said: tuple[Verdict, Reason | None, Source, Strength]) -> tuple[str, str | None, str, str]:
    """Return the values of enum members. Cached, since Python needs two calls for the value of one."""
    verdict, reason, source, strength = said
    return verdict.value, None if reason is None else reason.value, source.value, strength.value


def row_of(outcome: Outcome, finding: Finding, finding_id: int) -> NumberRow:
    """Return the row of an outcome with its finding: an answer, or a failure if that is `unknown`."""
    # A database takes exact ints faster than a subclass, and the text of `Number` is masked.
    number, at_ms = int(outcome.number), outcome.checked_at_ms
    if finding.verdict == _UNKNOWN:
        return NumberRow(number, None, None, None, None, finding_id, at_ms, outcome.attempts)
    stored_id = None if finding.own_id else outcome.whatsapp_id
    return NumberRow(number, finding_id, at_ms, outcome.attempts, stored_id)
