"""The circuit breaker of one lane: it stops the lane while so much fails that attempts would be wasted."""

from __future__ import annotations

import math
from enum import Enum, auto
from typing import assert_never

from validator.pacing.measures.rolling_count import RollingCount

# Source of the values: reliability studies of comparable breakers (Polly: 10 % of at least 100; resilience4j:
# 50 % of 100 in 60 s, ten calls half-open), adapted to lanes that may make only one request a second.
WINDOW_S = 60.0
ENOUGH = 20
FAILURE_SHARE = 0.5
IN_A_ROW = 10
FIRST_OPEN_S = 5.0
# With a longest pause of a minute and the steps after it, a lane is back at full pace within 90 s of a
# recovery.
LONGEST_OPEN_S = 60.0
# So many successes close a half-open breaker: by then as many have been in flight at once.
CLOSE_AFTER = 50


class BreakerState(Enum):
    """Closed lets every attempt start, open none, half-open as many at once as have succeeded."""

    CLOSED = auto()
    OPEN = auto()
    HALF_OPEN = auto()


class Breaker:
    """Opens if half of at least 20 attempts in a minute fail, or ten in a row.

    An open breaker lets nothing start for 5 s, and for twice as long after each failed probe, up to 60 s.
    Then one probe starts, after all earlier attempts have ended, so that the next result can only be the
    probe's. If it succeeds, as many may be in flight as have succeeded since, which doubles with each round
    trip. After 50 successes the breaker closes. If half of the attempts fail, it opens again, for 10 s: the
    probe has shown that the server works.
    """

    def __init__(self, *, open_s: float = FIRST_OPEN_S, max_open_s: float = LONGEST_OPEN_S) -> None:
        self.state = BreakerState.CLOSED
        self._first_open_s = open_s
        self._max_open_s = max_open_s
        self._open_s = open_s
        self._open_until = -math.inf
        self._attempts = RollingCount(WINDOW_S)
        self._failures = RollingCount(WINDOW_S)
        self._failures_in_a_row = 0
        self._proved = 0
        self._disproved = 0

    @property
    def awaits_probe(self) -> bool:
        """Whether the next attempt is the probe."""
        return self.state is BreakerState.OPEN

    @property
    def probing(self) -> bool:
        """Whether the one attempt in flight is the probe."""
        return self.state is BreakerState.HALF_OPEN and not self._proved

    @property
    def resuming(self) -> bool:
        """Whether the probe has succeeded, and the lane is returning to its full pace."""
        return self.state is BreakerState.HALF_OPEN and bool(self._proved)

    def ready_at(self, now: float, in_flight: int) -> float:
        """Return when one more attempt may start; infinity: after one in flight has ended."""
        match self.state:
            case BreakerState.CLOSED:
                return now
            case BreakerState.OPEN if now < self._open_until:
                return self._open_until
            case BreakerState.OPEN:
                return math.inf if in_flight else now
            case BreakerState.HALF_OPEN:
                return now if in_flight < max(1, self._proved) else math.inf
            case _:
                assert_never(self.state)

    def start(self) -> None:
        """Record that an attempt starts (if `ready_at` allows it); the first after a pause is the probe."""
        if self.state is BreakerState.OPEN:
            self.state = BreakerState.HALF_OPEN
            self._proved = self._disproved = 0

    def succeeded(self, now: float) -> None:
        """Record an attempt that the server answered. One from before the pause is ignored."""
        match self.state:
            case BreakerState.CLOSED:
                self._attempts.add(now)
                self._failures_in_a_row = 0
            case BreakerState.HALF_OPEN:
                self._proved += 1
                self._open_s = self._first_open_s
                if self._proved >= CLOSE_AFTER:
                    self._close()
            case BreakerState.OPEN:
                pass
            case _:
                assert_never(self.state)

    def failed(self, now: float) -> None:
        """Record an attempt without an answer, or with a bad one."""
        match self.state:
            case BreakerState.CLOSED:
                self._attempts.add(now)
                self._failures.add(now)
                self._failures_in_a_row += 1
                if self._failures_in_a_row >= IN_A_ROW or self._fails_widely(now):
                    self._open(now, self._first_open_s)
            case BreakerState.HALF_OPEN:
                self._disproved += 1
                if self._disproved >= FAILURE_SHARE * (self._proved + self._disproved):
                    self._open(now, min(2 * self._open_s, self._max_open_s))
            case BreakerState.OPEN:
                pass
            case _:
                assert_never(self.state)

    def error_rate(self, now: float) -> float:
        """Return the share of failures in the last minute; 0 if nothing was tried."""
        attempts = self._attempts.total(now)
        return self._failures.total(now) / attempts if attempts else 0.0

    def _fails_widely(self, now: float) -> bool:
        return self._attempts.total(now) >= ENOUGH and self.error_rate(now) >= FAILURE_SHARE

    def _open(self, now: float, open_s: float) -> None:
        self.state = BreakerState.OPEN
        self._open_s = open_s
        self._open_until = now + open_s

    def _close(self) -> None:
        self.state = BreakerState.CLOSED
        self._failures_in_a_row = 0
        self._attempts.clear()
        self._failures.clear()
