"""Logs each change during a run once: the limit, the pace, holds, and the state of each session."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING

import anyio
from msgspec import Struct

from validator.pacing import LaneState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from validator.batch.asking.counters import RunCounters
    from validator.batch.asking.dispatcher import Dispatcher
    from validator.batch.asking.steps import GatewayLane
    from validator.pacing import BudgetReport

log = logging.getLogger(__name__)

# States in which a session cannot be used, and the user may have to act.
OUT = frozenset({LaneState.DISCONNECTED, LaneState.IN_QUESTION, LaneState.HALTED})

# Short enough to notice every hold and pause: the shortest lasts a second.
LOOK_EVERY_S = 0.5

# An adaptive pace, and a limit that is searched for, change all the time. A change by a tenth is logged.
NEWS_SHARE = 0.1
LOOKED_FOR = {"--rate find", "refusals"}


class State(Struct, frozen=True):
    """A state in words, with a figure before them if it has one that changes all the time."""

    words: str
    per_min: float | None = None

    def is_news(self, said: State | None) -> bool:
        """Whether this differs from the state that was logged, in words or by more than a tenth."""
        if said is None or self.words != said.words or self.per_min is None or said.per_min is None:
            return self != said
        return abs(self.per_min - said.per_min) > NEWS_SHARE * said.per_min

    def __str__(self) -> str:
        return self.words if self.per_min is None else f"{self.per_min:.4g} a minute{self.words}"


class StatusLogger:
    """A watcher of the dispatcher that logs each change, at debug level.

    If there are several sessions, the loss of one is logged at info level: the run continues, and nothing
    else would show it.

    Args:
        lanes: the lanes of the run.
    """

    def __init__(self, lanes: Sequence[GatewayLane]) -> None:
        self._lanes = lanes
        self._budgets = {lane.key_name: lane.budget for lane in lanes}
        self._said: dict[str, State] = {}

    async def __call__(self, dispatcher: Dispatcher, counters: RunCounters) -> None:  # noqa: ARG002 - every watcher gets both
        """Log until cancelled."""
        while True:
            for line, level in self.news(anyio.current_time()):
                log.log(level, "%s", line)
            await anyio.sleep(LOOK_EVERY_S)

    def news(self, now: float) -> Iterator[tuple[str, int]]:
        """Yield a line, and its level, for each subject with another state than in its last line."""
        for subject, state, level in self._states(now):
            if state.is_news(self._said.get(subject)):
                self._said[subject] = state
                yield f"{subject}: {state}", level

    def _states(self, now: float) -> Iterator[tuple[str, State, int]]:
        for name, budget in self._budgets.items():
            report, key = budget.report(now), f"key {name}, " if name else ""
            yield f"{key}limit", _limit(report), logging.DEBUG
            yield f"{key}pace", _pace(report), logging.DEBUG
        for lane in self._lanes:
            found = lane.report(now)
            state = State(f"{found.state}, {found.why}" if found.why else f"{found.state}")
            is_out = len(self._lanes) > 1 and found.state in OUT
            yield f"session {lane.session}", state, logging.INFO if is_out else logging.DEBUG


def _limit(report: BudgetReport) -> State:
    if report.limit_per_min is None:
        return State("none")
    told_by = f", from {report.told_by}"
    if report.told_by in LOOKED_FOR:
        return State(told_by, report.limit_per_min)
    return State(f"{report.limit_per_min:g} a minute{told_by}")


def _pace(report: BudgetReport) -> State:
    if report.hold_until is not None:
        return State(f"held, {report.hold_reason}")
    if math.isinf(report.rate_per_min):
        return State("free")
    if report.is_apart:
        return State(", one at a time", report.rate_per_min)
    most = report.most_in_flight
    return State(f", at most {most:.0f} in flight" if most < math.inf else "", report.rate_per_min)
