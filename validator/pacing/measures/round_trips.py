"""How long replies take, and which of them are so late that their request may have arrived late too."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque

# The median of this many is steady to a few per cent and follows a change of pace within a minute or two.
LATEST = 101
# Before there are this many, "usual" means nothing.
ENOUGH = 20

# Where late replies are common it is the server that thinks long, not the network that delivers late: then it
# would cost throughput (0.2 to 1 % of the limit, simulated) and gain nothing to treat each as a late arrival.
RARE = 0.02
# The share of late replies is averaged over about this many.
SHARE_OVER = 256


class Latest:
    """The latest 101 of a row of times, in order of size."""

    def __init__(self) -> None:
        self._latest: deque[float] = deque()
        self._sorted: list[float] = []

    def __len__(self) -> int:
        return len(self._sorted)

    def add(self, seconds: float) -> None:
        """Record one more; the oldest leaves."""
        if len(self._latest) == LATEST:
            del self._sorted[bisect_left(self._sorted, self._latest.popleft())]
        self._latest.append(seconds)
        insort(self._sorted, seconds)

    def quantile(self, share: float) -> float:
        """Return the time that `share` of them do not exceed, 0 to less than 1. `IndexError` without any."""
        return self._sorted[int(share * len(self._sorted))]


class RoundTrips:
    """Tells late replies from usual ones by the median of the latest."""

    def __init__(self) -> None:
        self._latest = Latest()
        self._late_share = 0.0

    def is_rarely_late(self, round_trip_s: float) -> bool:
        """Record a round trip; say whether it is an outlier among replies that are rarely late.

        An outlier takes longer than three times the median and 0.1 s (found by simulation: with 0.2 % of
        requests arriving 1 to 3 s late it turns 10 refusals in ten minutes at 120 a minute into none).
        """
        late = len(self._latest) >= ENOUGH and round_trip_s > 3 * self._latest.quantile(0.5) + 0.1
        self._late_share += (late - self._late_share) / SHARE_OVER
        self._latest.add(round_trip_s)
        return late and self._late_share <= RARE
