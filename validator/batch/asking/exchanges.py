"""The exchanges with the provider: a check, a canary, a look at a session, each from start to effects."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, assert_never

import anyio

from validator.errors import ApiError
from validator.model import Outcome, Reason, Source, Verdict
from validator.pacing import Again, Answered, Doubted, Retry, Settle, is_refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from validator.batch.asking.guarding import Guarding
    from validator.batch.asking.queue import Check, Queue
    from validator.batch.asking.recorder import Recorder
    from validator.batch.asking.tally import Tally
    from validator.batch.provider import Provider, Reply
    from validator.model import Number
    from validator.pacing import Budget, Lane, Mark, RetryBudget, Ticket

    Exchange = Callable[[], Awaitable[None]]


class Exchanges:
    """Makes exchanges: each method takes what one needs at once, and returns what carries it out.

    Budget and lane must allow the exchange when the method is called.

    Args:
        provider: whom to ask.
        queue: where the numbers come from, and go back to where a check is not over.
        budget: the key's.
        retries: the run's budget of retries.
        guarding: carries out what the lanes' guards decide.
        recorder: where outcomes go.
        tally: what to count in.
        now_ms: the time of day in milliseconds since the Unix epoch.
        absence: the reason that a "no" is written down with.
    """

    def __init__(
        self,
        *,
        provider: Provider,
        queue: Queue,
        budget: Budget,
        retries: RetryBudget,
        guarding: Guarding,
        recorder: Recorder,
        tally: Tally,
        now_ms: Callable[[], int],
        absence: Reason = Reason.NOT_ON_WHATSAPP,
    ) -> None:
        self._provider = provider
        self._queue = queue
        self._budget = budget
        self._retries = retries
        self._guarding = guarding
        self._recorder = recorder
        self._tally = tally
        self._now_ms = now_ms
        self._absence = absence

    def check(self, lane: Lane) -> Exchange:
        """Ask about the next number through a lane."""
        now = anyio.current_time()
        check = self._queue.take(now, retries_from=self._retries.ready_at(now))
        if check.is_retry:
            self._retries.take(now)
        elif not check.is_begun:
            self._retries.first_attempt()
        check.is_begun = True
        lane.start(now)
        self._tally.begin(lane.session, is_retry=check.is_retry)
        self._recorder.add_attempt(lane.session)
        return partial(self._check, lane, check, lane.guard.mark(now), self._budget.start(now))

    def probe(self, lane: Lane, canary: Number) -> Exchange:
        """Ask about a canary through a lane."""
        now = anyio.current_time()
        lane.start(now)
        self._tally.begin_canary(lane.session)
        self._recorder.add_attempt(lane.session)
        return partial(self._probe, lane, canary, lane.guard.test(now), self._budget.start(now))

    def look(self, lane: Lane) -> Exchange:
        """Ask for the state of a lane's session."""
        now = anyio.current_time()
        lane.start(now)
        return partial(self._look, lane, self._budget.start(now))

    async def _check(self, lane: Lane, check: Check, mark: Mark, ticket: Ticket) -> None:
        try:
            reply = await self._provider.check(check.number, lane.session)
        except ApiError as failure:
            self._account(ticket, failure)
            self._failed(lane, check, failure)
        else:
            self._budget.finish(ticket, anyio.current_time(), reply.rate)
            self._answered(lane, check, mark, reply)
        self._guarding.carry_out(lane)

    async def _probe(self, lane: Lane, canary: Number, mark: Mark, ticket: Ticket) -> None:
        try:
            reply = await self._provider.check(canary, lane.session)
        except ApiError as failure:
            self._account(ticket, failure)
            lane.tested(anyio.current_time(), mark, canary, said=failure)
        else:
            self._budget.finish(ticket, anyio.current_time(), reply.rate)
            lane.tested(anyio.current_time(), mark, canary, said=reply.is_whatsapp_user)
        self._guarding.carry_out(lane)

    async def _look(self, lane: Lane, ticket: Ticket) -> None:
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

    def _answered(self, lane: Lane, check: Check, mark: Mark, reply: Reply) -> None:
        now = anyio.current_time()
        lane.finish(now, attempts=check.attempts + 1, failure=None)
        self._tally.end(lane.session, None)
        registered = reply.is_whatsapp_user
        verdict = Verdict.REGISTERED if registered else Verdict.NOT_REGISTERED
        reason = None if registered else self._absence
        match lane.guard.hear(now, mark, check.number, registered=registered):
            case Again():
                self._queue.give_back(check)
            case Answered():
                self._settle(lane, check, verdict, reason, whatsapp_id=reply.whatsapp_id)
            case Doubted(ordinal):
                self._settle(lane, check, verdict, reason, whatsapp_id=reply.whatsapp_id, ordinal=ordinal)
            case heard:
                assert_never(heard)

    def _failed(self, lane: Lane, check: Check, failure: ApiError) -> None:
        now = anyio.current_time()
        self._tally.end(lane.session, failure)
        match lane.finish(now, attempts=check.attempts + 1, failure=failure):
            case Settle(verdict, reason):
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
            checked_at_ms=self._now_ms(),
            session=lane.session,
            attempts=check.attempts,
        )
        self._recorder.add(outcome, ordinal)
