"""A lane: one key and one session, with its budget, its health and its guard, as one state machine."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Generic, TypeVar, assert_never

from validator.errors import ApiError
from validator.model import READY, SessionStatus
from validator.pacing.decisions import (
    Accept,
    Action,
    AskCanary,
    Decision,
    Ending,
    FetchSessionStatus,
    Go,
    Halt,
    Wait,
)
from validator.pacing.guard.protocol import NoGuard
from validator.pacing.lane.failure_kinds import is_for_the_pace
from validator.pacing.lane.lane_health import LaneHealth
from validator.pacing.lane.number_decision import decide
from validator.pacing.lane.report import LaneReport, LaneState

if TYPE_CHECKING:
    from validator.model import Number, SessionRef
    from validator.pacing.budget.protocol import Budget
    from validator.pacing.guard.protocol import Checkpoint, Guard
    from validator.pacing.lane.breaker import Breaker
    from validator.pacing.lane.key_health import KeyHealth
    from validator.pacing.lane.retry import RetryPolicy

# Pacing does not call a gateway: a lane only holds the one that its requests go to.
GatewayT = TypeVar("GatewayT")

GO = Go()
WORKING = frozenset({LaneState.RUNNING, LaneState.PAUSED, LaneState.RESUMING})


class Lane(Generic[GatewayT]):
    """Decides when an attempt may go through a session, and what its result means.

    The budget decides the pace, so a caller asks both. The caller carries out what `next` returns: an
    attempt, a canary or a status request. It calls `start` first, and `finish`, `tested` or `looked` at the
    end (or `cancel`, if nothing was sent). All times are in seconds on one clock that never goes back.

    Args:
        ref: the session, and the gateway it belongs to.
        gateway: the gateway that requests go to.
        budget: the budget of the key, shared by all its lanes.
        side_budget: the budget of other requests than checks; None if they count towards the same limit.
        key_name: the key's name in messages; empty if the run has only one key.
        key: the health of the key, shared by all its lanes.
        retry: how often and when a number is tried again.
        breaker: the lane's breaker.
        max_outage_s: the lane halts after this time with failures and without an answer.
        by_status: whether the gateway offers the session's status, which shows what refusals mean.
        status: the session's status before the first attempt.
        guard: the lane's guard; if not given, every answer is believed.

    Attributes:
        ref: the session, and the gateway it belongs to.
        session: the session's id.
        gateway: the gateway that requests go to.
        budget: the budget of the key.
        side_budget: the budget of other requests than checks.
        key_name: the key's name in messages; empty if the run has only one key.
        guard: decides whether the session's answers can be believed. Callers pass it the answers to checks,
            in addition to `finish`.
    """

    def __init__(
        self,
        ref: SessionRef,
        *,
        gateway: GatewayT,
        budget: Budget,
        side_budget: Budget | None = None,
        key_name: str = "",
        key: KeyHealth,
        retry: RetryPolicy,
        breaker: Breaker,
        max_outage_s: float,
        by_status: bool = False,
        status: SessionStatus = READY,
        guard: Guard | None = None,
    ) -> None:
        self.ref = ref
        self.session = ref.session
        self.gateway = gateway
        self.budget = budget
        self.side_budget = side_budget or budget
        self.key_name = key_name
        self.guard: Guard = guard or NoGuard()
        self._retry = retry
        self._health = LaneHealth(
            ref.session,
            key=key,
            breaker=breaker,
            max_outage_s=max_outage_s,
            by_status=by_status,
            status=status,
            on_lost=self.guard.lost,
        )
        self._canary_failed = False

    @property
    def session_status(self) -> SessionStatus:
        """The last known status of the session."""
        return self._health.session_status

    @property
    def refusals_stand(self) -> bool | None:
        """Whether the withheld refusals count for their numbers; None while that is not decided."""
        return self._health.refusals.stands

    def next(self, now: float, *, last: bool = False) -> Action:
        """Return what to do next through this lane.

        Args:
            now: the current time.
            last: whether no number is left to ask about. Then only a guard's last canary can follow, or a
                status request if refusals are withheld.
        """
        if self._health.is_untroubled and self.guard.error is None:
            return self.guard.next(now, last=last) or GO
        if error := self._health.error(now) or self.guard.error:
            return Halt(error)
        if last:
            self._health.refusals.look_now()
        return self._health.obstacle(now) or self.guard.next(now, last=last) or self._go()

    def start(self, now: float, *, is_look: bool = False) -> None:
        """Record that what `next` returned begins: an attempt, or a status request."""
        self._health.start(is_look=is_look)
        if is_look:
            self.guard.look(now)

    def cancel(self, now: float) -> None:  # noqa: ARG002 - as above
        """Cancel the latest `start`: nothing was sent."""
        self._health.cancel()

    def finish(self, now: float, failure: ApiError | None) -> Ending:
        """Record how an exchange ended; `decide` says what follows for each number it asked about.

        Args:
            now: the current time.
            failure: how it failed, or None for an answer.
        """
        self._canary_failed = False
        is_paced = failure is not None and is_for_the_pace(failure, self.budget.report(now).refused_in_a_row)
        return self._health.finish(now, failure, is_paced=is_paced)

    def decide(self, ending: Ending, attempts: int) -> Decision:
        """Return what follows for a number.

        Args:
            ending: how its exchange ended, or what that exchange says about this number only.
            attempts: the attempts for the number that count, this one included.
        """
        return decide(ending, attempts, self._retry)

    def tested(self, now: float, checkpoint: Checkpoint, canary: Number, *, said: bool | ApiError) -> None:
        """Record the result of a canary.

        Args:
            now: the current time.
            checkpoint: what the guard's `test` returned.
            canary: the number.
            said: whether the session calls it registered, or how the exchange failed.
        """
        failure = said if isinstance(said, ApiError) else None
        decision = self.decide(self.finish(now, failure), self.guard.tries + 1)
        result = said is True if isinstance(decision, Accept) else decision
        self.guard.tested(now, checkpoint, canary, result=result)
        self._canary_failed = failure is not None

    def looked(self, now: float, status: SessionStatus | ApiError) -> None:
        """Record the session's status, or how the request for it failed."""
        self._health.looked(now, status)
        self.guard.looked(now, ready=isinstance(status, SessionStatus) and status.is_ready)

    def report(self, now: float) -> LaneReport:
        """Return the state of the lane."""
        until, why = None, ""
        match self.next(now):
            case Wait(at) as wait:
                until, why = at if at < math.inf else None, wait.text
            case Halt(error):
                why = str(error)
            case Go() | FetchSessionStatus() | AskCanary():
                pass
            case action:
                assert_never(action)
        return LaneReport(
            session=self.session,
            state=self._state(now),
            why=why,
            until=until,
            attempts=self._health.attempts,
            failures=self._health.failures,
            error_rate=self._health.breaker.error_rate(now),
        )

    def _go(self) -> Go | AskCanary:
        """Let a check start, or a canary if a breaker's probe is due.

        A number of the list may itself cause the failure: as a probe it would hold up all others. A canary
        may cause it too, so after a canary that failed the next probe is a number of the list.
        """
        canary = (
            self.guard.canary() if self._health.breaker.awaits_probe and not self._canary_failed else None
        )
        return GO if canary is None else AskCanary(canary)

    def _state(self, now: float) -> LaneState:
        if isinstance(self.next(now), Halt):
            return LaneState.HALTED
        state = self._health.state()
        return LaneState.IN_QUESTION if state in WORKING and self.guard.is_verifying else state
