"""Shows the progress of the dispatcher on a progress display."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import anyio

from validator.batch.asking.counters import pace_per_min
from validator.reports import KeyProgress, ProgressState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from validator.batch.asking.counters import RunCounters
    from validator.batch.asking.dispatcher import Dispatcher
    from validator.batch.asking.steps import GatewayLane
    from validator.pacing import BudgetReport
    from validator.reports import Progress

# Often enough for a display that looks live, and seldom enough to need no noticeable time.
LOOK_EVERY_S = 0.25

MINUTE_S = 60.0


class ProgressFeed:
    """A watcher of the dispatcher that updates a progress display.

    Args:
        progress: the display.
        lanes: the lanes of the run.
        total: how many numbers to ask about.
        phase: the name of the phase.
    """

    def __init__(
        self, progress: Progress, lanes: Sequence[GatewayLane], total: int, phase: str = "checking"
    ) -> None:
        self._progress = progress
        self._budgets = {lane.key_name: lane.budget for lane in lanes}
        self._hosts = hosts_text(lane.gateway.host for lane in lanes)
        self._total = total
        self._phase = phase
        self._begun: tuple[float, int] | None = None

    async def __call__(self, dispatcher: Dispatcher, counters: RunCounters) -> None:
        """Update the display until cancelled, and once more then, to show the end."""
        try:
            while True:
                self._progress.update(self.state(dispatcher, counters, anyio.current_time()))
                await anyio.sleep(LOOK_EVERY_S)
        finally:
            self._progress.update(self.state(dispatcher, counters, anyio.current_time()))

    def state(self, dispatcher: Dispatcher, counters: RunCounters, now: float) -> ProgressState:
        """Return the state to show."""
        reports = {name: budget.report(now) for name, budget in self._budgets.items()}
        limit_per_min, told_by = limit_of(list(reports.values()))
        used_per_min = self._used_per_min(counters.calls.attempts, now, limit_per_min)
        if used_per_min is None:
            used_per_min = float(sum(report.used_per_min for report in reports.values()))
        resting = dispatcher.resting
        # Some pauses end when an exchange in flight ends, at an unknown time.
        pause_s = max(0.0, resting.until - now) if resting.why and resting.until < math.inf else None
        return ProgressState(
            phase=self._phase,
            host=self._hosts,
            total=self._total,
            done=counters.asked,
            verdicts=dict(counters.verdicts),
            rate_per_min=used_per_min,
            limit_per_min=limit_per_min,
            limit_told_by=told_by,
            keys=tuple(
                KeyProgress(name, report.used_per_min, report.limit_per_min)
                for name, report in reports.items()
                if name
            ),
            in_flight=dispatcher.in_flight,
            parked=dispatcher.parked,
            refusals=counters.calls.refusals,
            failures=counters.calls.failures,
            paused_because=resting.why or None,
            paused_for_s=pause_s,
            eta_s=self._eta_s(
                self._total - counters.asked,
                sum(report.rate_per_min for report in reports.values()),
                used_per_min,
                pause_s=pause_s or 0.0,
                retries_s=dispatcher.retries_s(now),
            ),
        )

    def _used_per_min(self, attempts: int, now: float, limit_per_min: float | None) -> float | None:
        """Return the pace of the phase in its first minute; None if budgets know more.

        That is so after the first minute, and if the phase has started no attempt since its first state.
        """
        begun, before = self._begun = self._begun or (now, attempts)
        if attempts == before or not 0 < now - begun < MINUTE_S:
            return None
        return pace_per_min(attempts - before, now - begun, limit_per_min)

    @staticmethod
    def _eta_s(
        left: int, pace_per_min: float, used_per_min: float, *, pause_s: float, retries_s: float
    ) -> float | None:
        """Return the remaining time at the allowed pace, or at the used pace if there is no limit.

        Args:
            left: how many numbers are left.
            pace_per_min: the pace that is allowed now.
            used_per_min: the recent pace.
            pause_s: how long the present pause will take.
            retries_s: how long the waiting retries will take at least.
        """
        rate = pace_per_min if 0 < pace_per_min < math.inf else used_per_min
        at_pace_s = [pause_s + left * 60 / rate] if rate else []
        return max([*at_pace_s, *([retries_s] if retries_s else [])], default=None)


def limit_of(reports: Sequence[BudgetReport]) -> tuple[float | None, str]:
    """Return the limit of all keys together (None if a key has none), and its source."""
    if len(reports) == 1:
        return reports[0].limit_per_min, reports[0].told_by
    limits = [report.limit_per_min for report in reports]
    total = sum(limit for limit in limits if limit is not None)
    return (None if None in limits else total), "the keys together"


def hosts_text(hosts: Iterable[str]) -> str:
    """Return the hosts that requests go to, each once."""
    return ", ".join(dict.fromkeys(hosts))
