"""Records a run over time, for its summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
from msgspec import Struct
from msgspec.structs import replace

from validator.batch.watching.progress_feed import limit_of
from validator.reports import TimeSpan
from validator.reports.timeline import sessions_since

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from validator.batch.asking.counters import RunCounters
    from validator.batch.asking.dispatcher import Dispatcher
    from validator.batch.asking.steps import GatewayLane
    from validator.model import SessionRef
    from validator.reports import CallCounts, Timeline

# Half of the narrowest bucket, which limits how late an event is counted.
LOOK_EVERY_S = 0.5


class _Moment(Struct, frozen=True):
    """The counts of a run at one moment."""

    at: float
    calls: CallCounts
    sessions: dict[SessionRef, tuple[int, int]]
    held_s: float
    paused_s: float
    limit_per_min: float | None


class TimelineFeed:
    """A watcher of the dispatcher that adds the changes of counts to a timeline, at intervals.

    Args:
        timeline: the timeline.
        lanes: the lanes of the run.
        begun: the start of asking, on anyio's clock.
    """

    def __init__(self, timeline: Timeline, lanes: Sequence[GatewayLane], begun: float) -> None:
        self._timeline = timeline
        self._budgets = list(dict.fromkeys(lane.budget for lane in lanes))
        self._begun = begun

    def __call__(self, dispatcher: Dispatcher, counters: RunCounters) -> Coroutine[Any, Any, None]:
        """Take the first counts before the first request; return the coroutine that follows the run."""
        return self._follow(self._look(dispatcher, counters), dispatcher, counters)

    async def _follow(self, before: _Moment, dispatcher: Dispatcher, counters: RunCounters) -> None:
        """Add changes until cancelled, and once more then, so that the last ones are included."""
        try:
            while True:
                await anyio.sleep(LOOK_EVERY_S)
                now = self._look(dispatcher, counters)
                self._add(before, now)
                before = now
        finally:
            self._add(before, self._look(dispatcher, counters))

    def _look(self, dispatcher: Dispatcher, counters: RunCounters) -> _Moment:
        at = anyio.current_time()
        reports = [budget.report(at) for budget in self._budgets]
        return _Moment(
            at=at - self._begun,
            calls=replace(counters.calls),
            sessions={ref: (of.attempts, of.failures) for ref, of in counters.sessions.items()},
            held_s=sum(report.held_s for report in reports) / len(reports),
            paused_s=dispatcher.paused_s(at),
            limit_per_min=limit_of(reports)[0],
        )

    def _add(self, before: _Moment, now: _Moment) -> None:
        seconds, limit = now.at - before.at, now.limit_per_min
        span = TimeSpan(
            calls=now.calls.since(before.calls),
            sessions=sessions_since(now.sessions, before.sessions),
            held_s=now.held_s - before.held_s,
            paused_s=now.paused_s - before.paused_s,
            limited_s=0.0 if limit is None else seconds,
            allowed=0.0 if limit is None else limit * seconds / 60,
        )
        self._timeline.add(before.at, now.at, span)
