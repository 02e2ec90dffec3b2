"""Starts every exchange of a run: concurrent checks, each within the budget of its key.

The dispatcher decides the next steps when exchanges have ended, and when a rest is over: first it acts on all
answers that have come in a turn of the event loop, then it sends all requests that are allowed. So the server
is woken once for many requests. A check that has to wait (for its retry, a hold, or its session) goes back to
the queue and uses no worker while it waits. The lanes take turns. A lane is skipped if its session or key has
to wait.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, assert_never

import anyio

from validator.batch.asking.exchanges import Exchanges
from validator.batch.asking.guarding import last_step
from validator.batch.asking.lane_choice import LaneChoice
from validator.batch.asking.lane_rests import KEPT_S
from validator.batch.asking.steps import Done, FetchStatus, Probe, Rest, Send, Step
from validator.batch.asking.workers import Job, Workers
from validator.errors import EnoughFound, Interrupted, StoppedEarly, ValidatorError
from validator.http.event_loop import event_type
from validator.model import Verdict
from validator.pacing import Concurrency, Halt

if TYPE_CHECKING:
    from validator.batch.asking.exchanges import Exchange
    from validator.batch.asking.run_state import RunState
    from validator.batch.asking.steps import GatewayLane

ONLY_RETRIES_LEFT = "only retries were left, each with its own time to wait"

# The rest of a dispatcher that does not wait.
AWAKE = Rest(-math.inf)

# A run that stops early still confirms its last answers, if the request for this can start within this time.
LAST_STEP_S = 5.0


class Dispatcher:
    """Asks about every number in a queue, and ends in order in every case.

    Args:
        state: the parts of the run.
    """

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._exchanges = Exchanges(state, on_arrival=self._arrived)
        self._queue = state.queue
        self._retries = state.retries
        self._counters = state.counters
        self._bounds = state.bounds
        self._clock = state.clock
        self._budgets = list(dict.fromkeys(lane.budget for lane in state.lanes))
        self._largest = max(lane.gateway.capabilities.max_batch for lane in state.lanes)
        self._choice = LaneChoice(state)
        self._concurrency = Concurrency(state.bounds.concurrency)
        self._allowed, self._allowed_until = state.bounds.concurrency, -math.inf
        # A share of failures above this does not exist.
        self._can_stop = state.bounds.max_error_rate < 1 or state.bounds.needed is not None
        self._in_flight = 0
        # The lanes with a last step in flight. All lanes do theirs at the same time.
        self._in_last_step: set[GatewayLane] = set()
        self._new_event = event_type()
        self._changed = self._new_event()
        self._ending: ValidatorError | None = None
        self._give_up_at = math.inf
        self._resting = AWAKE
        self._resting_since = -math.inf

    @property
    def in_flight(self) -> int:
        """The number of exchanges in flight."""
        return self._in_flight

    @property
    def parked(self) -> int:
        """The number of checks that wait for a retry."""
        return self._queue.parked

    def retries_s(self, now: float) -> float:
        """Return how many seconds the retry budget needs for the checks that wait for a retry now."""
        return self._retries.time_for_s(self._queue.parked, now)

    @property
    def resting(self) -> Rest:
        """The current rest of the dispatcher; a rest in the past if the dispatcher does not wait."""
        return self._resting

    def paused_s(self, now: float) -> float:
        """Return for how long nothing was sent although there was work, without holds of the key."""
        resting_s = now - self._resting_since if self._resting.cause else 0.0
        return sum(self._counters.paused_s.values()) + resting_s

    def stop(self, why: ValidatorError) -> None:
        """Start no more exchanges; those in flight end within the grace period or are cancelled.

        A cancelled exchange is not recorded, so the next run asks again.

        Args:
            why: the reason, unless there is one already.
        """
        self._end(why)
        self._give_up_at = min(self._give_up_at, anyio.current_time() + self._bounds.grace_s)

    def wake(self) -> None:
        """Decide again, because something has changed, such as the queue."""
        self._choice.rests.clear()
        self._resting = AWAKE
        self._changed.set()

    def _end(self, why: ValidatorError) -> None:
        """Start no more exchanges, and let those in flight end without a time limit."""
        self._ending = self._ending or why
        self.wake()

    async def run(self) -> ValidatorError | None:
        """Ask until no number is left or there is a reason to stop; return that reason.

        All answers are durable when this returns or raises. If all numbers were asked about in spite of a
        reason to stop, this returns None, except for a signal.

        Raises:
            ExceptionGroup: with a `LedgerError`: the ledger failed; the run is over, and resumable.
        """
        try:
            async with anyio.create_task_group() as background:
                background.start_soon(self._state.recorder.run)
                async with anyio.create_task_group() as tasks:
                    try:
                        await self._dispatch(Workers(tasks, clock=self._clock, on_end=self._worked))
                    finally:
                        self._exchanges.close()
                    is_given_up = self._in_flight > 0
                    tasks.cancel_scope.cancel()
                background.cancel_scope.cancel()
            self._state.guarding.close(self._state.lanes)
        finally:
            self._state.recorder.flush()
        is_left = len(self._queue) > 0 or self._queue.is_open
        is_early = is_given_up or is_left or isinstance(self._ending, Interrupted)
        return self._ending if is_early else None

    async def _dispatch(self, workers: Workers) -> None:
        while not isinstance(step := self._next_step(now := self._clock()), Done):
            if isinstance(step, Rest):
                await self._rest(step, workers)
            elif (exchange := self._begin(step, now)) is not None:
                workers.start(Job(step.lane, exchange))

    def _begin(self, step: Send | FetchStatus | Probe, now: float) -> Exchange | None:
        """Start an exchange; return what carries it out, or None if it needs no worker."""
        self._in_flight += 1
        self._choice.rests.began(step.lane)
        match step:
            case Send():
                return self._exchanges.check(step.lane, now)
            case FetchStatus():
                return self._exchanges.look(step.lane, now)
            case Probe():
                return self._exchanges.probe(step.lane, step.canary, now)
            case _:
                assert_never(step)

    def _worked(self, lane: GatewayLane, took_s: float) -> None:
        """Record that a worker has carried out an exchange; decide again, unless it rests shortly."""
        self._ended(lane, took_s)
        if not self._rests_shortly():
            self._changed.set()

    def _ended(self, lane: GatewayLane, took_s: float) -> None:
        """Record the end of an exchange."""
        self._in_flight -= 1
        self._in_last_step.discard(lane)
        self._concurrency.finished(took_s)
        self._choice.rests.ended(lane)

    def _arrived(self) -> None:
        """Wake up to act on an answer."""
        self._changed.set()

    def _rests_shortly(self) -> bool:
        """Whether the rest ends so soon that no end of an exchange cuts it short."""
        now = self._clock()
        return now < self._resting.until <= now + KEPT_S

    def _next_step(self, now: float) -> Step:
        if self._can_stop and not self._ending:
            self._stop_at_error_rate()
            self._stop_with_enough()
        if self._ending or not (self._others_in_flight or len(self._queue)):
            step = self._last_step(now)
            is_over = self._ending or not self._queue.is_open
            return step if is_over or not isinstance(step, Done) else Rest(math.inf)
        if self._is_full(now):
            return Rest(math.inf)
        work_at = self._queue.ready_at(now, retries_from=self._retries.ready_at)
        if work_at > now:
            return Rest(work_at, cause=ONLY_RETRIES_LEFT if work_at < math.inf else "")
        chosen = self._choice.next(now)
        if isinstance(chosen, Halt):
            self._end(chosen.error)
            return Rest(now)
        return chosen

    def _is_full(self, now: float) -> bool:
        """Whether no further exchange is useful now. What the pace allows is cached for `KEPT_S`."""
        if now >= self._allowed_until:
            pace_per_min = sum(budget.rate_per_min(now) for budget in self._budgets)
            self._allowed = self._concurrency.allowed(pace_per_min)
            self._allowed_until = now + KEPT_S
        # If all say "yes", more exchanges would ask about too many numbers.
        return self._in_flight >= self._allowed or self._in_flight >= self._still_needed() / self._largest

    @property
    def _others_in_flight(self) -> bool:
        """Whether exchanges are in flight that are not last steps."""
        return self._in_flight > len(self._in_last_step)

    def _last_step(self, now: float) -> Step:
        """Return the step that confirms answers which still wait for it. No number is left to ask about."""
        if now >= self._give_up_at:
            return Done()
        if self._others_in_flight:
            return Rest(self._give_up_at)
        is_early = self._ending is not None
        lanes = self._state.lanes
        if is_early:
            self._state.withheld.give_back(lanes)
        waiting = [lane for lane in lanes if lane not in self._in_last_step]
        step = last_step(waiting, lambda lane: self._choice.action(lane, now, last=True), is_early=is_early)
        if isinstance(step, Probe | FetchStatus):
            step = self._last_within_budget(now, step)
        if isinstance(step, Probe | FetchStatus):
            self._in_last_step.add(step.lane)
        if isinstance(step, Done) and self._in_last_step:
            return Rest(self._give_up_at)
        if isinstance(step, Done) and self._state.withheld.kept:
            # The lane of the withheld checks has ended; another lane may ask about them.
            self._state.withheld.give_back(lanes)
            return Rest(now)
        return step

    def _last_within_budget(self, now: float, step: Probe | FetchStatus) -> Probe | FetchStatus | Rest | Done:
        budget = step.lane.side_budget if isinstance(step, FetchStatus) else step.lane.budget
        if self._ending and budget.ready_at(now, 1) > now + LAST_STEP_S:
            return Done()
        found = self._choice.within_budget(now, step, budget)
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
        """Return how many more "yes" end the run; infinity without `--enough`."""
        if self._bounds.needed is None:
            return math.inf
        found = self._counters.verdicts[Verdict.REGISTERED.value] + self._state.recorder.registered_waiting
        return self._bounds.needed - found

    async def _rest(self, rest: Rest, workers: Workers) -> None:
        self._resting, self._resting_since = rest, self._clock()
        while True:
            await self._changed.wait(min(rest.until, self._give_up_at))
            self._changed = self._new_event()
            self._take_answers(workers)
            if not self._rests_shortly():
                break
        self._resting = AWAKE
        if rest.cause:
            self._counters.paused_s[rest.cause] += self._clock() - self._resting_since

    def _take_answers(self, workers: Workers) -> None:
        """Act on the answers that have come since the last call."""
        now = self._clock()
        for delivery, exchange in self._exchanges.take_ended(now):
            if exchange is None:
                self._ended(delivery.lane, now - delivery.permit.started_at)
            else:
                workers.start(Job(delivery.lane, exchange))
