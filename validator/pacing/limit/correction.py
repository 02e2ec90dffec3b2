"""What refusals that nothing explains say of a limit that somebody has named."""

from __future__ import annotations

import math

from validator.pacing.limit.search import Search
from validator.pacing.measures.units import MINUTE_S

# RFC 9438, section 4.6: on congestion, seven tenths are kept. Botocore's adaptive mode does the same. Nine
# are refused half as often again beside others whose bucket still looks like a window (simulated).
KEPT = 0.7

# The full pace is reached again after this long.
BACK_S = 60.0

# Refused again so soon after it was slowed down, holds not counted, a pace is too high for good. Others who
# come and go are given way to for a minute or two; a wrong announced limit would be overrun again after each.
AGAIN_WITHIN_S = 600.0
# A pace that was settled on is tried a little higher after this long, since others may have left meanwhile.
PROBE_AFTER_S = 120.0
# Everything that was announced passed for so long: the doubt was wrong, or its reason is gone.
GONE_AFTER_S = MINUTE_S


class Cubic:
    """The share of the limit to use, after CUBIC (RFC 9438): less after a refusal, slowly more again.

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
        """Record a request that was not refused."""
        if started_at >= self._cut_at:
            self._answered = True

    def share(self, now: float) -> float:
        """Return the share, above 0 and at most 1."""
        missing = max(0.0, 1 - (now - self._cut_at) / BACK_S)
        return 1 - (1 - KEPT) * missing**3


class LimitCorrection:
    """Corrects an announced limit: the pace slows down for a while, then the real limit is searched for.

    The announced limit may be wrong, the server may count in a way that leaves no room for it, or others may
    use the key of whom no reply tells. From here these look alike, and a search below the announced limit
    serves them all. It ends where it has come up to the announced limit and is not refused there.

    Attributes:
        is_searching: whether a lower limit than the announced one is gone by.
    """

    told_by = "refusals"

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.is_searching = False
        self._cubic = Cubic()
        self._slowed_at = -math.inf
        # It takes in from the start what passes, and has no say before it is asked for.
        self._search = Search(math.inf, math.inf, PROBE_AFTER_S)
        self._passes_since = math.inf

    def passed(self, started_at: float, now: float) -> None:
        """Record a request that was not refused."""
        self._cubic.passed(started_at)
        self._search.passed(started_at, now)

    def refused(
        self,
        started_at: float,
        now: float,
        told_per_min: float,
        retry_after_s: float | None,
        held_s: float = 0.0,
    ) -> None:
        """Record a refusal, with the announced limit, the wait, and how long requests were held in all."""
        if not self.is_searching:
            pace_per_min = told_per_min * self._cubic.share(now)
            if not self._cubic.refused(started_at, now):
                return
            sending_s = now - held_s
            if sending_s - self._slowed_at > AGAIN_WITHIN_S:
                self._slowed_at = sending_s
                return
            self.is_searching = True
            self._search.assume(pace_per_min, told_per_min)
        self._search.refused(started_at, now, retry_after_s)

    def share(self, now: float) -> float:
        """Return the share of the limit to use, above 0 and at most 1."""
        return 1.0 if self.is_searching else self._cubic.share(now)

    def per_min(self, now: float, told_per_min: float) -> float:
        """Return the limit that was found; infinity where the announced one is not doubted, or no longer."""
        if not self.is_searching:
            return math.inf
        found_per_min = self._search.per_min(now)
        self._passes_since = min(self._passes_since, now) if found_per_min >= told_per_min else math.inf
        if now - self._passes_since > GONE_AFTER_S:
            self._begin()
            return math.inf
        return found_per_min
