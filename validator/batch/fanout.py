"""The fan-out: concurrent checks under one budget, each result in the ledger before it is reported.

One dispatcher decides what happens next and waits; every attempt is a task of its own. A check that has to
wait (for its retry, for a hold, for its session) goes back to the queue and holds nothing meanwhile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

import anyio

from validator.batch.paced import refuse_long_hold
from validator.errors import ApiError, Interrupted, StoppedEarly, ValidatorError
from validator.model import Outcome, Reason, Source, Verdict
from validator.pacing import Again, Answered, Go, Halt, LookAtSession, Retry, Settle, Wait, is_refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from anyio.abc import TaskGroup

    from validator.batch.provider import Provider, Reply
    from validator.batch.queue import Check, Queue
    from validator.batch.recorder import Recorder
    from validator.batch.tally import Tally
    from validator.pacing import Budget, Lane, RetryBudget, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where a run stops although work is left.

    Attributes:
        concurrency: attempts in flight at most.
        deadline: when to stop, on anyio's clock; infinity for never.
        max_wait_s: a hold longer than this stops the run.
        max_error_rate: a larger share of failures among the latest attempts stops the run.
        left_today: attempts each session may still make today; a session that is not named has no cap.
    """

    concurrency: int = 64
    deadline: float = math.inf
    max_wait_s: float = 3600.0
    max_error_rate: float = 1.0
    left_today: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Send:
    """Ask about the next number through this lane, now."""

    lane: Lane


@dataclass(frozen=True, slots=True)
class Look:
    """Ask for the state of this lane's session, now."""

    lane: Lane


@dataclass(frozen=True, slots=True)
class Rest:
    """Do nothing until then, or until something has changed. `why` is empty for the ordinary pace."""

    until: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to start."""


Step = Send | Look | Rest | Done


class FanOut:
    """Asks about every number in a queue, and ends in order whatever happens.

    Args:
        provider: whom to ask.
        queue: the numbers.
        lanes: the sessions to ask through, all of one key.
        budget: the key's.
        retries: the run's budget of retries.
        recorder: where outcomes go.
        tally: what to count in.
        bounds: where to stop early.
        now_ms: the time of day in milliseconds since the Unix epoch.
    """

    def __init__(
        self,
        *,
        provider: Provider,
        queue: Queue,
        lanes: Sequence[Lane],
        budget: Budget,
        retries: RetryBudget,
        recorder: Recorder,
        tally: Tally,
        bounds: Bounds,
        now_ms: Callable[[], int],
    ) -> None:
        self._provider = provider
        self._queue = queue
        self._lanes = list(lanes)
        self._budget = budget
        self._retries = retries
        self._recorder = recorder
        self._tally = tally
        self._bounds = bounds
        self._now_ms = now_ms
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
                async with anyio.create_task_group() as exchanges:
                    await self._dispatch(exchanges)
                background.cancel_scope.cancel()
        finally:
            self._recorder.flush()
        is_early = len(self._queue) > 0 or isinstance(self._ending, Interrupted)
        return self._ending if is_early else None

    async def _dispatch(self, exchanges: TaskGroup) -> None:
        while not isinstance(step := self._next_step(anyio.current_time()), Done):
            match step:
                case Send(lane):
                    self._send(lane, exchanges)
                case Look(lane):
                    self._look(lane, exchanges)
                case Rest():
                    await self._rest(step)
                case _:
                    assert_never(step)

    def _next_step(self, now: float) -> Step:
        self._stop_at_bounds(now)
        if self._ending or not (self._in_flight or len(self._queue)):
            return Done()
        if self._in_flight >= self._bounds.concurrency:
            return Rest(math.inf)
        work_at = self._queue.ready_at(now, retries_from=self._retries.ready_at(now))
        if work_at > now:
            return Rest(work_at)
        step = self._choose_lane(now)
        return self._within_budget(now, step) if isinstance(step, Send | Look) else step

    def _stop_at_bounds(self, now: float) -> None:
        if now >= self._bounds.deadline:
            self.stop(StoppedEarly("the deadline was reached"))
        if (rate := self._tally.recent_error_rate()) > self._bounds.max_error_rate:
            self.stop(
                StoppedEarly(f"{rate:.0%} of the latest attempts failed, more than --max-error-rate allows")
            )

    def _choose_lane(self, now: float) -> Step:
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
                case Wait(until, why):
                    rests.append(Rest(until, why))
                case Halt() as halt:
                    halts.append(halt)
                case action:
                    assert_never(action)
        if not rests:
            self.stop(halts[0].error)
            return Done()
        return min(rests, key=lambda rest: rest.until)

    def _action(self, lane: Lane, now: float) -> Go | LookAtSession | Wait | Halt:
        spent = self._tally.attempts_through(lane.session)
        if spent >= self._bounds.left_today.get(lane.session, math.inf):
            return Halt(StoppedEarly(f"session {lane.session} has spent its --daily-cap"))
        return lane.next(now)

    def _within_budget(self, now: float, step: Send | Look) -> Step:
        start_at = self._budget.ready_at(now, len(self._queue))
        if start_at <= now:
            return step
        report = self._budget.report(now)
        try:
            refuse_long_hold(report, now, self._bounds.max_wait_s)
        except StoppedEarly as ending:
            self.stop(ending)
            return Done()
        return Rest(start_at, report.hold_reason if (report.hold_until or now) > now else "")

    async def _rest(self, rest: Rest) -> None:
        self._resting = rest
        with anyio.move_on_at(min(rest.until, self._bounds.deadline)):
            await self._changed.wait()
        self._changed = anyio.Event()
        self._resting = Rest(-math.inf)

    def _wake(self) -> None:
        self._changed.set()

    def _send(self, lane: Lane, exchanges: TaskGroup) -> None:
        now = anyio.current_time()
        check = self._queue.take(now, retries_from=self._retries.ready_at(now))
        if check.is_retry:
            self._retries.take(now)
        elif not check.attempts:
            self._retries.first_attempt()
        lane.start(now)
        self._tally.begin(lane.session, is_retry=check.is_retry)
        self._recorder.add_attempt(lane.session)
        self._start(exchanges, lambda ticket: self._check(lane, check, ticket))

    def _look(self, lane: Lane, exchanges: TaskGroup) -> None:
        lane.start(anyio.current_time())
        self._start(exchanges, lambda ticket: self._look_at_session(lane, ticket))

    def _start(self, exchanges: TaskGroup, exchange: Callable[[Ticket], Awaitable[None]]) -> None:
        ticket = self._budget.start(anyio.current_time())
        self._in_flight += 1
        exchanges.start_soon(self._exchange, exchange, ticket)

    async def _exchange(self, exchange: Callable[[Ticket], Awaitable[None]], ticket: Ticket) -> None:
        try:
            await exchange(ticket)
        finally:
            self._in_flight -= 1
            self._wake()

    async def _check(self, lane: Lane, check: Check, ticket: Ticket) -> None:
        try:
            reply = await self._provider.check(check.number, lane.session)
        except ApiError as failure:
            self._account(ticket, failure)
            self._failed(lane, check, failure)
        else:
            self._budget.finish(ticket, anyio.current_time(), reply.rate)
            self._answered(lane, check, reply)

    async def _look_at_session(self, lane: Lane, ticket: Ticket) -> None:
        try:
            seen = await self._provider.look_at(lane.session)
        except ApiError as failure:
            self._account(ticket, failure)
            lane.looked(anyio.current_time(), failure)
        else:
            self._budget.finish(ticket, anyio.current_time(), seen.rate)
            lane.looked(anyio.current_time(), seen.status)

    def _account(self, ticket: Ticket, failure: ApiError) -> None:
        """Tell the budget of a failed exchange."""
        self._budget.finish(ticket, anyio.current_time(), failure.rate, refused=is_refusal(failure))

    def _answered(self, lane: Lane, check: Check, reply: Reply) -> None:
        lane.finish(anyio.current_time(), attempts=check.attempts + 1, failure=None)
        self._tally.end(lane.session, None)
        verdict = Verdict.REGISTERED if reply.is_whatsapp_user else Verdict.NOT_REGISTERED
        reason = None if reply.is_whatsapp_user else Reason.NOT_ON_WHATSAPP
        check.attempts += 1
        self._settle(lane, check, verdict, reason, reply.whatsapp_id)

    def _failed(self, lane: Lane, check: Check, failure: ApiError) -> None:
        now = anyio.current_time()
        self._tally.end(lane.session, failure)
        match lane.finish(now, attempts=check.attempts + 1, failure=failure):
            case Settle(verdict, reason):
                check.attempts += 1
                self._settle(lane, check, verdict, reason)
            case Retry(after_s):
                check.attempts += 1
                self._queue.park(check, now + after_s)
            case Again():
                self._queue.give_back(check)
            case Answered():
                raise AssertionError("a failure was taken for an answer")
            case decision:
                assert_never(decision)

    def _settle(
        self,
        lane: Lane,
        check: Check,
        verdict: Verdict,
        reason: Reason | None,
        whatsapp_id: str | None = None,
    ) -> None:
        outcome = Outcome(
            number=check.number,
            verdict=verdict,
            reason=reason,
            whatsapp_id=whatsapp_id,
            source=Source.API,
            checked_at_ms=self._now_ms(),
            session=lane.session,
            attempts=check.attempts,
        )
        self._recorder.add(outcome)
