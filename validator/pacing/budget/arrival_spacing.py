"""Keeping requests apart as they arrive, for a server that lets none come ahead of its time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from validator.pacing.measures.round_trips import Latest

if TYPE_CHECKING:
    from validator.pacing.budget.protocol import Permit

# Servers that count time in whole milliseconds take what is apart by less than one more for too near.
TICK_S = 0.001
# Where requests would usually be farther apart than this many spacings, since round trips are long or differ
# much, the search for a lower limit finds a better pace (simulated: with a few refusals, 70 to 85 %).
MOST_SPACINGS = 1.4
# This share of round trips is usual: a single late one is waited for.
USUAL = 0.9
# Ways there and back are seldom at their shortest together: the quickest of a hundred round trips is above
# the sum of both by less than this share of what the median is above the quickest.
BELOW_SHARE = 0.5
# The wait for one reply, in spacings at most: a request that is never answered must not stop the others.
PATIENCE = 5.0


class ArrivalSpacing:
    """The time from one request to the next, as the server sees it.

    A server without any burst (nginx's `limit_req` as it comes) refuses what arrives a millisecond too soon
    after the one before. Requests that start evenly arrive so when one of them was delayed on its way. After
    a first refusal of an evenly sent request, one is in flight at a time, and the next starts later by as
    much as the round trip took longer than it could have: the delay on the way is no more than that, so that
    the next arrives in time whatever delays it.

    A refusal in spite of that has another reason (others, a limit that was announced too high), which keeping
    apart does not help: it ends until there is a refusal without it.

    Attributes:
        is_wanted: whether a refusal asks for it.
    """

    def __init__(self) -> None:
        self.is_wanted = False
        self._decided_at = -math.inf
        self._trips = Latest()
        self._latest: Permit | None = None
        self._late_s: float | None = None

    def keeps(self, spacing_s: float) -> bool:
        """Return whether requests are kept apart: it is wanted, and round trips are not too long for it."""
        if not self.is_wanted or not len(self._trips):
            return False
        usual_s = self._trips.quantile(USUAL)
        return max(usual_s, spacing_s + usual_s - self._quickest_s()) <= MOST_SPACINGS * spacing_s

    def start(self, permit: Permit) -> None:
        """Record a request that starts."""
        self._latest, self._late_s = permit, None

    def cancel(self, permit: Permit) -> None:
        """Record that a request was never sent; the next waits no longer for its end."""
        if permit is self._latest:
            self._late_s = 0.0

    def passed(self, permit: Permit, now: float) -> None:
        """Record the end of a request that was not refused."""
        trip_s = now - permit.started_at
        self._trips.add(trip_s)
        if permit is self._latest:
            self._late_s = trip_s - self._quickest_s()

    def refused(self, permit: Permit, now: float, spacing_s: float) -> None:
        """Record a refusal that no reply explains; one ahead of its slot says nothing of the spacing."""
        if max(permit.slot_before, self._decided_at) <= permit.started_at:
            self.is_wanted, self._decided_at = not self.keeps(spacing_s), now

    def ready_at(self, now: float, spacing_s: float) -> float:
        """Return when one more request may start: up to `now` where nothing has to be kept apart."""
        latest = self._latest
        if latest is None or not self.keeps(spacing_s):
            return now
        longest_s = PATIENCE * spacing_s
        gap_s = longest_s if self._late_s is None else min(longest_s, spacing_s + self._late_s + TICK_S)
        return latest.started_at + gap_s

    def _quickest_s(self) -> float:
        """Return what no round trip falls below: a little less than the quickest yet, by how they differ."""
        quickest_s = self._trips.quantile(0.0)
        return quickest_s - BELOW_SHARE * (self._trips.quantile(0.5) - quickest_s)
