"""The request log of one API key: requests in flight, how many were made and refused, and the hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.pacing.budget.hold import FIRST_HOLD_S, KeyBackoff
from validator.pacing.budget.in_flight_limit import InFlightLimit
from validator.pacing.budget.protocol import BudgetReport, Permit
from validator.pacing.measures.rolling_count import RollingCount
from validator.pacing.measures.units import MINUTE_S, waiting_s

if TYPE_CHECKING:
    import random

    from validator.model import RateNotice, RateWindow


class RequestLog:
    """Counts requests, and keeps the hold and the limit on those in flight. Every kind of budget has one.

    Attributes:
        hold: the key's hold.
        in_flight: requests started and not ended, each with the number in flight at its start.
    """

    def __init__(self, rng: random.Random, first_hold_s: float = FIRST_HOLD_S) -> None:
        self.hold = KeyBackoff(rng, first_hold_s)
        self.in_flight: dict[Permit, int] = {}
        self._in_flight_limit = InFlightLimit()
        self._starts = RollingCount(MINUTE_S)
        self._started = 0
        self._refused = 0

    def start(self, permit: Permit) -> Permit:
        """Count a request that starts."""
        self.in_flight[permit] = len(self.in_flight) + 1
        self._starts.add(permit.started_at)
        self._started += 1
        return permit

    def cancel(self, permit: Permit) -> None:
        """Remove a request that was never sent. `KeyError` if it is not in flight."""
        del self.in_flight[permit]
        self._starts.take_back(permit.started_at)
        self._started -= 1

    def close(
        self, permit: Permit, now: float, notice: RateNotice, *, refused: bool, by_front: bool = False
    ) -> bool:
        """End a request; one that was refused holds the key. `KeyError` if it is not in flight.

        Returns:
            whether it was refused for the number in flight, so that its reply says nothing about windows.
        """
        still_in_flight = len(self.in_flight)
        in_flight = self.in_flight.pop(permit)
        if in_flight == 1:
            # It started alone. Requests that started at the same moment may have arrived first.
            in_flight = still_in_flight
        if not refused:
            self._in_flight_limit.passed(in_flight)
            if self.hold.refusals_in_a_row or not self.hold.is_tried:
                self.hold.passed(permit.started_at)
            return False
        self._refused += 1
        is_beyond = self._in_flight_limit.refused(in_flight, permit.started_at, now)
        asked_s = waiting_s(notice.retry_after_s) if is_beyond else _asked_s(notice)
        self.hold.refuse(permit.started_at, now, asked_s, by_front=by_front)
        return is_beyond

    def is_blocked(self, now: float) -> bool:
        """Whether a request in flight has to end before the next one: as many are as the server allows.

        Or one is the first request after a hold, and whether it passes is not known yet.
        """
        hold = self.hold
        if not hold.is_tried and any(permit.started_at >= hold.until for permit in self.in_flight):
            return True
        return len(self.in_flight) >= self._in_flight_limit.most(now)

    def is_held(self, now: float) -> bool:
        """Whether the key's requests are held."""
        return now < self.hold.until

    def report(
        self,
        now: float,
        *,
        limit_per_min: float | None,
        told_by: str,
        rate_per_min: float,
        is_apart: bool = False,
    ) -> BudgetReport:
        """Return the state of the log, together with the values that the budget passes in."""
        held = self.is_held(now)
        return BudgetReport(
            limit_per_min=limit_per_min,
            told_by=told_by,
            rate_per_min=rate_per_min,
            used_per_min=self._starts.total(now),
            hold_until=self.hold.until if held else None,
            hold_reason=self.hold.reason if held else "",
            last_hold_reason=self.hold.reason,
            held_s=self.hold.held_s(now),
            started=self._started,
            refused=self._refused,
            is_apart=is_apart,
            most_in_flight=self._in_flight_limit.most(now),
            refused_in_a_row=self.hold.refusals_in_a_row,
        )


def is_spent(window: RateWindow) -> bool:
    """Whether a reply says that nothing is left in the window."""
    return window.remaining is not None and window.remaining <= 0


def _asked_s(notice: RateNotice) -> float:
    """Return the waiting time that a refusal asks for, 0 if it states none.

    `Retry-After` decides if it is present and valid. Only without it do windows with nothing left decide: the
    reset of a token bucket is when it is full, which is a minute after the next request fits.
    """
    announced_s = notice.retry_after_s
    if announced_s is not None and announced_s >= 0:
        return waiting_s(announced_s)
    return max((waiting_s(window.reset_s) for window in notice.windows if is_spent(window)), default=0.0)
