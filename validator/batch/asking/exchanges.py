"""The exchanges with a gateway: a check, a canary, or a look at a session, each from start to effects."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import anyio

from validator.batch.asking.delivery import Delivery
from validator.batch.asking.results import Results
from validator.batch.asking.single_call import account
from validator.batch.asking.taking import take_array
from validator.errors import ApiError, InvalidPhone
from validator.gateways.gateway import BeginsChecks, CheckReply, NumberResult
from validator.http.exchange_options import EXCHANGE_OPTIONS, ExchangeOptions
from validator.http.transport_errors import Unanswered

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from validator.batch.asking.run_state import RunState
    from validator.batch.asking.steps import GatewayLane
    from validator.model import Number
    from validator.pacing import Checkpoint, Permit

    Exchange = Callable[[], Awaitable[None]]


class Exchanges:
    """Starts exchanges. Each method registers its exchange at once, and returns a function to carry it out.

    A check that needs no task is sent at once, and None is returned. `take_ended` returns it when it has
    ended: all that have ended in one turn of the event loop together.

    Budget and lane must allow the exchange when the method is called.

    Args:
        state: the parts of the run.
        on_arrival: called when there is something to take.
    """

    def __init__(self, state: RunState, on_arrival: Callable[[], None]) -> None:
        self._state = state
        self._clock = state.clock
        self._results = Results(state)
        self._beginning = {
            lane: lane.gateway.begin_check for lane in state.lanes if isinstance(lane.gateway, BeginsChecks)
        }
        self._on_arrival = on_arrival
        self._ends_of_sent: list[tuple[Delivery, CheckReply | Exception]] = []
        # What gives up each check that was sent without a task, until its end is taken.
        self._sent: dict[Delivery, Callable[[], None]] = {}

    def close(self) -> None:
        """Give up what is in flight without a task, and retract no more answers: the dispatcher has ended."""
        self._results.close()
        for delivery, give_up in list(self._sent.items()):
            give_up()
            delivery.lane.guard.ended(self._clock(), delivery.checkpoint, answered=False)
        self._sent.clear()

    def check(self, lane: GatewayLane, now: float) -> Exchange | None:
        """Ask about the next numbers through a lane: as many as the gateway takes in one request."""
        asked = take_array(self._state, lane, now)
        lane.start(now)
        retries, fresh = 0, not lane.gateway.capabilities.names_numbers
        for check in asked.checks:
            retries += check.is_retry
            fresh |= check.needs_new_connection
        self._state.counters.begin(lane.ref, numbers=len(asked.checks), retries=retries)
        self._state.recorder.add_attempts(lane.ref, len(asked.checks))
        delivery = Delivery(lane, asked, lane.guard.checkpoint(now), lane.budget.start(now), fresh=fresh)
        return None if self._begin(delivery) else partial(self._check, delivery)

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

    def take_ended(self, now: float) -> Iterator[tuple[Delivery, Exchange | None]]:
        """Act on the ends of the checks that were sent without a task, and yield each.

        If a check has to be sent again over a new connection, it is yielded with a function to carry it out.
        """
        ended, self._ends_of_sent = self._ends_of_sent, []
        for delivery, how in ended:
            del self._sent[delivery]
            if isinstance(how, Unanswered):
                delivery.fresh = True
                yield delivery, partial(self._check, delivery)
            else:
                self._end(delivery, how, now)
                yield delivery, None

    def _begin(self, delivery: Delivery) -> bool:
        """Send a check about one number over an idle connection, if there is one."""
        checks = delivery.asked.checks
        begin_check = self._beginning.get(delivery.lane)
        if begin_check is None or delivery.fresh or len(checks) > 1:
            return False
        give_up = begin_check(
            checks[0].number,
            delivery.lane.session,
            partial(self._arrived, delivery),
            on_unsolicited=partial(self._results.doubt, delivery),
        )
        if give_up is None:
            return False
        self._sent[delivery] = give_up
        return True

    def _arrived(self, delivery: Delivery, how: CheckReply | Exception) -> None:
        self._ends_of_sent.append((delivery, how))
        self._on_arrival()

    async def _check(self, delivery: Delivery) -> None:
        lane, numbers = delivery.lane, [check.number for check in delivery.asked.checks]
        EXCHANGE_OPTIONS.set(
            ExchangeOptions(fresh=delivery.fresh, on_unsolicited=partial(self._results.doubt, delivery))
        )
        how: CheckReply | ApiError
        try:
            how = await self._asked(lane, numbers, delivery.checkpoint)
        except ApiError as failure:
            how = failure
        self._end(delivery, how, self._clock())

    def _end(self, delivery: Delivery, how: CheckReply | Exception, now: float) -> None:
        """Act on the end of a check."""
        lane, delivery.at = delivery.lane, now
        if isinstance(how, InvalidPhone):
            how = _all_invalid([check.number for check in delivery.asked.checks], how)
        if isinstance(how, CheckReply):
            lane.budget.finish(delivery.permit, now, how.rate)
            self._results.replied(delivery, how)
        elif isinstance(how, ApiError):
            account(lane.budget, delivery.permit, how, now)
            self._results.failed(delivery, how)
        else:
            raise how
        self._ended(lane)

    async def _probe(self, lane: GatewayLane, canary: Number, checkpoint: Checkpoint, permit: Permit) -> None:
        EXCHANGE_OPTIONS.set(ExchangeOptions(fresh=True))
        try:
            reply = await self._asked(lane, [canary], checkpoint)
        except ApiError as failure:
            account(lane.budget, permit, failure, self._clock())
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
        """Ask. A cancelled exchange counts as failed for the guard, since there is no answer."""
        try:
            return await lane.gateway.check(numbers, lane.session)
        except InvalidPhone as failure:
            return _all_invalid(numbers, failure)
        except anyio.get_cancelled_exc_class():
            lane.guard.ended(self._clock(), checkpoint, answered=False)
            raise

    async def _look(self, lane: GatewayLane, permit: Permit) -> None:
        EXCHANGE_OPTIONS.set(ExchangeOptions())
        try:
            seen = await lane.gateway.session_status(lane.session)
        except ApiError as failure:
            account(lane.side_budget, permit, failure, self._clock())
            lane.looked(self._clock(), failure)
        else:
            lane.side_budget.finish(permit, self._clock(), seen.rate)
            lane.looked(self._clock(), seen.status)
        self._ended(lane)

    def _ended(self, lane: GatewayLane) -> None:
        """Carry out the decisions about earlier checks that the end of an exchange has caused."""
        if self._state.withheld.kept:
            self._state.withheld.settle(lane, self._results.undecided)
        if rulings := lane.guard.rulings():
            self._state.guarding.carry_out(lane, rulings)


def _all_invalid(numbers: Sequence[Number], failure: InvalidPhone) -> CheckReply:
    """Return the reply that a refusal of a whole request as invalid is. It does not name the numbers."""
    results = (NumberResult(number=one, failure=failure, names_number=False) for one in numbers)
    return CheckReply.of(*results, rate=failure.rate)
