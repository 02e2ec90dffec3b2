"""How much of one window of the server other clients leave to us, for each kind of server that reports it.

"Others" are other clients that use the same key.
"""

from __future__ import annotations

import math
from collections import deque

from msgspec import Struct

# Others are noticed if more than this share of our limit plus this many requests is missing. Without others
# nothing is missing, since 0.8 % of the limit stay unused.
NOTICED_SHARE, NOTICED_REQUESTS = 0.005, 1.0
# Others are assumed to be gone when nothing has been missing for this many windows.
WINDOWS_UNTIL_ALONE = 2

# The margin for requests of others that no reply has reported yet: three standard deviations of the random
# arrivals in the time from a server's decision until our pace reacts to it.
DEVIATIONS = 3.0
REACTION_S = 1.5

# On a server that counts, the least room in this share of a window decides. In a fixed window it is the least
# of a whole window, since the room shows only at its end.
SLIDING_MEMORY = 0.5

# A smaller burst says too little to control the pace: delivery jitter alone (half a second of the pace each
# way) empties a third of it.
LEAST_BURST_S, LEAST_BURST = 1.5, 20
# The history of a bucket has this many steps a window.
STEPS = 60

# If nothing is left and no reset is reported, the next try comes after this share of the window.
TRY_SHARE = 1 / 8


class Reading(Struct, frozen=True):
    """What one reply says about a window, with our own counts.

    Attributes:
        now: when it came.
        limit: the server's limit.
        remaining: the requests left.
        reset_s: seconds until the window is full again, or None if not stated.
        own: our requests in the window, up to the one that the reply belongs to.
        own_most: the same, with all requests sent since.
        ordinal: the number of the request that the reply belongs to, counted from the run's first.
    """

    now: float
    limit: float
    remaining: int
    reset_s: float | None
    own: int
    own_most: int
    ordinal: int


class WindowCapacity:
    """The room for us on a server that counts: our requests in the window plus the remaining ones."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._rooms: deque[tuple[float, float]] = deque()
        self._noticed_until = -math.inf
        self._began_at = math.inf
        self._missed_at_first = 0.0
        self._more_missed = False
        self._turned_at = -math.inf
        self._last: Reading | None = None
        self._margin = 0.0

    def see(self, reading: Reading, ours: float) -> None:
        """Record what a reply states."""
        missing = ours - reading.own_most - reading.remaining
        if self._last is None:
            self._began_at, self._missed_at_first = reading.now, missing
        noticed = NOTICED_REQUESTS + NOTICED_SHARE * ours
        self._more_missed |= missing - self._missed_at_first > noticed
        if missing > noticed:
            self.notice(reading.now)
        total = reading.own + reading.remaining
        self._last = reading
        self._margin = margin(reading.limit - total, self._window_s)
        room = total - self._margin
        while self._rooms and self._rooms[-1][1] >= room:
            self._rooms.pop()
        self._rooms.append((reading.now, room))

    def notice(self, now: float) -> None:
        """Record that others use the key."""
        self._noticed_until = now + WINDOWS_UNTIL_ALONE * self._window_s

    def turned(self, now: float) -> None:
        """Record that a fixed window has reset.

        If requests were missing in the window in which this run began, and did not become more, an earlier
        run made them: they say nothing about later windows.
        """
        if now - self._began_at <= self._window_s and not self._more_missed:
            self._rooms.clear()
        self._turned_at = now

    def room(self, now: float) -> float:
        """Return the requests in a window that others leave to us; infinity if there are no others."""
        if now >= self._noticed_until:
            return math.inf
        memory_s = self._window_s * (1.0 if self._turns(now) else SLIDING_MEMORY)
        while self._rooms and self._rooms[0][0] <= now - memory_s:
            self._rooms.popleft()
        return self._rooms[0][1] if self._rooms else math.inf

    def opens_at(self, now: float, started: int) -> float:
        """Return when one more request may start: later if the server has room only for the margin.

        Without this, new requests would replace those that leave our log before their places are free. A
        fixed window frees all its places at its reset. A sliding counter frees the places of the last window
        evenly, whenever they were used.
        """
        last = self._last
        if last is None or now >= self._noticed_until:
            return now
        turns = self._turns(now)
        if last.remaining - (started - last.ordinal) > (self._margin if turns else 0):
            return now
        try_s = TRY_SHARE * self._window_s
        reported = last.reset_s is not None and 0 < last.reset_s <= self._window_s
        reset_s = last.reset_s if reported and last.reset_s is not None else try_s
        return max(now, last.now + (reset_s if turns else min(reset_s, try_s)))

    def _turns(self, now: float) -> bool:
        return now - self._turned_at < WINDOWS_UNTIL_ALONE * self._window_s


class BucketCapacity:
    """The room for us on a server that refills.

    Others leave us, of the refill of one window, what we sent plus what the bucket gained. The content of the
    bucket is added, and spent in the time in which the bucket would fill. So the pace settles at the point
    where the bucket stays just above the margin.

    Attributes:
        room: requests in a window for us; infinity if the bucket is too small to show it.
    """

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._burst = 0
        self._history: deque[Reading] = deque()
        self.room = math.inf

    def see(self, reading: Reading) -> None:
        """Record what a reply states."""
        self._burst = max(self._burst, reading.remaining + 1)
        self._remember(reading)
        if self._burst < max(LEAST_BURST, LEAST_BURST_S * reading.limit / self._window_s):
            self.room = math.inf
            return
        first = self._history[0]
        left_to_us = reading.ordinal - first.ordinal + reading.remaining - first.remaining
        kept = min(margin(reading.limit - left_to_us, self._window_s), self._burst / 3)
        self.room = left_to_us + (reading.remaining - kept) * reading.limit / self._burst

    def _remember(self, reading: Reading) -> None:
        history, step_s = self._history, self._window_s / STEPS
        if not history or reading.now - history[-1].now >= step_s:
            history.append(reading)
        while history[0].now < reading.now - self._window_s - step_s:
            history.popleft()


def margin(others: float, window_s: float) -> float:
    """Return how many requests to keep free for others, if others make `others` requests in a window."""
    return 1 + DEVIATIONS * math.sqrt(max(0.0, others) * REACTION_S / window_s)
