"""The counts inside a summary, and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct
from msgspec.structs import force_setattr

from validator.value import Value, as_dict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

Amount = TypeVar("Amount", int, float)


class CallCounts(Value, Struct, kw_only=True):
    """Counts of the HTTP exchanges of one run. It is mutable: the run counts in it.

    Attributes:
        attempts: exchanges begun for checks.
        answers: attempts with an answer for a number.
        refusals: attempts refused by the rate limiter (429).
        retries: attempts for a number that had failed before.
        failures: attempts without an answer, refusals not included.
        canaries: further exchanges, which check whether a session can still be trusted.
        retracted: answers that were withdrawn because their session may have been wrong.
        confirmations: second checks of a "no"; their exchanges are included above.
        overturned: confirmations with the answer "yes".
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
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def since(self, before: CallCounts) -> CallCounts:
        """Return the difference to earlier counts."""
        return CallCounts(
            **{name: getattr(self, name) - getattr(before, name) for name in self.__struct_fields__}
        )


class SessionCounts(Value, Struct, kw_only=True):
    """Exchanges through one session.

    Attributes:
        session: its id.
        gateway: its gateway.
        attempts: exchanges begun for checks.
        failures: attempts without an answer.
        canaries: further exchanges, which check whether the session can be trusted.
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
        return {**as_dict(self), "error_rate": self.error_rate}


class RateUse(Value, Struct, frozen=True, kw_only=True):
    """How a rate limit was used.

    Attributes:
        key: the name of the key in messages; empty for the whole run, and if the run has only one key.
        gateway: the gateway of the key.
        host: host and port of its requests.
        limit_per_min: the limit in force, in requests a minute; None if there was none.
        told_by: the source of the limit, as words after "limit from" (`X-RateLimit-Limit`, `--rate`).
        used_per_min: attempts a minute while the run asked; for a short list sent in one burst, all of them.
        share_of_limit: used over allowed (0 to 1); None without a limit.
        held_s: seconds in which the key was held after refusals of the provider.
        hold_reason: the reason of the last hold, as words after "held: "; empty without a hold.
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


class Changes(Value, Struct, frozen=True, kw_only=True):
    """The numbers asked about in a run, by their earlier and their new answer.

    "No" is `not_registered` or the provider's "invalid". An earlier answer is one that was no longer valid,
    or a "no" that had to be confirmed.

    Attributes:
        first_yes: numbers without an earlier answer that are on WhatsApp.
        first_no: numbers without an earlier answer that are not on WhatsApp.
        joined: numbers with "no" before and "yes" now.
        gone: numbers with "yes" before and "no" now.
        same: numbers with the same answer as before.
        unanswered: numbers with an earlier answer but none now.
        earliest_at: the time of the oldest earlier answer, ISO 8601, UTC; None if there is none.
        latest_at: the time of the newest earlier answer.
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


def set_fields(frozen: Struct, **values: object) -> None:
    """Set fields of a frozen object in its `__post_init__`."""
    for name, value in values.items():
        force_setattr(frozen, name, value)


def all_counts(words: type[StrEnum], counts: Mapping[str, int]) -> dict[str, int]:
    """Return the count of every member of an enum, in its order; raises `ValueError` for other words."""
    counted = nonzero_counts(words, counts)
    return {word.value: counted.get(word.value, 0) for word in words}


def nonzero_counts(words: type[StrEnum], counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts that are not zero, largest first; raises `ValueError` for a word not in the enum."""
    return most_first({words(word).value: count for word, count in counts.items()})


def most_first(counts: Mapping[str, Amount]) -> dict[str, Amount]:
    """Return the counts that are not zero, largest first. Ties are in the order of the words.

    So two runs over the same list have the same order.
    """
    seen = ((word, count) for word, count in counts.items() if count)
    return dict(sorted(seen, key=lambda item: (-item[1], item[0])))
