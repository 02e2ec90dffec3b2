"""Slowing down after a refusal that nothing explains, and coming back: the shape of CUBIC (RFC 9438)."""

from __future__ import annotations

import math

# RFC 9438, section 4.6: on congestion, seven tenths are kept. Botocore's adaptive mode does the same. Nine
# are refused half as often again beside others whose bucket is not yet told from a window (simulated).
KEPT = 0.7

# The full pace is reached again after this long.
BACK_S = 60.0


class Cubic:
    """The share of the limit to use: all of it until refused, then less, and slowly more again.

    The curve is steep where much is missing and flat around the pace that was refused.
    """

    def __init__(self) -> None:
        self._cut_at = -math.inf
        self._answered = False

    def refused(self, started_at: float, now: float) -> bool:
        """Slow down, unless this request or all those since the last time are from before it; say if so.

        A row of refusals without an answer in between says that the server is shut, not that the pace is
        too high: it counts once.
        """
        if started_at < self._cut_at or not self._answered:
            return False
        self._cut_at, self._answered = now, False
        return True

    def passed(self, started_at: float) -> None:
        """Take in a request that was not refused."""
        if started_at >= self._cut_at:
            self._answered = True

    def share(self, now: float) -> float:
        """Return the share, above 0 and at most 1."""
        missing = max(0.0, 1 - (now - self._cut_at) / BACK_S)
        return 1 - (1 - KEPT) * missing**3
