"""The limit on requests in flight, if a server's refusals show that it has one."""

from __future__ import annotations

import math
from collections import deque

# How many of the latest requests show whether so many in flight usually pass.
LATEST = 100
# The server may have finished requests that are still in flight here. So a request beyond the limit by our
# count passes now and then, but no more than this many for each refusal. With a rate limit many more pass.
STRAYS = 2
# So long after a limit was found one more request is tried, then two more, three more. The time doubles after
# each refusal of such a try, up to two hours.
FIRST_PROBE_AFTER_S, LONGEST_PROBE_AFTER_S = 120.0, 7200.0


class InFlightLimit:
    """Finds a limit on requests in flight: requests are refused only while others are in flight.

    A server that counts requests in flight refuses those beyond its limit, at any pace. A refusal counts as
    one of these if hardly any request passed with as many in flight. From then on fewer may be in flight, at
    the same pace. If a request is refused while it is the only one, the cause is something else.
    """

    def __init__(self) -> None:
        self._most = math.inf
        self._found_at = -math.inf
        self._probe_after_s = FIRST_PROBE_AFTER_S
        self._passed: deque[int] = deque(maxlen=LATEST)
        self._refused: deque[int] = deque(maxlen=LATEST)
        self._judged_at = -math.inf
        self._is_cause = False

    def most(self, now: float) -> float:
        """Return how many may be in flight; infinity if no limit was found."""
        if self._most == math.inf:
            return math.inf
        probes = (now - self._found_at) // self._probe_after_s
        return self._most + probes * (probes + 1) // 2

    def passed(self, in_flight: int) -> None:
        """Record a request that was not refused, and how many were in flight with it when it started."""
        self._passed.append(in_flight)

    def refused(self, in_flight: int, started_at: float, now: float) -> bool:
        """Record a refusal; return whether the cause is the number in flight. Joint refusals count as one.

        Args:
            in_flight: how many requests were in flight when the refused one started, itself included.
            started_at: when it started.
            now: when the refusal came.
        """
        is_first = started_at > self._judged_at
        if is_first:
            self._judged_at, self._is_cause = now, False
        # If two started together, the refused one may have arrived last: then its count is too low.
        self._is_cause = self._is_cause or self._is_beyond(in_flight)
        if is_first:
            self._refused.append(in_flight)
        if in_flight == 1:
            self._most, self._is_cause = math.inf, False
        if self._is_cause:
            self._lower(in_flight - 1, now, is_first=is_first)
        return self._is_cause

    def _is_beyond(self, in_flight: int) -> bool:
        passed = sum(count >= in_flight for count in self._passed)
        refused = sum(count >= in_flight for count in self._refused)
        return passed <= STRAYS * (refused + 1)

    def _lower(self, most: int, now: float, *, is_first: bool) -> None:
        if is_first and self.most(now) > self._most:
            self._probe_after_s = min(2 * self._probe_after_s, LONGEST_PROBE_AFTER_S)
        self._most = most if is_first else min(self._most, most)
        self._found_at = now
        self._passed.clear()
        self._refused.clear()
