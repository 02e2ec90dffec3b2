"""How long replies take, and which are so late that their request may have arrived late too."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque

# The median of this many is steady to a few per cent and follows a change of pace within a minute or two.
LATEST = 101
# With fewer round trips the median means nothing.
ENOUGH = 20

# If late replies are common, the server is slow, and not the network. To treat each of them as a late arrival
# would then cost throughput (0.2 to 1 % of the limit, simulated) and gain nothing.
RARE = 0.02
# The share of late replies is averaged over about this many.
SHARE_OVER = 256


class Latest:
    """The latest 101 of a series of times. They are sorted when a quantile is asked for."""

    def __init__(self) -> None:
        self._latest: deque[float] = deque(maxlen=LATEST)
        self._sorted: list[float] | None = None

    def __len__(self) -> int:
        return len(self._latest)

    def add(self, seconds: float) -> None:
        """Record one more; the oldest leaves."""
        self._latest.append(seconds)
        self._sorted = None

    def quantile(self, share: float) -> float:
        """Return the time that `share` of them do not exceed, 0 to less than 1. `IndexError` without any."""
        if self._sorted is None:
            self._sorted = sorted(self._latest)
        return self._sorted[int(share * len(self._sorted))]


class RoundTrips:
    """Detects late replies by the median of the latest round trips, which are kept sorted for it."""

    def __init__(self) -> None:
        self._latest: deque[float] = deque()
        self._sorted: list[float] = []
        self._late_share = 0.0

    def is_rarely_late(self, round_trip_s: float) -> bool:
        """Record a round trip; return whether it is an outlier among replies that are rarely late.

        An outlier takes longer than three times the median plus 0.1 s. (Found by simulation: if 0.2 % of
        requests arrive 1 to 3 s late, this avoids 10 refusals in ten minutes at 120 a minute.)
        """
        count = len(self._sorted)
        late = count >= ENOUGH and round_trip_s > 3 * self._sorted[count // 2] + 0.1
        self._late_share += (late - self._late_share) / SHARE_OVER
        if count == LATEST:
            del self._sorted[bisect_left(self._sorted, self._latest.popleft())]
        self._latest.append(round_trip_s)
        insort(self._sorted, round_trip_s)
        return late and self._late_share <= RARE
