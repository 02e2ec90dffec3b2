"""What the end of a check's exchange means for its numbers: a verdict, a retry, or another request."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from validator.batch.asking.array import Array
from validator.model import Outcome, Reason, Source, Verdict
from validator.pacing import Accept, Ending, Requeue, Resolve, Retry, Unverified

if TYPE_CHECKING:
    from validator.batch.asking.check import Check
    from validator.batch.asking.delivery import Delivery
    from validator.batch.asking.run_state import RunState
    from validator.batch.asking.steps import GatewayLane
    from validator.errors import ApiError
    from validator.gateways.gateway import CheckReply


class Results:
    """Acts on the ends of exchanges about numbers.

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

    def replied(self, delivery: Delivery, reply: CheckReply) -> None:
        """Act on the response of a gateway."""
        lane, checks = delivery.lane, delivery.asked.checks
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
                self.undecided(lane, check, ending if failure else Ending(result.failure))
            elif is_own:
                self._answered(lane, check, verdict, result.whatsapp_id, delivery)
            else:
                check.was_rejected |= verdict is Verdict.INVALID
                self._ask_anew(check)
        lane.guard.ended(delivery.at, delivery.checkpoint, answered=answered)
        if delivery.asked.others:
            self._cleared(lane, delivery.asked)

    def doubt(self, delivery: Delivery) -> None:
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

    def failed(self, delivery: Delivery, failure: ApiError) -> None:
        """Act on the failure of a whole exchange."""
        lane, asked = delivery.lane, delivery.asked
        self._failed(lane, asked, delivery.failure(failure), delivery.at)
        lane.guard.ended(delivery.at, delivery.checkpoint, answered=False)

    def _failed(self, lane: GatewayLane, asked: Array, failure: ApiError, now: float) -> None:
        ending = lane.finish(now, failure)
        self._state.counters.end(lane.ref, failure)
        self._state.queue.give_back(*asked.others)
        if asked.is_refused_for_one(failure):
            self._state.queue.suspect(Array(asked.checks, refused=failure))
            return
        for check in asked.checks:
            check.separate(len(asked.checks))
            self.undecided(lane, check, ending)

    def _cleared(self, lane: GatewayLane, asked: Array) -> None:
        """Search for the number that caused a refusal among the others, since these numbers did not."""
        match asked.others:
            case [cause]:
                self.undecided(lane, cause, Ending(asked.refused))
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

    def undecided(self, lane: GatewayLane, check: Check, ending: Ending) -> None:
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
