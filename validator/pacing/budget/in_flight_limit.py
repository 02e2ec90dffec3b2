"""How many requests a server lets be in flight at once, where its refusals show that it counts them."""

from __future__ import annotations

import math
from collections import deque

# Whether as many in flight usually pass is judged by this many of the latest requests.
LATEST = 100
# Requests in flight here may have left the server already. So one passes now and then that was beyond the
# limit by our count, but no more than so many for each refusal. Where it is the rate, many more do.
STRAYS = 2
# So long after a limit was found one more is tried, then two more, three more; twice as long after each time
# that this was refused, up to two hours.
FIRST_PROBE_AFTER_S, LONGEST_PROBE_AFTER_S = 120.0, 7200.0


class InFlightLimit:
    """Finds a limit on requests in flight from what is refused beside others, and never alone.

    A server that counts requests in flight refuses those beyond its limit, at any pace. A refusal counts as
    one of these if hardly any request has passed that had as many beside it. From then on fewer may be in
    flight, at the same pace. A request that is refused alone shows that it was something else.
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
        """Return how many may be in flight; infinity if no limit shows."""
        if self._most == math.inf:
            return math.inf
        probes = (now - self._found_at) // self._probe_after_s
        return self._most + probes * (probes + 1) // 2

    def passed(self, in_flight: int) -> None:
        """Record a request that was not refused, and how many were in flight when it started, itself too."""
        self._passed.append(in_flight)

    def refused(self, in_flight: int, started_at: float, now: float) -> bool:
        """Record a refusal; say whether it is for what else was in flight. Those refused together are one.

        Args:
            in_flight: how many requests were in flight when the refused one started, itself included.
            started_at: when it started.
            now: when the refusal came.
        """
        is_first = started_at > self._judged_at
        if is_first:
            self._judged_at, self._is_cause = now, False
        # Of two that left together, the one refused may have arrived last, and count too few.
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
