"""A run over time, in a bounded number of buckets: requests, their results, holds and pauses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msgspec import Struct, field

from validator.reports.counts import CallCounts
from validator.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from validator.model import SessionRef

# The number of columns that fit on a phone's screen. It also bounds the summaries in the ledger.
MOST_BUCKETS = 60

# The width of the first buckets; it doubles each time the buckets are full.
FIRST_WIDTH_S = 1.0


class TimeBucket(Value, Struct, frozen=True, kw_only=True):
    """One part of the time in which a run sent requests.

    Attributes:
        start_s: its begin, in seconds from the run's first request.
        duration_s: its length in seconds.
        attempts: exchanges begun for checks.
        answers: attempts with an answer for a number.
        refusals: attempts refused by the rate limiter (429).
        failures: attempts without an answer, refusals not included.
        canaries: further exchanges, which check whether a session can be trusted.
        retracted: answers that were withdrawn because their session may have been wrong.
        held_s: seconds in which the key was held after a refusal; with several keys, their mean.
        paused_s: seconds without requests although there was work, holds not included.
        limit_per_min: the limit in force, in requests a minute; None if there was none.
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
        """Exchanges a minute in this part, including canaries."""
        return 60 * (self.attempts + self.canaries) / self.duration_s if self.duration_s else 0.0


class TimeSpan(Value, Struct, kw_only=True):
    """The counts between two moments. Spans can be added.

    Attributes:
        calls: exchanges.
        sessions: attempts and failures by session.
        held_s: seconds of holds.
        paused_s: seconds of other pauses.
        limited_s: seconds in which a limit was in force.
        allowed: requests that the limit allowed in `limited_s`.
    """

    calls: CallCounts = field(default_factory=CallCounts)
    sessions: dict[SessionRef, tuple[int, int]] = field(default_factory=dict)
    held_s: float = 0.0
    paused_s: float = 0.0
    limited_s: float = 0.0
    allowed: float = 0.0

    def add(self, other: TimeSpan) -> None:
        """Add the counts of another span."""
        self.calls.add(other.calls)
        for session, (attempts, failures) in other.sessions.items():
            before = self.sessions.get(session, (0, 0))
            self.sessions[session] = before[0] + attempts, before[1] + failures
        self.held_s += other.held_s
        self.paused_s += other.paused_s
        self.limited_s += other.limited_s
        self.allowed += other.allowed


class Timeline:
    """Collects spans in buckets of equal width. If there are too many, neighbours are merged.

    Args:
        most: the largest number of buckets.
        width_s: the first width of a bucket, in seconds.
    """

    def __init__(self, *, most: int = MOST_BUCKETS, width_s: float = FIRST_WIDTH_S) -> None:
        self._most = most
        self._width_s = width_s
        self._spans: list[TimeSpan] = []
        self._end_s = 0.0

    def add(self, from_s: float, until_s: float, span: TimeSpan) -> None:
        """Add the counts between two moments, in seconds from the run's first request."""
        middle_s = (from_s + until_s) / 2
        while middle_s > self._most * self._width_s:
            self._merge()
        # The border of two buckets belongs to the first one, so that the end of a run opens no new bucket.
        place = max(0, math.ceil(middle_s / self._width_s) - 1)
        self._spans += [TimeSpan() for _ in range(len(self._spans), place + 1)]
        self._spans[place].add(span)
        self._end_s = max(self._end_s, until_s)

    def buckets(self, sessions: Sequence[SessionRef] = ()) -> tuple[TimeBucket, ...]:
        """Return the buckets in order; `sessions` is the order of the counts by session."""
        return tuple(
            self._bucket(place * self._width_s, span, sessions) for place, span in enumerate(self._spans)
        )

    def merge(self, other: Timeline) -> None:
        """Add another part of the run, which began at about the same time."""
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
    """Return attempts and failures by session since an earlier count."""
    return {
        session: (attempts - before.get(session, (0, 0))[0], failures - before.get(session, (0, 0))[1])
        for session, (attempts, failures) in now.items()
    }
