"""The exchanges with a gateway: a check, a canary, or a look at a session, each from start to effects."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, assert_never

import anyio

from validator.batch.asking.array import Array
from validator.batch.asking.delivery import Delivery
from validator.batch.asking.single_call import account
from validator.batch.asking.taking import take_array
from validator.errors import ApiError, InvalidPhone
from validator.gateways.gateway import CheckReply, NumberResult
from validator.http.exchange_options import EXCHANGE_OPTIONS, ExchangeOptions
from validator.model import Outcome, Reason, Source, Verdict
from validator.pacing import Accept, Ending, Requeue, Resolve, Retry, Unverified

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from validator.batch.asking.check import Check
    from validator.batch.asking.run_state import RunState
    from validator.batch.asking.steps import GatewayLane
    from validator.model import Number
    from validator.pacing import Checkpoint, Permit

    Exchange = Callable[[], Awaitable[None]]


class Exchanges:
    """Starts exchanges. Each method registers its exchange at once, and returns a function to carry it out.

    Budget and lane must allow the exchange when the method is called.

    Args:
        state: the parts of the run.
    """

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._clock = state.clock
        self._reasons = {
            Verdict.REGISTERED: None,
            Verdict.NOT_REGISTERED: state.negative_reason,
            Verdict.INVALID: Reason.REJECTED_BY_PROVIDER,
        }
        self._is_over = False

    def close(self) -> None:
        """Retract no more answers, because the dispatcher has ended."""
        self._is_over = True

    def check(self, lane: GatewayLane, now: float) -> Exchange:
        """Ask about the next numbers through a lane: as many as the gateway takes in one request."""
        asked = take_array(self._state, lane, now)
        lane.start(now)
        retries = 0
        for check in asked.checks:
            retries += check.is_retry
        self._state.counters.begin(lane.ref, numbers=len(asked.checks), retries=retries)
        self._state.recorder.add_attempts(lane.ref, len(asked.checks))
        return partial(self._check, lane, asked, lane.guard.checkpoint(now), lane.budget.start(now))

    def probe(self, lane: GatewayLane, canary: Number, now: float) -> Exchange:
        """Ask about a canary through a lane."""
        lane.start(now)
        self._state.counters.begin_canary(lane.ref)
        self._state.recorder.add_attempts(lane.ref, 1)
        return partial(self._probe, lane, canary, lane.guard.test(now), lane.budget.start(now))

    def look(self, lane: GatewayLane, now: float) -> Exchange:
        """Ask for the state of a lane's session."""
        lane.start(now, is_look=True)
        return partial(self._look, lane, lane.side_budget.start(now, is_check=False))

    async def _check(self, lane: GatewayLane, asked: Array, checkpoint: Checkpoint, permit: Permit) -> None:
        checks, fresh = asked.checks, not lane.gateway.capabilities.names_numbers
        for check in checks:
            fresh |= check.needs_new_connection
        delivery = Delivery(checkpoint, fresh=fresh)
        EXCHANGE_OPTIONS.set(
            ExchangeOptions(fresh=delivery.fresh, on_unsolicited=partial(self._doubt, delivery))
        )
        try:
            reply = await self._asked(lane, [check.number for check in checks], checkpoint)
        except ApiError as failure:
            account(lane.budget, permit, failure)
            self._failed(lane, asked, delivery.failure(failure))
            lane.guard.ended(self._clock(), checkpoint, answered=False)
        else:
            delivery.at = self._clock()
            lane.budget.finish(permit, delivery.at, reply.rate)
            self._replied(lane, checks, reply, delivery)
            if asked.others:
                self._cleared(lane, asked)
        self._ended(lane)

    async def _probe(self, lane: GatewayLane, canary: Number, checkpoint: Checkpoint, permit: Permit) -> None:
        EXCHANGE_OPTIONS.set(ExchangeOptions(fresh=True))
        try:
            reply = await self._asked(lane, [canary], checkpoint)
        except ApiError as failure:
            account(lane.budget, permit, failure)
            lane.tested(self._clock(), checkpoint, canary, said=failure)
        else:
            lane.budget.finish(permit, self._clock(), reply.rate)
            result = reply.result(canary)
            said = result.failure or bool(result.is_whatsapp_user)
            if said is True and lane.guard.is_current(checkpoint):
                self._state.guarding.readmit()
            lane.tested(self._clock(), checkpoint, canary, said=said)
        self._ended(lane)

    async def _asked(
        self, lane: GatewayLane, numbers: Sequence[Number], checkpoint: Checkpoint
    ) -> CheckReply:
        """Ask. A cancelled exchange counts as failed for the guard, since there is no answer.

        If the whole request is refused as invalid, the results do not name their number.
        """
        try:
            return await lane.gateway.check(numbers, lane.session)
        except InvalidPhone as failure:
            results = (NumberResult(number=one, failure=failure, names_number=False) for one in numbers)
            return CheckReply.of(*results, rate=failure.rate)
        except anyio.get_cancelled_exc_class():
            lane.guard.ended(self._clock(), checkpoint, answered=False)
            raise

    async def _look(self, lane: GatewayLane, permit: Permit) -> None:
        EXCHANGE_OPTIONS.set(ExchangeOptions())
        try:
            seen = await lane.gateway.session_status(lane.session)
        except ApiError as failure:
            account(lane.side_budget, permit, failure)
            lane.looked(self._clock(), failure)
        else:
            lane.side_budget.finish(permit, self._clock(), seen.rate)
            lane.looked(self._clock(), seen.status)
        self._ended(lane)

    def _ended(self, lane: GatewayLane) -> None:
        """Carry out the decisions about earlier checks that the end of an exchange has caused."""
        if self._state.withheld.kept:
            self._state.withheld.settle(lane, self._undecided)
        if rulings := lane.guard.rulings():
            self._state.guarding.carry_out(lane, rulings)

    def _replied(
        self, lane: GatewayLane, checks: Sequence[Check], reply: CheckReply, delivery: Delivery
    ) -> None:
        failure = reply.failure([check.number for check in checks])
        ending = lane.finish(delivery.at, failure)
        self._state.counters.end(lane.ref, failure)
        answered = False
        for check in checks:
            result = reply.result(check.number)
            # It is of this request if it names the number, or if the connection is new.
            verdict, is_own = result.verdict, result.names_number or delivery.fresh
            answered |= verdict is not None and is_own
            if delivery.is_doubted and not delivery.fresh:
                self._ask_anew(check)
            elif verdict is None:
                self._undecided(lane, check, ending if failure else Ending(result.failure))
            elif is_own:
                self._answered(lane, check, verdict, result.whatsapp_id, delivery)
            else:
                check.was_rejected |= verdict is Verdict.INVALID
                self._ask_anew(check)
        lane.guard.ended(delivery.at, delivery.checkpoint, answered=answered)

    def _doubt(self, delivery: Delivery) -> None:
        """Ask again about the checks of a connection that has delivered a response without a request."""
        delivery.is_doubted = True
        for check, verdict in delivery.take_ended():
            if not self._is_over:
                self._state.counters.take_back(verdict)
                self._ask_anew(check)

    def _ask_anew(self, check: Check) -> None:
        """Ask again over a new connection, because the answer may be about another number."""
        check.needs_new_connection = True
        self._state.queue.give_back(check)

    def _failed(self, lane: GatewayLane, asked: Array, failure: ApiError) -> None:
        ending = lane.finish(self._clock(), failure)
        self._state.counters.end(lane.ref, failure)
        self._state.queue.give_back(*asked.others)
        if asked.is_refused_for_one(failure):
            self._state.queue.suspect(Array(asked.checks, refused=failure))
            return
        for check in asked.checks:
            check.separate(len(asked.checks))
            self._undecided(lane, check, ending)

    def _cleared(self, lane: GatewayLane, asked: Array) -> None:
        """Search for the number that caused a refusal among the others, since these numbers did not."""
        match asked.others:
            case [cause]:
                self._undecided(lane, cause, Ending(asked.refused))
            case others:
                self._state.queue.suspect(Array(others, refused=asked.refused))

    def _answered(
        self,
        lane: GatewayLane,
        check: Check,
        verdict: Verdict,
        whatsapp_id: str | None,
        delivery: Delivery,
    ) -> None:
        reason, guard = self._reasons[verdict], lane.guard
        decision = guard.on_answer(
            delivery.at,
            delivery.checkpoint,
            check.number,
            verdict,
            was_rejected=check.was_rejected,
            is_again=check.is_again,
        )
        match decision:
            case Accept():
                self._settle(lane, check, verdict, reason, whatsapp_id=whatsapp_id)
                if self._state.guarding.parked and guard.is_current(delivery.checkpoint):
                    self._state.guarding.readmit()
            case Unverified(ordinal):
                self._settle(lane, check, verdict, reason, whatsapp_id=whatsapp_id, ordinal=ordinal)
            case Requeue():
                self._state.queue.give_back(check)
                return
            case Resolve(doubted, why):
                self._settle(lane, check, doubted, why)
                return
            case _:
                assert_never(decision)
        # An "invalid" is held until the end of the run, and two requests were made if it names no number.
        if verdict is not Verdict.INVALID:
            delivery.note_ended(check, verdict)

    def _undecided(self, lane: GatewayLane, check: Check, ending: Ending) -> None:
        """Act on an exchange that did not answer whether the number has an account."""
        if ending.is_withheld:
            self._state.withheld.add(lane, check, ending)
            return
        match lane.decide(ending, check.attempts + 1):
            case Resolve(verdict, reason):
                self._settle(lane, check, verdict, reason)
            case Retry(after_s):
                check.attempts += 1
                self._state.queue.park(check, self._clock() + after_s)
            case Requeue(is_attempt):
                check.attempts += is_attempt
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
            strength=lane.gateway.capabilities.strength_of(verdict),
        )
        if ordinal and verdict is Verdict.INVALID:
            self._state.guarding.hold(outcome, ordinal)
        else:
            self._state.recorder.add(outcome, ordinal)
