"""Tells a progress display how the fan-out is getting on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import anyio

from validator.reports import ProgressState

if TYPE_CHECKING:
    from validator.batch.asking.dispatcher import FanOut
    from validator.batch.asking.tally import Tally
    from validator.pacing import Budget
    from validator.reports import Progress

# Often enough to look alive to a person, seldom enough to cost nothing.
LOOK_EVERY_S = 0.25


class Watch:
    """A watcher of the fan-out that keeps a progress display up to date.

    Args:
        progress: the display.
        budget: the key's budget, for rate, limit and holds.
        total: numbers to ask about.
        phase: what is being done.
    """

    def __init__(self, progress: Progress, budget: Budget, total: int, phase: str = "checking") -> None:
        self._progress = progress
        self._budget = budget
        self._total = total
        self._phase = phase

    async def __call__(self, fan_out: FanOut, tally: Tally) -> None:
        """Update the display until cancelled, and once more then: the end is worth showing."""
        try:
            while True:
                self._progress.update(self.state(fan_out, tally, anyio.current_time()))
                await anyio.sleep(LOOK_EVERY_S)
        finally:
            self._progress.update(self.state(fan_out, tally, anyio.current_time()))

    def state(self, fan_out: FanOut, tally: Tally, now: float) -> ProgressState:
        """Return what there is to show."""
        report = self._budget.report(now)
        resting = fan_out.resting
        # Some pauses end when something in flight does, and nobody knows when that is.
        pause_s = max(0.0, resting.until - now) if resting.why and resting.until < math.inf else None
        return ProgressState(
            phase=self._phase,
            total=self._total,
            done=tally.asked,
            verdicts=dict(tally.verdicts),
            rate_per_min=float(report.used_per_min),
            limit_per_min=report.limit_per_min,
            limit_told_by=report.told_by,
            in_flight=fan_out.in_flight,
            parked=fan_out.parked,
            refusals=tally.refusals,
            failures=tally.failures,
            paused_because=resting.why or None,
            paused_for_s=pause_s,
            eta_s=self._eta_s(
                self._total - tally.asked,
                report.rate_per_min,
                report.used_per_min,
                pause_s=pause_s or 0.0,
                retries_s=fan_out.retries_s(now),
            ),
        )

    @staticmethod
    def _eta_s(
        left: int, pace_per_min: float, used_per_min: float, *, pause_s: float, retries_s: float
    ) -> float | None:
        """The time left at the pace allowed, or at the one seen where nothing limits it.

        Args:
            left: numbers without an end.
            pace_per_min: what is allowed now.
            used_per_min: what was used lately.
            pause_s: how long nothing will be sent first.
            retries_s: how long the retries that wait will take at least.
        """
        rate = pace_per_min if 0 < pace_per_min < math.inf else used_per_min
        at_pace_s = [pause_s + left * 60 / rate] if rate else []
        return max([*at_pace_s, *([retries_s] if retries_s else [])], default=None)
