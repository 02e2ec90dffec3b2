"""The fan-out: concurrent checks under one budget, each result in the ledger before it is reported.

One dispatcher decides what happens next and waits; every exchange is a task of its own. A check that has to
wait (for its retry, for a hold, for its session) goes back to the queue and holds nothing meanwhile. The
lanes take turns; a lane whose session or key has to wait is passed over.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar, assert_never

import anyio

from validator.batch.asking.guarding import last_step
from validator.batch.asking.single_call import refuse_long_hold
from validator.batch.asking.steps import Done, FetchStatus, Probe, Rest, Send, Step
from validator.errors import EnoughFound, Interrupted, StoppedEarly, ValidatorError
from validator.model import Verdict
from validator.pacing import (
    AskCanary,
    Concurrency,
    FetchSessionStatus,
    Go,
    Halt,
    Wait,
)

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

    from validator.batch.asking.exchanges import Exchange, Exchanges
    from validator.batch.asking.run_state import RunState
    from validator.batch.asking.steps import GatewayLane
    from validator.pacing import Action, Budget

StepT = TypeVar("StepT", bound=Send | FetchStatus | Probe)


ONLY_RETRIES_LEFT = "only retries were left, each with its own time to wait"

# A run that is to stop still confirms its last answers, if that can begin so soon.
LAST_WORD_S = 5.0


class Dispatcher:
    """Asks about every number in a queue, and ends in order whatever happens.

    Args:
        state: what it works on.
        exchanges: carries out what is decided here.
    """

    def __init__(self, state: RunState, exchanges: Exchanges) -> None:
        self._state = state
        self._exchanges = exchanges
        self._queue = state.queue
        self._retries = state.retries
        self._counters = state.counters
        self._bounds = state.bounds
        self._budgets = list(dict.fromkeys(lane.budget for lane in state.lanes))
        self._turn = 0
        self._concurrency = Concurrency(state.bounds.concurrency)
        self._in_flight = 0
        self._changed = anyio.Event()
        self._ending: ValidatorError | None = None
        self._give_up_at = math.inf
        self._resting = Rest(-math.inf)
        self._resting_since = -math.inf

    @property
    def in_flight(self) -> int:
        """Exchanges under way."""
        return self._in_flight

    @property
    def parked(self) -> int:
        """Checks that wait for a retry."""
        return self._queue.parked

    def retries_s(self, now: float) -> float:
        """The seconds that the budget of retries makes of those that wait now."""
        return self._retries.time_for_s(self._queue.parked, now)

    @property
    def resting(self) -> Rest:
        """What the dispatcher last waited for."""
        return self._resting

    def paused_s(self, now: float) -> float:
        """Return for how long nothing was sent although there was work, holds of the key not counted."""
        resting_s = now - self._resting_since if self._resting.cause else 0.0
        return sum(self._counters.paused_s.values()) + resting_s

    def stop(self, why: ValidatorError) -> None:
        """Start nothing more; what is in flight ends within the grace or is given up. The first reason stays.

        What is given up is not written down, so that the next run asks again.
        """
        self._end(why)
        self._give_up_at = min(self._give_up_at, anyio.current_time() + self._bounds.grace_s)

    def wake(self) -> None:
        """Look again at what can be done: something has changed, such as the queue."""
        self._changed.set()

    def _end(self, why: ValidatorError) -> None:
        """Start nothing more, and give what is in flight its time: nobody waits for the end."""
        self._ending = self._ending or why
        self.wake()

    async def run(self) -> ValidatorError | None:
        """Ask until nothing is left or a reason to stop turns up; return that reason.

        Everything that was answered is durable when this returns or raises. A reason that turned up while the
        last numbers were in flight, and left none unasked, is none; but a signal is always answered.

        Raises:
            ExceptionGroup: with a `LedgerError`: the ledger failed; the run is over, and resumable.
        """
        try:
            async with anyio.create_task_group() as background:
                background.start_soon(self._state.recorder.run)
                async with anyio.create_task_group() as tasks:
                    await self._dispatch(tasks)
                    is_given_up = self._in_flight > 0
                    tasks.cancel_scope.cancel()
                background.cancel_scope.cancel()
            self._exchanges.close()
            self._state.guarding.close(self._state.lanes)
        finally:
            self._state.recorder.flush()
        is_left = len(self._queue) > 0 or self._queue.is_open
        is_early = is_given_up or is_left or isinstance(self._ending, Interrupted)
        return self._ending if is_early else None

    async def _dispatch(self, tasks: TaskGroup) -> None:
        while not isinstance(step := self._next_step(anyio.current_time()), Done):
            match step:
                case Send(lane):
                    self._start(tasks, self._exchanges.check(lane))
                case FetchStatus(lane):
                    self._start(tasks, self._exchanges.look(lane))
                case Probe(lane, canary):
                    self._start(tasks, self._exchanges.probe(lane, canary))
                case Rest():
                    await self._rest(step)
                case _:
                    assert_never(step)

    def _start(self, tasks: TaskGroup, exchange: Exchange) -> None:
        self._in_flight += 1
        tasks.start_soon(self._watch, exchange)

    async def _watch(self, exchange: Exchange) -> None:
        begun = anyio.current_time()
        try:
            await exchange()
        finally:
            self._in_flight -= 1
            self._concurrency.finished(anyio.current_time() - begun)
            self.wake()

    def _next_step(self, now: float) -> Step:
        if not self._ending:
            self._stop_at_error_rate()
            self._stop_with_enough()
        if self._ending or not (self._in_flight or len(self._queue)):
            step = self._last_step(now)
            is_over = self._ending or not self._queue.is_open
            return step if is_over or not isinstance(step, Done) else Rest(math.inf)
        if self._in_flight >= min(self._concurrency.allowed(self._pace_per_min(now)), self._useful()):
            return Rest(math.inf)
        work_at = self._queue.ready_at(now, retries_from=self._retries.ready_at(now))
        if work_at > now:
            return Rest(work_at, cause=ONLY_RETRIES_LEFT if work_at < math.inf else "")
        return self._choose_step(now)

    def _pace_per_min(self, now: float) -> float:
        return sum(budget.rate_per_min(now) for budget in self._budgets)

    def _last_step(self, now: float) -> Step:
        """Have the answers confirmed that still wait for it; nothing else is to be started."""
        if now >= self._give_up_at:
            return Done()
        if self._in_flight:
            return Rest(self._give_up_at)
        is_early = self._ending is not None
        lanes = self._state.lanes
        if is_early:
            self._state.withheld.give_back(lanes)
        step = last_step(lanes, lambda lane: self._action(lane, now, last=True), is_early=is_early)
        if isinstance(step, Probe | FetchStatus):
            step = self._last_within_budget(now, step)
        if isinstance(step, Done) and self._state.withheld:
            # Its lane has ended; another one may ask.
            self._state.withheld.give_back(lanes)
            return Rest(now)
        return step

    def _last_within_budget(self, now: float, step: Probe | FetchStatus) -> Probe | FetchStatus | Rest | Done:
        if self._ending and _budget_of(step).ready_at(now, 1) > now + LAST_WORD_S:
            return Done()
        found = self._within_budget(now, step)
        return found if not isinstance(found, Halt) else Done()

    def _stop_at_error_rate(self) -> None:
        if (rate := self._counters.recent_error_rate()) > self._bounds.max_error_rate:
            self._end(
                StoppedEarly(f"{rate:.0%} of the latest attempts failed, more than --max-error-rate allows")
            )

    def _stop_with_enough(self) -> None:
        if self._still_needed() <= 0:
            self._end(EnoughFound("as many recipients can be sent to as --enough asks for"))

    def _still_needed(self) -> float:
        """Return how many more "yes" end the run."""
        if self._bounds.needed is None:
            return math.inf
        found = self._counters.verdicts[Verdict.REGISTERED.value] + self._state.recorder.registered_waiting
        return self._bounds.needed - found

    def _useful(self) -> float:
        """Return how many exchanges may be in flight if all say "yes", so that nobody is asked in vain."""
        return self._still_needed() / max(lane.gateway.capabilities.max_batch for lane in self._state.lanes)

    def _choose_step(self, now: float) -> Step:
        """Return the step of the first lane that can go, from the one whose turn it is; or the least rest."""
        rests: list[Rest] = []
        halts: list[Halt] = []
        lanes = self._state.lanes
        for place in range(self._turn, self._turn + len(lanes)):
            match self._step_of(lanes[place % len(lanes)], now):
                case Rest() as rest:
                    rests.append(rest)
                case Halt() as halt:
                    halts.append(halt)
                case step:
                    self._turn = (place + 1) % len(lanes)
                    return step
        if not rests:
            self._end(halts[0].error)
            return Rest(now)
        return min(rests, key=lambda rest: rest.until)

    def _step_of(self, lane: GatewayLane, now: float) -> Send | FetchStatus | Probe | Rest | Halt:
        """Return what can be done through a lane: looking at its session comes before waiting."""
        match self._action(lane, now):
            case Go():
                return self._within_budget(now, Send(lane))
            case FetchSessionStatus():
                return self._within_budget(now, FetchStatus(lane))
            case AskCanary(canary):
                return self._within_budget(now, Probe(lane, canary))
            case Wait() as wait:
                return Rest.of(wait)
            case Halt() as halt:
                return halt
            case action:
                assert_never(action)

    def _action(self, lane: GatewayLane, now: float, *, last: bool = False) -> Action:
        if self._state.left_today(lane, kept=0 if last else lane.guard.reserve) <= 0:
            why = f"session {lane.session} has spent its --daily-cap of numbers for today"
            return Halt(StoppedEarly(why))
        return lane.next(now, last=last)

    def _within_budget(self, now: float, step: StepT) -> StepT | Rest | Halt:
        budget = _budget_of(step)
        start_at = budget.ready_at(now, self._requests_left(step.lane))
        if start_at <= now:
            return step
        report = budget.report(now)
        try:
            refuse_long_hold(report, now, self._bounds.max_wait_s)
        except StoppedEarly as ending:
            return Halt(ending)
        return Rest(start_at, report.hold_reason if (report.hold_until or now) > now else "")

    def _requests_left(self, lane: GatewayLane) -> int:
        """Return about how many requests a lane's key still has to make: its share of the queue."""
        numbers_each = len(self._budgets) * lane.gateway.capabilities.max_batch
        return max(1, math.ceil((len(self._queue) + self._queue.coming) / numbers_each))

    async def _rest(self, rest: Rest) -> None:
        self._resting, self._resting_since = rest, anyio.current_time()
        with anyio.move_on_at(min(rest.until, self._give_up_at)):
            await self._changed.wait()
        self._changed = anyio.Event()
        self._resting = Rest(-math.inf)
        if rest.cause:
            self._counters.paused_s[rest.cause] += anyio.current_time() - self._resting_since


def _budget_of(step: Send | FetchStatus | Probe) -> Budget:
    """Return the budget that a step is paid from."""
    return step.lane.side_budget if isinstance(step, FetchStatus) else step.lane.budget
