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


class RoundTrips:
    """Tells late replies from usual ones by the median of the latest."""

    def __init__(self) -> None:
        self._latest: deque[float] = deque()
        self._sorted: list[float] = []
        self._late_share = 0.0

    def is_rarely_late(self, round_trip_s: float) -> bool:
        """Take in a round trip; say whether it is an outlier among replies that are rarely late.

        An outlier takes longer than three times the median and 0.1 s (found by simulation: with 0.2 % of
        requests arriving 1 to 3 s late it turns 10 refusals in ten minutes at 120 a minute into none).
        """
        enough = len(self._sorted) >= ENOUGH
        late = enough and round_trip_s > 3 * self._sorted[len(self._sorted) // 2] + 0.1
        self._late_share += (late - self._late_share) / SHARE_OVER
        self._add(round_trip_s)
        return late and self._late_share <= RARE

    def _add(self, round_trip_s: float) -> None:
        if len(self._latest) == LATEST:
            del self._sorted[bisect_left(self._sorted, self._latest.popleft())]
        self._latest.append(round_trip_s)
        insort(self._sorted, round_trip_s)
