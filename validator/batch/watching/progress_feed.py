"""Reports to a progress display how the dispatcher is getting on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import anyio

from validator.reports import KeyProgress, ProgressState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from validator.batch.asking.counters import RunCounters
    from validator.batch.asking.dispatcher import Dispatcher
    from validator.batch.asking.steps import GatewayLane
    from validator.pacing import BudgetReport
    from validator.reports import Progress

# Often enough to look alive to a person, seldom enough to cost nothing.
LOOK_EVERY_S = 0.25


class ProgressFeed:
    """A watcher of the dispatcher that keeps a progress display up to date.

    Args:
        progress: the display.
        lanes: the lanes of the run, whose budgets have rate and limit.
        total: numbers to ask about.
        phase: what is being done.
    """

    def __init__(
        self, progress: Progress, lanes: Sequence[GatewayLane], total: int, phase: str = "checking"
    ) -> None:
        self._progress = progress
        self._budgets = {lane.key_name: lane.budget for lane in lanes}
        self._hosts = hosts_text(lane.gateway.host for lane in lanes)
        self._total = total
        self._phase = phase

    async def __call__(self, dispatcher: Dispatcher, counters: RunCounters) -> None:
        """Update the display until cancelled, and once more then: the end is worth showing."""
        try:
            while True:
                self._progress.update(self.state(dispatcher, counters, anyio.current_time()))
                await anyio.sleep(LOOK_EVERY_S)
        finally:
            self._progress.update(self.state(dispatcher, counters, anyio.current_time()))

    def state(self, dispatcher: Dispatcher, counters: RunCounters, now: float) -> ProgressState:
        """Return what there is to show."""
        reports = {name: budget.report(now) for name, budget in self._budgets.items()}
        used_per_min = sum(report.used_per_min for report in reports.values())
        limit_per_min, told_by = limit_of(list(reports.values()))
        resting = dispatcher.resting
        # Some pauses end when something in flight does, and nobody knows when that is.
        pause_s = max(0.0, resting.until - now) if resting.why and resting.until < math.inf else None
        return ProgressState(
            phase=self._phase,
            host=self._hosts,
            total=self._total,
            done=counters.asked,
            verdicts=dict(counters.verdicts),
            rate_per_min=float(used_per_min),
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


def limit_of(reports: Sequence[BudgetReport]) -> tuple[float | None, str]:
    """Return the limit of all keys together, None if one has none, and where it comes from."""
    if len(reports) == 1:
        return reports[0].limit_per_min, reports[0].told_by
    limits = [report.limit_per_min for report in reports]
    total = sum(limit for limit in limits if limit is not None)
    return (None if None in limits else total), "the keys together"


def hosts_text(hosts: Iterable[str]) -> str:
    """Return where requests go: each host once."""
    return ", ".join(dict.fromkeys(hosts))
