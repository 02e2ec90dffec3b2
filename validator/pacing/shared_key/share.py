"""Others who spend the same key: noticed by what replies leave over, and given way to before it is refused.

Two kinds of server tell enough. One *counts* requests in a window (a fixed window, a sliding log, a sliding
counter): what it has left is the limit less what all clients sent. The other *refills* a bucket (a token
bucket, GCRA with a burst that is not tiny): what it has left falls only as far as all clients together ask
more than it refills. Which one it is shows in what is left and our own requests in a window, added up: on a
server that counts the sum never rises above the limit except at once, when a fixed window turns; on one that
refills it rises with each request.
"""

from __future__ import annotations

import math

from validator.pacing.shared_key.capacity import BucketCapacity, Reading, WindowCapacity

# A server counts a window only if it was once seen to have left this share of the limit; below it there may
# be a small burst that says nothing of the limit.
WIDE_SHARE = 0.5
# However busy others are, this share of the limit is asked for: an own 429 is better than standing still.
LEAST_SHARE = 0.05

# A sum that rises by this share of the limit at once: a fixed window has turned.
TURN_SHARE = 0.25
# A sum that has risen by this share of the limit in steps of a request or so: the server refills. A sliding
# counter, whose estimate is off by a quarter of the limit at worst, does not get there.
REFILL_SHARE = 0.4
STEP_SHARE, STEP_REQUESTS = 0.02, 3


class ForeignTraffic:
    """What others leave of one window of the server.

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

    def see(self, reading: Reading, ours: float) -> None:
        """Record what a reply states; `ours` is the limit for us, which may be less than the server's."""
        self._widest = max(self._widest, reading.remaining / reading.limit)
        self._watch(reading)
        self._counting.see(reading, ours)
        self._refilling.see(reading)

    def refused(self, now: float) -> None:
        """Record a refusal: while our own requests are below the limit, somebody else's are there."""
        self._counting.notice(now)

    @property
    def explains_refusals(self) -> bool:
        """Whether what replies leave over steers the pace, so that a refusal need not."""
        return self._counts or (self._refills and self._refilling.room < math.inf)

    def free(self, now: float, ours: float) -> float:
        """Return how many requests a window are for us: `ours`, or less where others are there."""
        # Seen to refill or not yet: what never has half the limit left is a bucket rather than a window, and
        # others could empty it before our own requests have shown which.
        room = self._counting.room(now) if self._counts else self._refilling.room
        return min(ours, max(room, LEAST_SHARE * ours))

    def opens_at(self, now: float, started: int) -> float:
        """Return when one more request may go, after `started` in all: later where there is no room."""
        return self._counting.opens_at(now, started) if self._counts else now

    @property
    def _counts(self) -> bool:
        return not self._refills and self._widest >= WIDE_SHARE

    @property
    def _refills(self) -> bool:
        return self._rise >= 1

    def _watch(self, reading: Reading) -> None:
        """Tell the server's kind by how our requests and what is left add up. It never changes."""
        total = reading.own + reading.remaining
        change = 0 if self._sum is None else total - self._sum
        self._sum = total
        if change > TURN_SHARE * reading.limit:
            self._counting.turned(reading.now)
        elif change <= max(STEP_REQUESTS, STEP_SHARE * reading.limit) and not self._refills:
            self._rise = max(0.0, self._rise + change / (REFILL_SHARE * reading.limit))
