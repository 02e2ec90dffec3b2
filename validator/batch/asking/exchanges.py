"""The exchanges with a gateway: a check, a canary, a look at a session, each from start to effects."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, assert_never

import anyio

from validator.errors import ApiError
from validator.model import Outcome, Source, Verdict
from validator.pacing import Accept, Ending, Requeue, Resolve, Retry, Unverified, is_refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from validator.batch.asking.queue import Check
    from validator.batch.asking.run_state import RunState
    from validator.batch.asking.steps import GatewayLane
    from validator.gateways.gateway import CheckReply, NumberResult
    from validator.model import Number, Reason
    from validator.pacing import Checkpoint, Permit

    Exchange = Callable[[], Awaitable[None]]


class Exchanges:
    """Makes exchanges: each method takes what one needs at once, and returns what carries it out.

    Budget and lane must allow the exchange when the method is called.

    Args:
        state: what they work on.
    """

    def __init__(self, state: RunState) -> None:
        self._state = state

    def check(self, lane: GatewayLane) -> Exchange:
        """Ask about the next numbers through a lane: as many as the gateway takes at once."""
        now = anyio.current_time()
        checks = self._take(now, lane.gateway.capabilities.max_batch)
        lane.start(now)
        self._state.counters.begin(lane.ref, retries=sum(check.is_retry for check in checks))
        self._state.recorder.add_attempt(lane.ref)
        return partial(self._check, lane, checks, lane.guard.checkpoint(now), lane.budget.start(now))

    def probe(self, lane: GatewayLane, canary: Number) -> Exchange:
        """Ask about a canary through a lane."""
        now = anyio.current_time()
        lane.start(now)
        self._state.counters.begin_canary(lane.ref)
        self._state.recorder.add_attempt(lane.ref)
        return partial(self._probe, lane, canary, lane.guard.test(now), lane.budget.start(now))

    def look(self, lane: GatewayLane) -> Exchange:
        """Ask for the state of a lane's session."""
        now = anyio.current_time()
        lane.start(now)
        return partial(self._look, lane, lane.budget.start(now))

    def _take(self, now: float, most: int) -> Sequence[Check]:
        """Take the numbers of one exchange from the queue: one at least, and those that are due besides."""
        checks = [self._next(now)]
        while len(checks) < most and self._queue_ready_at(now) <= now:
            checks.append(self._next(now))
        return checks

    def _queue_ready_at(self, now: float) -> float:
        return self._state.queue.ready_at(now, retries_from=self._state.retries.ready_at(now))

    def _next(self, now: float) -> Check:
        check = self._state.queue.take(now, retries_from=self._state.retries.ready_at(now))
        if check.is_retry:
            self._state.retries.take(now)
        elif not check.is_begun:
            self._state.retries.first_attempt()
        check.is_begun = True
        return check

    async def _check(
        self, lane: GatewayLane, checks: Sequence[Check], checkpoint: Checkpoint, permit: Permit
    ) -> None:
        try:
            reply = await self._asked(lane, [check.number for check in checks])
        except ApiError as failure:
            self._account(lane, permit, failure)
            self._failed(lane, checks, failure)
        else:
            lane.budget.finish(permit, anyio.current_time(), reply.rate)
            self._replied(lane, checks, checkpoint, reply)
        self._state.guarding.carry_out(lane)

    async def _probe(self, lane: GatewayLane, canary: Number, checkpoint: Checkpoint, permit: Permit) -> None:
        try:
            reply = await self._asked(lane, [canary])
        except ApiError as failure:
            self._account(lane, permit, failure)
            lane.tested(anyio.current_time(), checkpoint, canary, said=failure)
        else:
            lane.budget.finish(permit, anyio.current_time(), reply.rate)
            result = reply.result(canary)
            said = result.failure or bool(result.is_whatsapp_user)
            lane.tested(anyio.current_time(), checkpoint, canary, said=said)
        self._state.guarding.carry_out(lane)

    async def _asked(self, lane: GatewayLane, numbers: Sequence[Number]) -> CheckReply:
        """Ask; an exchange that is given up has failed for the guard: silence vouches for nothing."""
        try:
            return await lane.gateway.check(numbers, lane.session)
        except anyio.get_cancelled_exc_class():
            lane.guard.failed()
            raise

    async def _look(self, lane: GatewayLane, permit: Permit) -> None:
        try:
            seen = await lane.gateway.session_status(lane.session)
        except ApiError as failure:
            self._account(lane, permit, failure)
            lane.looked(anyio.current_time(), failure)
        else:
            lane.budget.finish(permit, anyio.current_time(), seen.rate)
            lane.looked(anyio.current_time(), seen.status)

    def _account(self, lane: GatewayLane, permit: Permit, failure: ApiError) -> None:
        """Report a failed exchange to the budget."""
        lane.budget.finish(permit, anyio.current_time(), failure.rate, refused=is_refusal(failure))

    def _replied(
        self, lane: GatewayLane, checks: Sequence[Check], checkpoint: Checkpoint, reply: CheckReply
    ) -> None:
        lane.finish(anyio.current_time(), None)
        self._state.counters.end(lane.ref, None)
        for check in checks:
            result = reply.result(check.number)
            if result.failure is None:
                self._answered(lane, check, checkpoint, result)
            else:
                lane.guard.failed()
                self._undecided(lane, check, Ending(result.failure))

    def _failed(self, lane: GatewayLane, checks: Sequence[Check], failure: ApiError) -> None:
        ending = lane.finish(anyio.current_time(), failure)
        self._state.counters.end(lane.ref, failure)
        for check in checks:
            self._undecided(lane, check, ending)

    def _answered(
        self, lane: GatewayLane, check: Check, checkpoint: Checkpoint, result: NumberResult
    ) -> None:
        registered = bool(result.is_whatsapp_user)
        verdict = Verdict.REGISTERED if registered else Verdict.NOT_REGISTERED
        reason = None if registered else self._state.negative_reason
        settle = partial(self._settle, lane, check, verdict, reason, whatsapp_id=result.whatsapp_id)
        match lane.guard.on_answer(anyio.current_time(), checkpoint, check.number, registered=registered):
            case Requeue():
                self._state.queue.give_back(check)
            case Accept():
                settle()
            case Unverified(ordinal):
                settle(ordinal=ordinal)
            case heard:
                assert_never(heard)

    def _undecided(self, lane: GatewayLane, check: Check, ending: Ending) -> None:
        """Act on an exchange that did not say whether the number has an account."""
        match lane.decide(ending, check.attempts + 1):
            case Resolve(verdict, reason):
                self._settle(lane, check, verdict, reason)
            case Retry(after_s):
                check.attempts += 1
                self._state.queue.park(check, anyio.current_time() + after_s)
            case Requeue():
                self._state.queue.give_back(check)
            case Accept():
                raise AssertionError("a failure was taken for an answer")
            case decision:
                assert_never(decision)

    def _settle(
        self,
        lane: GatewayLane,
        check: Check,
        verdict: Verdict,
        reason: Reason | None,
        *,
        whatsapp_id: str | None = None,
        ordinal: int = 0,
    ) -> None:
        check.attempts += 1
        outcome = Outcome(
            number=check.number,
            verdict=verdict,
            reason=reason,
            whatsapp_id=whatsapp_id,
            source=Source.API,
            checked_at_ms=self._state.now_ms(),
            gateway=lane.ref.gateway,
            session=lane.ref.session,
            attempts=check.attempts,
        )
        self._state.recorder.add(outcome, ordinal)
