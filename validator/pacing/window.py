"""One of the server's rate windows as it looks from here: its limit, and what still counts against it."""

from __future__ import annotations

import heapq
import math
from collections import deque
from typing import Self

# A limit that goes up must have been told for this many windows on end before it is believed: a new plan
# stays, a proxy or a rolling deployment that answers with another figure now and then does not.
WINDOWS_BEFORE_UP = 2

# 0.07 of 100 is 7.000000000000001 here, which still allows 7 requests and not 8.
ROUNDING = 1e-9


class Window:
    """A limit on requests in a span of time, with the log of those that the server may still count.

    The log holds, for each request answered, the time at which it has left the server's window for certain.

    Args:
        window_s: the span's length.
        limit: requests allowed in it; need not be whole.
    """

    def __init__(self, window_s: float, limit: float) -> None:
        self.window_s = window_s
        self.limit = limit
        self._leaves: list[float] = []
        self._more: float | None = None
        self._more_since = 0.0

    @property
    def per_min(self) -> float:
        """The limit as requests in a minute."""
        return self.limit * 60 / self.window_s

    def spacing_s(self, jitter_s: float) -> float:
        """Return the seconds from one request to the next: (W + J) / L.

        Requests take up to `jitter_s` longer or shorter to arrive, so that all those in one window of the
        server were sent within W + J; this spacing allows L of them there.
        """
        return (self.window_s + jitter_s) / self.limit

    def learn(self, now: float, limit: float) -> None:
        """Take in a limit that a reply told: down at once, up once it has held for two windows."""
        if limit <= self.limit:
            self.limit, self._more = limit, None
        elif self._more is None:
            self._more, self._more_since = limit, now
        else:
            self._more = min(self._more, limit)
            if now - self._more_since >= WINDOWS_BEFORE_UP * self.window_s:
                self.limit, self._more = self._more, None

    def add(self, arrived_by: float) -> None:
        """Log a request that had reached the server by then at the latest."""
        heapq.heappush(self._leaves, arrived_by + self.window_s)

    def room_at(self, now: float, in_flight: int) -> float:
        """Return when one more request fits beside those in flight and in the log: in flight + log < limit.

        Infinity where only the end of a request in flight can make room.
        """
        leaves = self._leaves
        while leaves and leaves[0] <= now:
            heapq.heappop(leaves)
        too_many = in_flight + len(leaves) - math.ceil(self.limit - ROUNDING) + 1
        if too_many <= 0:
            return now
        if too_many > len(leaves):
            return math.inf
        # More than one only after the limit went down.
        return leaves[0] if too_many == 1 else heapq.nsmallest(too_many, leaves)[-1]

    def inherit(self, other: Self) -> None:
        """Take over what another window has logged."""
        shift_s = self.window_s - other.window_s
        self._leaves = sorted(at + shift_s for at in other._leaves)


class Spare:
    """The fewest requests that any reply of the last `window_s` seconds left over.

    A queue of falling minima: each reply enters and leaves it once.
    """

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._told: deque[tuple[float, int]] = deque()

    def see(self, now: float, remaining: int) -> None:
        """Take in what one reply left over; 0 where it did not tell."""
        while self._told and self._told[-1][1] >= remaining:
            self._told.pop()
        self._told.append((now, remaining))

    def least(self, now: float) -> int:
        """Return the fewest; 0 where nothing was told lately."""
        while self._told and self._told[0][0] <= now - self._window_s:
            self._told.popleft()
        return self._told[0][1] if self._told else 0
