"""Which lane goes next: the lanes take turns, and a lane is skipped if its session or key has to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, assert_never

from validator.batch.asking.lane_rests import KEPT_S, LaneRests
from validator.batch.asking.single_call import refuse_long_hold
from validator.batch.asking.steps import FetchStatus, Probe, Rest, Send
from validator.errors import StoppedEarly
from validator.pacing import AskCanary, FetchSessionStatus, Go, Halt, Wait

if TYPE_CHECKING:
    from validator.batch.asking.run_state import RunState
    from validator.batch.asking.steps import GatewayLane
    from validator.pacing import Action, Budget

StepT = TypeVar("StepT", bound=Send | FetchStatus | Probe)


class LaneChoice:
    """Chooses the next step of a run's lanes, within the budget of each key.

    Args:
        state: the parts of the run.

    Attributes:
        rests: the cached rests of the lanes.
    """

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._keys = len({lane.budget for lane in state.lanes})
        self.rests = LaneRests(state.lanes)
        self._turn = 0

    def next(self, now: float) -> Send | FetchStatus | Probe | Rest | Halt:
        """Return the step of the next lane that can go, or the shortest rest if no lane can go now.

        If no lane will ever go again, return the `Halt` of the first lane.
        """
        rests: list[Rest] = []
        halts: list[Halt] = []
        lanes = self._state.lanes
        for place in range(self._turn, self._turn + len(lanes)):
            lane = lanes[place % len(lanes)]
            if (kept := self.rests.get(lane, now)) is not None:
                rests.append(kept)
                continue
            step = self._step_of(lane, now)
            if isinstance(step, Rest):
                self.rests.keep(lane, step, now)
                rests.append(step)
            elif isinstance(step, Halt):
                halts.append(step)
            else:
                self._turn = (place + 1) % len(lanes)
                return step
        return min(rests, key=lambda rest: rest.until) if rests else halts[0]

    def action(self, lane: GatewayLane, now: float, *, last: bool = False) -> Action:
        """Return the next action of a lane, within its daily cap; `last` is as for `Lane.next`."""
        if self._state.bounds.left_today and self._state.left_today(lane, is_last=last) <= 0:
            why = f"session {lane.session} has spent its --daily-cap of numbers for today"
            return Halt(StoppedEarly(why))
        return lane.next(now, last=last)

    def within_budget(self, now: float, step: StepT, budget: Budget) -> StepT | Rest | Halt:
        """Return the step if its budget allows a request now, otherwise the rest until then."""
        # An estimate of how many requests the key still has to make: its share of the queue.
        numbers_each = self._keys * step.lane.gateway.capabilities.max_batch
        start_at = budget.ready_at(now, -(-self._state.queue.left // numbers_each) or 1)
        if start_at <= now:
            return step
        if start_at <= now + KEPT_S:
            return Rest(start_at)
        report = budget.report(now)
        try:
            refuse_long_hold(report, now, self._state.bounds.max_wait_s)
        except StoppedEarly as ending:
            return Halt(ending)
        return Rest(start_at, report.hold_reason if (report.hold_until or now) > now else "")

    def _step_of(self, lane: GatewayLane, now: float) -> Send | FetchStatus | Probe | Rest | Halt:
        """Return the next step of a lane within its budget."""
        match self.action(lane, now):
            case Go():
                return self.within_budget(now, Send(lane), lane.budget)
            case FetchSessionStatus():
                return self.within_budget(now, FetchStatus(lane), lane.side_budget)
            case AskCanary(canary):
                return self.within_budget(now, Probe(lane, canary), lane.budget)
            case Wait() as wait:
                return Rest.of(wait)
            case Halt() as halt:
                return halt
            case action:
                assert_never(action)
