"""Slowing down after refusals that nothing explains, and coming back: the shape of CUBIC (RFC 9438)."""

from __future__ import annotations

import math

# RFC 9438, section 4.6: on congestion, seven tenths are kept. Botocore's adaptive mode does the same.
KEPT = 0.7

# The pace of before the refusal is reached again after this long, hardly exceeded for as long again, and
# then left behind. Refused anew before everything was regained, it takes twice as long.
FIRST_BACK_S = 60.0
LONGEST_BACK_S = 120.0


class Cubic:
    """The share of the limit to use: all of it until refused, then less, and slowly more again.

    The curve is steep where much is missing, flat around the pace that was refused last, and steep again
    beyond it, where there may be free capacity.
    """

    def __init__(self) -> None:
        self._before = 1.0
        self._back_s = FIRST_BACK_S
        self._cut_at = -math.inf
        self._answered = False

    def refused(self, started_at: float, now: float) -> None:
        """Slow down, unless this request or all those since the last time are from before it.

        A row of refusals without an answer in between says that the server is shut, not that the pace is
        too high: it counts once.
        """
        if started_at < self._cut_at or not self._answered:
            return
        share = self.share(now)
        self._back_s = min(2 * self._back_s, LONGEST_BACK_S) if share < 1 else FIRST_BACK_S
        self._before, self._cut_at, self._answered = share, now, False

    def passed(self, started_at: float) -> None:
        """Take in a request that was not refused."""
        if started_at >= self._cut_at:
            self._answered = True

    def share(self, now: float) -> float:
        """Return the share, above 0 and at most 1."""
        if self._cut_at == -math.inf:
            return 1.0
        way = (now - self._cut_at) / self._back_s - 1
        return min(1.0, self._before * (1 + (1 - KEPT) * way**3))
