"""A run over time: what was sent, what came of it, why nothing was; in a bounded number of buckets."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from validator.reports.counts import CallCounts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from validator.model import SessionRef

# So many fit side by side on a telephone, and in a ledger that keeps each run's summary.
MOST_BUCKETS = 60

# The width that a timeline begins with; it doubles whenever the buckets are full.
FIRST_WIDTH_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBucket:
    """One part of the time in which a run asked.

    Attributes:
        start_s: when it begins, in seconds from when the run began to ask.
        duration_s: its length in seconds.
        attempts: exchanges begun for checks.
        answers: those that decided a number.
        refusals: those refused by the rate limiter (429).
        failures: those that found nothing out, refusals not counted.
        canaries: exchanges beside these, to see whether a session tells the truth.
        retracted: answers given up again because their session may have lied.
        held_s: seconds in which the key was held back after a refusal; of several keys, their mean.
        paused_s: seconds in which nothing was sent although there was work, holds not counted.
        limit_per_min: the limit that ruled, in requests a minute; None if there was none.
        session_attempts: attempts through each session, in the order of the summary's `sessions`.
        session_failures: failures through each session, in the same order.
    """

    start_s: float
    duration_s: float
    attempts: int = 0
    answers: int = 0
    refusals: int = 0
    failures: int = 0
    canaries: int = 0
    retracted: int = 0
    held_s: float = 0.0
    paused_s: float = 0.0
    limit_per_min: float | None = None
    session_attempts: tuple[int, ...] = ()
    session_failures: tuple[int, ...] = ()

    @property
    def rate_per_min(self) -> float:
        """Exchanges a minute in this part, canaries counted in."""
        return 60 * (self.attempts + self.canaries) / self.duration_s if self.duration_s else 0.0


@dataclass(slots=True, kw_only=True)
class TimeSpan:
    """What happened between two moments; spans are added up.

    Attributes:
        calls: exchanges.
        sessions: attempts and failures by session.
        held_s: seconds of hold.
        paused_s: seconds of other pauses.
        limited_s: seconds in which a limit ruled.
        allowed: requests that the limit allowed in these.
    """

    calls: CallCounts = field(default_factory=CallCounts)
    sessions: dict[SessionRef, tuple[int, int]] = field(default_factory=dict)
    held_s: float = 0.0
    paused_s: float = 0.0
    limited_s: float = 0.0
    allowed: float = 0.0

    def add(self, other: TimeSpan) -> None:
        """Add what happened in another span."""
        self.calls.add(other.calls)
        for session, (attempts, failures) in other.sessions.items():
            before = self.sessions.get(session, (0, 0))
            self.sessions[session] = before[0] + attempts, before[1] + failures
        self.held_s += other.held_s
        self.paused_s += other.paused_s
        self.limited_s += other.limited_s
        self.allowed += other.allowed


class Timeline:
    """Collects spans into buckets of one width; neighbours are merged when there are too many.

    Args:
        most: how many buckets there are at most.
        width_s: the width to begin with.
    """

    def __init__(self, *, most: int = MOST_BUCKETS, width_s: float = FIRST_WIDTH_S) -> None:
        self._most = most
        self._width_s = width_s
        self._spans: list[TimeSpan] = []
        self._end_s = 0.0

    def add(self, from_s: float, until_s: float, span: TimeSpan) -> None:
        """Add what happened between two moments, in seconds from when the run began to ask."""
        middle_s = (from_s + until_s) / 2
        while middle_s > self._most * self._width_s:
            self._merge()
        # The border between two buckets belongs to the first: the last moment of a run opens none.
        place = max(0, math.ceil(middle_s / self._width_s) - 1)
        self._spans += [TimeSpan() for _ in range(len(self._spans), place + 1)]
        self._spans[place].add(span)
        self._end_s = max(self._end_s, until_s)

    def buckets(self, sessions: Sequence[SessionRef] = ()) -> tuple[TimeBucket, ...]:
        """Return the buckets in their order, which names the sessions as given."""
        return tuple(
            self._bucket(place * self._width_s, span, sessions) for place, span in enumerate(self._spans)
        )

    def merge(self, other: Timeline) -> None:
        """Add what happened in another part of the run, which began at about the same time."""
        for place, span in enumerate(other._spans):
            start_s = place * other._width_s
            self.add(start_s, min(start_s + other._width_s, max(start_s, other._end_s)), span)

    def _merge(self) -> None:
        for first, second in zip(self._spans[::2], self._spans[1::2], strict=False):
            first.add(second)
        self._spans = self._spans[::2]
        self._width_s *= 2

    def _bucket(self, start_s: float, span: TimeSpan, sessions: Sequence[SessionRef]) -> TimeBucket:
        calls, through = span.calls, [span.sessions.get(session, (0, 0)) for session in sessions]
        return TimeBucket(
            start_s=start_s,
            duration_s=round(min(self._width_s, max(0.0, self._end_s - start_s)), 3),
            attempts=calls.attempts,
            answers=calls.answers,
            refusals=calls.refusals,
            failures=calls.failures,
            canaries=calls.canaries,
            retracted=calls.retracted,
            held_s=round(span.held_s, 3),
            paused_s=round(span.paused_s, 3),
            limit_per_min=round(60 * span.allowed / span.limited_s, 3) if span.limited_s else None,
            session_attempts=tuple(attempts for attempts, _ in through),
            session_failures=tuple(failures for _, failures in through),
        )


def sessions_since(
    now: Mapping[SessionRef, tuple[int, int]], before: Mapping[SessionRef, tuple[int, int]]
) -> dict[SessionRef, tuple[int, int]]:
    """Return attempts and failures by session since they were counted before."""
    return {
        session: (attempts - before.get(session, (0, 0))[0], failures - before.get(session, (0, 0))[1])
        for session, (attempts, failures) in now.items()
    }
