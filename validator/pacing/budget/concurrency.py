"""How many requests may be in flight at once: as many as the pace needs."""

from __future__ import annotations

import math

from validator.pacing.measures.round_trips import ENOUGH, Latest

# Little's law: requests in flight = pace x latency. Twice the 95th percentile of the latency leaves room for
# the slowest replies, and requests do not pile up if the provider stops answering.
SLOW_SHARE = 0.95
HEADROOM = 2.0
# So many are always allowed: a slow provider can only be measured with them, and they do no harm.
LEAST = 4


class Concurrency:
    """Bounds what is in flight by pace times latency.

    Args:
        most: what may be in flight at most (`--concurrency`), 1 or more.
        least: what may be in flight however quickly the provider answers; `most` bounds it too.
    """

    def __init__(self, most: int, *, least: int = LEAST) -> None:
        self._most = most
        self._least = min(least, most)
        self._latest = Latest()

    def finished(self, latency_s: float) -> None:
        """Record how long a request was in flight, also if it failed or timed out."""
        self._latest.add(latency_s)

    def allowed(self, rate_per_min: float) -> int:
        """Return how many may be in flight at this pace; `most` without a pace or with too few latencies.

        Args:
            rate_per_min: the budget's pace (`BudgetReport.rate_per_min`): infinity if nothing is paced, 0
                during a hold.
        """
        if len(self._latest) < ENOUGH or rate_per_min == math.inf:
            return self._most
        needed = rate_per_min / 60 * self._latest.quantile(SLOW_SHARE) * HEADROOM
        return math.ceil(min(max(needed, self._least), self._most))
