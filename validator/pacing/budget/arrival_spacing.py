"""Keeps requests apart at their arrival, for a server without any burst."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from validator.pacing.measures.round_trips import Latest

if TYPE_CHECKING:
    from validator.pacing.budget.protocol import Permit

# Servers that count whole milliseconds may see a gap as one millisecond shorter than it is.
TICK_S = 0.001
# If round trips are long or vary much, requests would be farther apart than this many spacings. Then the
# search for a lower limit finds a better pace (simulated: with a few refusals, 70 to 85 %).
MOST_SPACINGS = 1.4
# The quantile that counts as the usual round trip: a single late reply does not change it.
USUAL = 0.9
# The shortest way there and the shortest way back seldom come together. The quickest of a hundred round trips
# exceeds their sum by less than this share of the difference between the median and the quickest.
BELOW_SHARE = 0.5
# The longest wait for one reply, in spacings: a request without a reply must not stop the others.
PATIENCE = 5.0


class ArrivalSpacing:
    """The time from one request to the next, as the server sees it.

    A server without any burst (nginx's `limit_req` by default) refuses a request that arrives a millisecond
    too soon after the one before. That happens to requests that start evenly if the one before was delayed on
    its way. After the first refusal of an evenly sent request, only one is in flight at a time. The next
    starts later by the excess of the round trip over the quickest possible one. The delay on the way is not
    longer than this excess, so the next request does not arrive too soon.

    If a request is refused in spite of that, the cause is another one (other clients, a limit announced too
    high). Then requests are not kept apart any more, until one is refused without it.

    Attributes:
        is_wanted: whether a refusal has shown that requests should be kept apart.
    """

    def __init__(self) -> None:
        self.is_wanted = False
        self._decided_at = -math.inf
        self._trips = Latest()
        self._latest: Permit | None = None
        self._late_s: float | None = None

    def keeps(self, spacing_s: float) -> bool:
        """Return whether requests are kept apart: it is wanted, and round trips are short enough."""
        if not self.is_wanted or not len(self._trips):
            return False
        usual_s = self._trips.quantile(USUAL)
        return max(usual_s, spacing_s + usual_s - self._quickest_s()) <= MOST_SPACINGS * spacing_s

    def start(self, permit: Permit) -> None:
        """Record a request that starts."""
        self._latest, self._late_s = permit, None

    def cancel(self, permit: Permit) -> None:
        """Record that a request was never sent; the next does not wait for its end."""
        if permit is self._latest:
            self._late_s = 0.0

    def passed(self, permit: Permit, now: float) -> None:
        """Record the end of a request that was not refused."""
        trip_s = now - permit.started_at
        self._trips.add(trip_s)
        if permit is self._latest:
            self._late_s = trip_s - self._quickest_s()

    def refused(self, permit: Permit, now: float, spacing_s: float) -> None:
        """Record a refusal that no reply explains. One sent before its slot says nothing about spacing."""
        if max(permit.slot_before, self._decided_at) <= permit.started_at:
            self.is_wanted, self._decided_at = not self.keeps(spacing_s), now

    def ready_at(self, now: float, spacing_s: float) -> float:
        """Return when one more request may start: `now` or before if requests are not kept apart."""
        latest = self._latest
        if latest is None or not self.keeps(spacing_s):
            return now
        longest_s = PATIENCE * spacing_s
        gap_s = longest_s if self._late_s is None else min(longest_s, spacing_s + self._late_s + TICK_S)
        return latest.started_at + gap_s

    def _quickest_s(self) -> float:
        """Return a lower bound of the round trip: a little less than the quickest so far."""
        quickest_s = self._trips.quantile(0.0)
        return quickest_s - BELOW_SHARE * (self._trips.quantile(0.5) - quickest_s)
