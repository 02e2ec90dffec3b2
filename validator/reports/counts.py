"""The counts inside a summary, and the order that they are shown in."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

Amount = TypeVar("Amount", int, float)


@dataclass(slots=True, kw_only=True)
class CallCounts:
    """HTTP exchanges of one run. A run counts in it, and its summary shows it.

    Attributes:
        attempts: exchanges begun for checks.
        answers: those that decided a number.
        refusals: those refused by the rate limiter (429).
        retries: those spent on a number that had failed before.
        failures: those that found nothing out, refusals not counted.
        canaries: exchanges beside these, to see whether a session still tells the truth.
        retracted: answers given up again because their session may have lied.
        confirmations: checks that asked once more about a "no"; their exchanges are counted above.
        overturned: those among them that were answered "yes".
    """

    attempts: int = 0
    answers: int = 0
    refusals: int = 0
    retries: int = 0
    failures: int = 0
    canaries: int = 0
    retracted: int = 0
    confirmations: int = 0
    overturned: int = 0

    def add(self, other: CallCounts) -> None:
        """Add the counts of another part of the run."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    def since(self, before: CallCounts) -> CallCounts:
        """Return what was counted after these counts were `before`."""
        return CallCounts(
            **{one.name: getattr(self, one.name) - getattr(before, one.name) for one in fields(self)}
        )


@dataclass(slots=True, kw_only=True)
class SessionCounts:
    """Exchanges through one session.

    Attributes:
        session: its id.
        gateway: the gateway it belongs to.
        attempts: exchanges begun for checks.
        failures: those that found nothing out.
        canaries: exchanges beside these, to see whether the session tells the truth.
    """

    session: str
    gateway: str = ""
    attempts: int = 0
    failures: int = 0
    canaries: int = 0

    @property
    def error_rate(self) -> float:
        """The share (0 to 1) of attempts that failed; 0 if there were none."""
        return round(self.failures / self.attempts, 6) if self.attempts else 0.0

    def add(self, other: SessionCounts) -> None:
        """Add the counts of another part of the run."""
        self.attempts += other.attempts
        self.failures += other.failures
        self.canaries += other.canaries

    def to_json(self) -> dict[str, Any]:
        """Return the counts as plain values for `json.dumps`."""
        return {**asdict(self), "error_rate": self.error_rate}


@dataclass(frozen=True, slots=True, kw_only=True)
class RateUse:
    """How a rate limit was used.

    Attributes:
        key: what messages call the key; empty for the run as a whole, and if it has one key only.
        gateway: the gateway of the key.
        host: host and port that its requests went to.
        limit_per_min: the limit that ruled, in requests a minute; None where there was none.
        told_by: the source of the limit, in words that follow "told by" (`X-RateLimit-Limit`, `--rate`).
        used_per_min: attempts a minute while the run asked; if a short list went out at once, all of them.
        share_of_limit: used over allowed (0 to 1); None without a limit.
        held_s: seconds during which the key was held back, as the provider had asked.
        hold_reason: why it was the last time, in words that follow "held: "; empty where it never was.
    """

    key: str = ""
    gateway: str = ""
    host: str = ""
    limit_per_min: float | None = None
    told_by: str = ""
    used_per_min: float = 0.0
    share_of_limit: float | None = None
    held_s: float = 0.0
    hold_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What the numbers asked about in a run were answered before, against what they are answered now.

    "No" is `not_registered` or the provider's "invalid". An earlier answer is one that no longer held, or a
    "no" that was to be confirmed.

    Attributes:
        first_yes: numbers without an earlier answer that are on WhatsApp.
        first_no: numbers without an earlier answer that are not.
        joined: numbers answered "no" before and "yes" now.
        gone: numbers answered "yes" before and "no" now.
        same: numbers answered as before.
        unanswered: numbers with an earlier answer and none now.
        earliest_at: when the oldest of the earlier answers was given, ISO 8601, UTC; None without any.
        latest_at: when the newest of them was.
    """

    first_yes: int = 0
    first_no: int = 0
    joined: int = 0
    gone: int = 0
    same: int = 0
    unanswered: int = 0
    earliest_at: str | None = None
    latest_at: str | None = None

    @property
    def checked_before(self) -> int:
        """Numbers with an earlier answer."""
        return self.joined + self.gone + self.same + self.unanswered


def set_fields(frozen: object, **values: object) -> None:
    """Set fields of a frozen object that is being made."""
    for name, value in values.items():
        object.__setattr__(frozen, name, value)


def all_counts(words: type[StrEnum], counts: Mapping[str, int]) -> dict[str, int]:
    """Return the count of every word there is, in the order of the words; ValueError for another word."""
    counted = nonzero_counts(words, counts)
    return {word.value: counted.get(word.value, 0) for word in words}


def nonzero_counts(words: type[StrEnum], counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts that are not zero, most first; ValueError for a word that does not exist."""
    return most_first({words(word).value: count for word, count in counts.items()})


def most_first(counts: Mapping[str, Amount]) -> dict[str, Amount]:
    """Return a plain dict without zeros; ties go by word, so that two runs over one list report alike."""
    seen = ((word, count) for word, count in counts.items() if count)
    return dict(sorted(seen, key=lambda item: (-item[1], item[0])))
