"""One of the server's rate windows as seen from here: its limit, and the requests that still count."""

from __future__ import annotations

import heapq
import math
from collections import deque
from typing import TYPE_CHECKING, Self

from validator.pacing.shared_key.capacity import Reading
from validator.pacing.shared_key.share import ForeignTraffic

if TYPE_CHECKING:
    from validator.model import RateWindow

# A higher limit is used only after it was announced for this many windows without a break. A new plan stays;
# a proxy or a rolling deployment that announces another limit now and then does not.
WINDOWS_BEFORE_UP = 2

# 0.07 of 100 is 7.000000000000001 in floating point, which allows 7 requests and not 8.
ROUNDING = 1e-9


class Window:
    """A limit on requests in a span of time, with the log of those that the server may still count.

    If other clients use the same window, only what they leave of the limit is used.

    The log holds, for each finished request, the time at which it has certainly left the server's window.

    Args:
        window_s: the span's length.
        limit: requests allowed in it; may be a fraction.
    """

    def __init__(self, window_s: float, limit: float) -> None:
        self.window_s = window_s
        self.limit = limit
        self._leaves: list[float] = []
        self._sharing = ForeignTraffic(window_s)
        self._more: float | None = None
        self._more_since = 0.0

    @property
    def per_min(self) -> float:
        """The limit as requests in a minute."""
        return self.limit * 60 / self.window_s

    def spacing_s(self, now: float, jitter_s: float) -> float:
        """Return the seconds from one request to the next: (W + J) / L, for the L that other clients leave.

        Requests take up to `jitter_s` longer or shorter to arrive. So all requests in one window of the
        server were sent within W + J, and this spacing allows L of them in that time.
        """
        return (self.window_s + jitter_s) / self._sharing.free(now, self.limit)

    def learn(self, now: float, limit: float) -> None:
        """Record a limit that a reply states: a lower one is used at once, a higher one after two windows."""
        if limit <= self.limit:
            self.limit, self._more = limit, None
        elif self._more is None:
            self._more, self._more_since = limit, now
        else:
            self._more = min(self._more, limit)
            if now - self._more_since >= WINDOWS_BEFORE_UP * self.window_s:
                self.limit, self._more = self._more, None

    def add(self, arrived_by: float) -> None:
        """Log a request that reached the server at `arrived_by` at the latest."""
        heapq.heappush(self._leaves, arrived_by + self.window_s)

    def see(self, now: float, reported: RateWindow, *, in_flight: int, later: int, ordinal: int) -> None:
        """Record the remaining requests that a reply reports.

        Args:
            now: when it came.
            reported: what it reports of this window.
            in_flight: requests in flight, including the one it replies to.
            later: requests started after that one.
            ordinal: the number of that one, counted from the first.
        """
        if reported.remaining is None or reported.limit is None or reported.limit <= 0:
            return
        own = in_flight + self._counted(now)
        reading = Reading(
            now=now,
            limit=reported.limit,
            remaining=reported.remaining,
            reset_s=reported.reset_s,
            own=own - later,
            own_most=own,
            ordinal=ordinal,
        )
        self._sharing.see(reading, self.limit)

    def refused(self, now: float, reported: RateWindow | None) -> bool:
        """Record a refusal; return whether the reported remaining requests explain it."""
        self._sharing.refused(now)
        # No window has a limit of 0: a server that refuses for another reason writes it into the headers.
        spent = (
            reported is not None
            and reported.limit != 0
            and reported.remaining is not None
            and reported.remaining <= 0
        )
        return spent and self._sharing.explains_refusals

    def room_at(self, now: float, in_flight: int, started: int) -> float:
        """Return when one more request fits: in flight + log < limit.

        Infinity if only the end of a request in flight can make room.

        Args:
            now: the current time.
            in_flight: requests in flight.
            started: requests started so far.
        """
        allowed = math.ceil(self._sharing.free(now, self.limit) - ROUNDING)
        too_many = in_flight + self._counted(now) + 1 - allowed
        if too_many > len(self._leaves):
            return math.inf
        opens_at = self._sharing.opens_at(now, started)
        if too_many <= 0:
            return opens_at
        # More than one only after the limit went down.
        leaves = self._leaves
        return max(opens_at, leaves[0] if too_many == 1 else heapq.nsmallest(too_many, leaves)[-1])

    def _counted(self, now: float) -> int:
        while self._leaves and self._leaves[0] <= now:
            heapq.heappop(self._leaves)
        return len(self._leaves)

    def carry_over(self, other: Self) -> None:
        """Copy the log of another window."""
        shift_s = self.window_s - other.window_s
        self._leaves = sorted(at + shift_s for at in other._leaves)


class Spare:
    """The fewest remaining requests that a reply of the last `window_s` seconds reported, and how they fell.

    A monotonic queue of minima: each reply enters and leaves it once.
    """

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._reported: deque[tuple[float, int]] = deque()
        self._most = 0

    def see(self, now: float, remaining: int) -> None:
        """Record the remaining requests that one reply reported; 0 if it reported none."""
        self._most = max(self._most, remaining)
        while self._reported and self._reported[-1][1] >= remaining:
            self._reported.pop()
        self._reported.append((now, remaining))

    def least(self, now: float) -> int:
        """Return the fewest; 0 if nothing was reported lately."""
        while self._reported and self._reported[0][0] <= now - self._window_s:
            self._reported.popleft()
        return self._reported[0][1] if self._reported else 0

    def fallen(self, now: float) -> int:
        """Return the most ever reported less the fewest: it shows that the count falls."""
        return self._most - self.least(now)
