"""The fan-out: concurrent checks under one budget, each result in the ledger before it is reported.

One dispatcher decides what happens next and waits; every exchange is a task of its own. A check that has to
wait (for its retry, for a hold, for its session) goes back to the queue and holds nothing meanwhile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

import anyio

from validator.batch.asking.guarding import last_step
from validator.batch.asking.single_call import refuse_long_hold
from validator.batch.asking.steps import Done, Look, Probe, Rest, Send, Step
from validator.errors import Interrupted, StoppedEarly, ValidatorError
from validator.pacing import (
    AskCanary,
    Concurrency,
    Go,
    Halt,
    LookAtSession,
    Wait,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from anyio.abc import TaskGroup

    from validator.batch.asking.exchanges import Exchange, Exchanges
    from validator.batch.asking.guarding import Guarding
    from validator.batch.asking.queue import Queue
    from validator.batch.asking.recorder import Recorder
    from validator.batch.asking.tally import Tally
    from validator.pacing import Action, Budget, Lane, RetryBudget


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where a run stops although work is left.

    Attributes:
        concurrency: attempts in flight at most; fewer where the pace needs fewer.
        deadline: when to stop, on anyio's clock; infinity for never.
        max_wait_s: a hold longer than this stops the run.
        max_error_rate: a larger share of failures among the latest attempts stops the run.
        left_today: attempts each session may still make today; a session that is not named has no cap.
    """

    concurrency: int = 256
    deadline: float = math.inf
    max_wait_s: float = 3600.0
    max_error_rate: float = 1.0
    left_today: Mapping[str, int]


ONLY_RETRIES_LEFT = "only retries were left, each with its own time to wait"

# A run that was told to stop still has its last answers vouched for, if that can begin so soon.
LAST_WORD_S = 5.0


class FanOut:
    """Asks about every number in a queue, and ends in order whatever happens.

    Args:
        queue: the numbers.
        lanes: the sessions to ask through, all of one key.
        budget: the key's.
        retries: the run's budget of retries.
        exchanges: carries out what is decided here.
        guarding: carries out what the lanes' guards decide.
        recorder: where outcomes go.
        tally: what has been done so far.
        bounds: where to stop early.
    """

    def __init__(
        self,
        *,
        queue: Queue,
        lanes: Sequence[Lane],
        budget: Budget,
        retries: RetryBudget,
        exchanges: Exchanges,
        guarding: Guarding,
        recorder: Recorder,
        tally: Tally,
        bounds: Bounds,
    ) -> None:
        self._queue = queue
        self._lanes = list(lanes)
        self._budget = budget
        self._retries = retries
        self._exchanges = exchanges
        self._guarding = guarding
        self._recorder = recorder
        self._tally = tally
        self._bounds = bounds
        self._concurrency = Concurrency(bounds.concurrency)
        self._in_flight = 0
        self._changed = anyio.Event()
        self._ending: ValidatorError | None = None
        self._resting = Rest(-math.inf)

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

    def stop(self, why: ValidatorError) -> None:
        """Start nothing more; what is in flight is finished and written down. The first reason stays."""
        self._ending = self._ending or why
        self._wake()

    async def run(self) -> ValidatorError | None:
        """Ask until nothing is left or a reason to stop turns up; return that reason.

        Everything that was answered is durable when this returns or raises. A reason that turned up while the
        last numbers were in flight, and left none unasked, is none; but a signal is always answered.

        Raises:
            ExceptionGroup: with a `LedgerError`: the ledger failed; the run is over, and resumable.
        """
        try:
            async with anyio.create_task_group() as background:
                background.start_soon(self._recorder.run)
                async with anyio.create_task_group() as tasks:
                    await self._dispatch(tasks)
                background.cancel_scope.cancel()
            self._guarding.close(self._lanes)
        finally:
            self._recorder.flush()
        is_early = len(self._queue) > 0 or isinstance(self._ending, Interrupted)
        return self._ending if is_early else None

    async def _dispatch(self, tasks: TaskGroup) -> None:
        while not isinstance(step := self._next_step(anyio.current_time()), Done):
            match step:
                case Send(lane):
                    self._start(tasks, self._exchanges.check(lane))
                case Look(lane):
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
            self._wake()

    def _next_step(self, now: float) -> Step:
        if not self._ending:
            self._stop_at_bounds(now)
        if self._ending or not (self._in_flight or len(self._queue)):
            return self._last_step(now)
        if self._in_flight >= self._concurrency.allowed(self._budget.report(now).rate_per_min):
            return Rest(math.inf)
        work_at = self._queue.ready_at(now, retries_from=self._retries.ready_at(now))
        if work_at > now:
            return Rest(work_at, cause=ONLY_RETRIES_LEFT if work_at < math.inf else "")
        step = self._choose_lane(now)
        return step if isinstance(step, Rest) else self._within_budget(now, step)

    def _last_step(self, now: float) -> Step:
        """Have vouched for what still waits to be; nothing else is to be started."""
        if self._in_flight:
            return Rest(math.inf)
        is_early = self._ending is not None
        step = last_step(self._lanes, lambda lane: self._action(lane, now, last=True), is_early=is_early)
        if not isinstance(step, Probe):
            return step
        if is_early and self._budget.ready_at(now, 1) > now + LAST_WORD_S:
            return Done()
        return self._within_budget(now, step)

    def _stop_at_bounds(self, now: float) -> None:
        if now >= self._bounds.deadline:
            self.stop(StoppedEarly("the deadline was reached"))
        if (rate := self._tally.recent_error_rate()) > self._bounds.max_error_rate:
            self.stop(
                StoppedEarly(f"{rate:.0%} of the latest attempts failed, more than --max-error-rate allows")
            )

    def _choose_lane(self, now: float) -> Send | Look | Probe | Rest:
        """Let the lanes take turns; the first that can go goes, a session to look at comes before waiting."""
        rests: list[Rest] = []
        halts: list[Halt] = []
        for _ in self._lanes:
            lane = self._lanes.pop(0)
            self._lanes.append(lane)
            match self._action(lane, now):
                case Go():
                    return Send(lane)
                case LookAtSession():
                    return Look(lane)
                case AskCanary(canary):
                    return Probe(lane, canary)
                case Wait() as wait:
                    rests.append(Rest.of(wait))
                case Halt() as halt:
                    halts.append(halt)
                case action:
                    assert_never(action)
        if not rests:
            self.stop(halts[0].error)
            return Rest(now)
        return min(rests, key=lambda rest: rest.until)

    def _action(self, lane: Lane, now: float, *, last: bool = False) -> Action:
        spent = self._tally.attempts_through(lane.session)
        kept = 0 if last else lane.guard.reserve
        if spent + kept >= self._bounds.left_today.get(lane.session, math.inf):
            return Halt(StoppedEarly(f"session {lane.session} has spent its --daily-cap"))
        return lane.next(now, last=last)

    def _within_budget(self, now: float, step: Send | Look | Probe) -> Step:
        start_at = self._budget.ready_at(now, max(1, len(self._queue)))
        if start_at <= now:
            return step
        report = self._budget.report(now)
        try:
            refuse_long_hold(report, now, self._bounds.max_wait_s)
        except StoppedEarly as ending:
            self.stop(ending)
            return Rest(now)
        return Rest(start_at, report.hold_reason if (report.hold_until or now) > now else "")

    async def _rest(self, rest: Rest) -> None:
        self._resting, since = rest, anyio.current_time()
        deadline = math.inf if self._ending else self._bounds.deadline
        with anyio.move_on_at(min(rest.until, deadline)):
            await self._changed.wait()
        self._changed = anyio.Event()
        self._resting = Rest(-math.inf)
        if rest.cause:
            self._tally.paused_s[rest.cause] += anyio.current_time() - since

    def _wake(self) -> None:
        self._changed.set()
