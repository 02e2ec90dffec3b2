"""The books of one API key: which requests are in flight, how many were made and refused, and the hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.pacing.budget.hold import KeyBackoff
from validator.pacing.budget.protocol import BudgetReport, Permit
from validator.pacing.measures.rolling_count import RollingCount
from validator.pacing.measures.units import MINUTE_S, waiting_s

if TYPE_CHECKING:
    import random

    from validator.model import RateNotice, RateWindow


class RequestLog:
    """Counts requests and keeps the hold; what every kind of budget does.

    Attributes:
        hold: the key's one hold.
        in_flight: requests started and not ended.
    """

    def __init__(self, rng: random.Random) -> None:
        self.hold = KeyBackoff(rng)
        self.in_flight: set[Permit] = set()
        self._starts = RollingCount(MINUTE_S)
        self._started = 0
        self._refused = 0

    def start(self, permit: Permit) -> Permit:
        """Count a request that starts."""
        self.in_flight.add(permit)
        self._starts.add(permit.started_at)
        self._started += 1
        return permit

    def cancel(self, permit: Permit) -> None:
        """Take a request that was never sent out of the books. `KeyError` if it is not in flight."""
        self.in_flight.remove(permit)
        self._starts.take_back(permit.started_at)
        self._started -= 1

    def close(self, permit: Permit, now: float, notice: RateNotice, *, refused: bool) -> None:
        """End a request; one that was refused holds the key. `KeyError` if it is not in flight."""
        self.in_flight.remove(permit)
        if refused:
            self._refused += 1
            self.hold.refuse(permit.started_at, now, _asked_s(notice))
        else:
            self.hold.passed(permit.started_at)

    @property
    def is_trying(self) -> bool:
        """Whether the first request after a hold is on its way, and nobody knows yet if it passes."""
        hold = self.hold
        return not hold.is_tried and any(permit.started_at >= hold.until for permit in self.in_flight)

    def report(
        self,
        now: float,
        *,
        limit_per_min: float | None,
        told_by: str,
        rate_per_min: float,
        is_apart: bool = False,
    ) -> BudgetReport:
        """Return the books as they stand, with what the budget knows besides."""
        held = now < self.hold.until
        return BudgetReport(
            limit_per_min=limit_per_min,
            told_by=told_by,
            rate_per_min=0.0 if held else rate_per_min,
            used_per_min=self._starts.total(now),
            hold_until=self.hold.until if held else None,
            hold_reason=self.hold.reason if held else "",
            last_hold_reason=self.hold.reason,
            held_s=self.hold.held_s(now),
            started=self._started,
            refused=self._refused,
            is_apart=is_apart,
        )


def is_spent(window: RateWindow) -> bool:
    """Whether a reply says that nothing is left in the window."""
    return window.remaining is not None and window.remaining <= 0


def _asked_s(notice: RateNotice) -> float:
    """Return the seconds that a refusal asks to stay away, 0 where it does not say.

    `Retry-After` decides if it is there and makes sense. Without it the windows that have nothing left do:
    not beside it, since the reset of a token bucket is when it is full, a minute after the next request fits.
    """
    told_s = notice.retry_after_s
    if told_s is not None and told_s >= 0:
        return waiting_s(told_s)
    return max((waiting_s(window.reset_s) for window in notice.windows if is_spent(window)), default=0.0)
