"""Corrects a limit from the headers or `--rate` if requests are refused without an explanation."""

from __future__ import annotations

import math

from validator.pacing.limit.search import Search
from validator.pacing.measures.units import MINUTE_S

# RFC 9438, section 4.6: on congestion, seven tenths are kept. Botocore's adaptive mode does the same. Nine
# tenths bring 1.5 times as many refusals if others use the key and its bucket still looks like a window
# (simulated).
KEPT = 0.7

# The full pace is reached again after this time.
BACK_S = 60.0

# If requests are refused again within this time after a slowdown (without holds), the limit is too high. For
# other clients, a slowdown of a minute or two is enough; a wrong limit would be exceeded again after each.
AGAIN_WITHIN_S = 600.0
# A settled pace is tried a little higher after this time, since other clients may have left.
PROBE_AFTER_S = 120.0
# If the full announced pace passed for this time, the announced limit is right, or right again.
GONE_AFTER_S = MINUTE_S


class Cubic:
    """The share of the limit to use, after CUBIC (RFC 9438): it falls after a refusal and rises slowly again.

    The curve is steep at first and flat around the pace that was refused.
    """

    def __init__(self) -> None:
        self._cut_at = -math.inf
        self._answered = False

    def refused(self, started_at: float, now: float) -> bool:
        """Slow down and return True, unless this refusal belongs to the last slowdown.

        It does if its request started before that slowdown. It also does if no request has passed since: a
        series of refusals without an answer shows a blocked key, not too high a pace, and counts once.
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
    """Corrects an announced limit: the pace slows down for a while, then a search finds the real limit.

    The announced limit may be wrong, the server may count in a way that leaves no room for it, or other
    clients may use the key without any sign in the replies. These cases look alike, and a search below the
    announced limit helps in all of them. It ends when it has reached the announced limit without a refusal.

    Attributes:
        is_searching: whether a lower limit than the announced one is used.
    """

    told_by = "refusals"

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.is_searching = False
        self._cubic = Cubic()
        self._slowed_at = -math.inf
        # It records from the start what passes, but its limit is used only while `is_searching`.
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
        announced_per_min: float,
        retry_after_s: float | None,
        held_s: float = 0.0,
    ) -> None:
        """Record a refusal, with the announced limit, the announced wait, and the total time of holds."""
        if not self.is_searching:
            pace_per_min = announced_per_min * self._cubic.share(now)
            if not self._cubic.refused(started_at, now):
                return
            sending_s = now - held_s
            if sending_s - self._slowed_at > AGAIN_WITHIN_S:
                self._slowed_at = sending_s
                return
            self.is_searching = True
            self._search.assume(pace_per_min, announced_per_min)
        self._search.refused(started_at, now, retry_after_s)

    def share(self, now: float) -> float:
        """Return the share of the limit to use, above 0 and at most 1."""
        return 1.0 if self.is_searching else self._cubic.share(now)

    def per_min(self, now: float, announced_per_min: float) -> float:
        """Return the limit that was found; infinity if the announced one is used."""
        if not self.is_searching:
            return math.inf
        found_per_min = self._search.per_min(now)
        self._passes_since = min(self._passes_since, now) if found_per_min >= announced_per_min else math.inf
        if now - self._passes_since > GONE_AFTER_S:
            self._begin()
            return math.inf
        return found_per_min
