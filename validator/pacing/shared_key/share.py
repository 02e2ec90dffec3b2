"""Other clients of the same key: noticed by the remaining requests, so that we slow down before a refusal.

Two kinds of server report enough. One *counts* requests in a window (a fixed window, a sliding log, a sliding
counter): its remaining requests are the limit less what all clients sent. The other *refills* a bucket (a
token bucket, GCRA with a burst that is not tiny): its remaining requests fall only if all clients together
ask for more than it refills. The sum of the remaining requests and our own in a window shows the kind. On a
server that counts it never rises above the limit, except in one step when a fixed window resets. On a server
that refills it rises with each request.
"""

from __future__ import annotations

import math

from validator.pacing.shared_key.capacity import BucketCapacity, Reading, WindowCapacity

# A server is taken to count only if it once had this share of the limit left. With less it may be a small
# burst, which says nothing about the limit.
WIDE_SHARE = 0.5
# This share of the limit is always used, however busy others are: a 429 is better than no progress.
LEAST_SHARE = 0.05

# The sum rises by this share of the limit in one step: a fixed window has reset.
TURN_SHARE = 0.25
# The sum has risen by this share of the limit in steps of about one request: the server refills. A sliding
# counter does not rise so far: its estimate is wrong by a quarter of the limit at most.
REFILL_SHARE = 0.4
STEP_SHARE, STEP_REQUESTS = 0.02, 3


class ForeignTraffic:
    """How much other clients leave of one window of the server.

    Args:
        window_s: the window's length.
    """

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._widest = 0.0
        self._rise = 0.0
        self._sum: int | None = None
        self._counting = WindowCapacity(window_s)
        self._refilling = BucketCapacity(window_s)
        self._counts = self._refills = False

    def see(self, reading: Reading, ours: float) -> None:
        """Record what a reply states; `ours` is the limit for us, which may be less than the server's."""
        self._widest = max(self._widest, reading.remaining / reading.limit)
        self._watch(reading)
        self._refills = self._rise >= 1
        self._counts = not self._refills and self._widest >= WIDE_SHARE
        self._counting.see(reading, ours)
        self._refilling.see(reading)

    def refused(self, now: float) -> None:
        """Record a refusal: our own requests are below the limit, so other clients use the key."""
        self._counting.notice(now)

    @property
    def explains_refusals(self) -> bool:
        """Whether the remaining requests control the pace, so that a refusal does not need to."""
        return self._counts or (self._refills and self._refilling.room < math.inf)

    def free(self, now: float, ours: float) -> float:
        """Return how many requests in a window are for us: `ours`, or less if others use the key."""
        # A server that never had half the limit left is treated as a bucket, even if no refill was seen yet:
        # others could empty it before our own requests show its kind.
        room = self._counting.room(now) if self._counts else self._refilling.room
        return min(ours, max(room, LEAST_SHARE * ours))

    def opens_at(self, now: float, started: int) -> float:
        """Return when one more request may start, after `started` in total: later if there is no room."""
        return self._counting.opens_at(now, started) if self._counts else now

    def _watch(self, reading: Reading) -> None:
        """Detect the server's kind by the sum of our requests and the remaining ones. It never changes."""
        total = reading.own + reading.remaining
        change = 0 if self._sum is None else total - self._sum
        self._sum = total
        if change > TURN_SHARE * reading.limit:
            self._counting.turned(reading.now)
        elif change <= max(STEP_REQUESTS, STEP_SHARE * reading.limit) and not self._refills:
            self._rise = max(0.0, self._rise + change / (REFILL_SHARE * reading.limit))
