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
from validator.pacing.lane.breaker import BreakerState
from validator.pacing.lane.failure_kinds import (
    FailureKind,
    classify_failure,
    is_for_the_pace,
    is_told_to_wait,
    wrong_setting,
)
from validator.pacing.lane.misconfiguration import MisconfigurationDetector
from validator.pacing.lane.number_decision import decide
from validator.pacing.lane.outage import Outage
from validator.pacing.lane.report import LaneReport, LaneState
from validator.pacing.lane.session_health import SessionHealth

if TYPE_CHECKING:
    from validator.errors import ValidatorError
    from validator.model import Number, SessionRef
    from validator.pacing.budget.protocol import Budget
    from validator.pacing.guard.protocol import Checkpoint, Guard
    from validator.pacing.lane.breaker import Breaker
    from validator.pacing.lane.key_health import KeyHealth
    from validator.pacing.lane.retry import RetryPolicy

# Pacing asks no gateway: a lane only carries the one that its requests go to.
GatewayT = TypeVar("GatewayT")

STATES = {
    BreakerState.CLOSED: LaneState.RUNNING,
    BreakerState.OPEN: LaneState.PAUSED,
    BreakerState.HALF_OPEN: LaneState.RESUMING,
}


class Lane(Generic[GatewayT]):
    """Decides when an attempt may go through a session, and what its end means.

    The pace is the budget's: a caller asks both. The caller carries out what `next` offers, an attempt, a
    canary or a look at the session: it calls `start` first, and in the end `finish`, `tested` or `looked` (or
    `cancel`, if nothing was sent). All times are in seconds on one clock that never goes back.

    Args:
        ref: the session, and the gateway it belongs to.
        gateway: what requests go to.
        budget: the budget of the key, shared by all its lanes.
        key_name: what messages call the key; empty if the run has one key only.
        key: the health of the key, shared by all its lanes.
        retry: how often and when a number is tried again.
        breaker: this lane's own.
        max_outage_s: after this long without one answer while something fails, the lane halts.
        status: what a look at the session before the first attempt found.
        guard: this lane's own; if not given, every answer is believed.

    Attributes:
        ref: the session, and the gateway it belongs to.
        gateway: what requests go to.
        budget: the budget of the key.
        key_name: what messages call the key; empty if the run has one key only.
        guard: says whether the session's answers can be believed. It is given the answers to checks, beside
            `finish`.
    """

    def __init__(
        self,
        ref: SessionRef,
        *,
        gateway: GatewayT,
        budget: Budget,
        key_name: str = "",
        key: KeyHealth,
        retry: RetryPolicy,
        breaker: Breaker,
        max_outage_s: float,
        status: SessionStatus = READY,
        guard: Guard | None = None,
    ) -> None:
        self.ref = ref
        self.gateway = gateway
        self.budget = budget
        self.key_name = key_name
        self.guard: Guard = guard or NoGuard()
        self._key = key
        self._retry = retry
        self._breaker = breaker
        self._outage = Outage(ref.session, max_outage_s)
        self._health = SessionHealth(status)
        self._error: ValidatorError | None = None
        self._in_flight = 0
        self._attempts = self._failures = 0
        self._misconfiguration = MisconfigurationDetector()
        self._canary_failed = False

    @property
    def session(self) -> str:
        """The session's id."""
        return self.ref.session

    def next(self, now: float, *, last: bool = False) -> Action:  # noqa: PLR0911 - one return an obstacle
        """Return what to do next through this lane.

        Args:
            now: the current time.
            last: whether no number is left to ask, so that all that is to come is a guard's last canary.
        """
        if error := self._key.error or self._error or self.guard.error or self._outage.error(now):
            return Halt(error)
        if (key_at := self._key.ready_at(now)) > now:
            return self._wait(key_at, "the key was refused, which is being confirmed", f"{self._key.doubt}")
        if not self._health.connected:
            look_at = self._health.ready_at(now)
            why = f"session {self.session} is {self._health.status}"
            return FetchSessionStatus() if look_at <= now else self._wait(look_at, why)
        if (go_at := self._breaker.ready_at(now, self._in_flight)) > now:
            return self._wait_for_breaker(go_at)
        match self.guard.next(now, last=last):
            case None:
                return self._go()
            case Wait(until, why):
                return self._wait(until, why)
            case AskCanary() as ask:
                return ask
            case action:
                assert_never(action)

    def start(self, now: float) -> None:  # noqa: ARG002 - every step of a lane is given the time
        """Note that what `next` offered begins: an attempt, or a look at the session."""
        self._key.start()
        if self._health.connected:
            self._breaker.start()
            self._in_flight += 1
        else:
            self._health.looking = True

    def cancel(self, now: float) -> None:  # noqa: ARG002 - as above
        """Take the latest `start` back: nothing was sent."""
        self._key.cancel()
        if self._health.looking:
            self._health.looking = False
        else:
            self._in_flight -= 1

    def finish(self, now: float, failure: ApiError | None) -> Ending:
        """Record how an exchange ended; `decide` says what follows for each number it asked about.

        Args:
            now: the current time.
            failure: how it failed, or None for an answer.
        """
        self._in_flight -= 1
        self._attempts += 1
        self._canary_failed = False
        self._key.finish(now, failure)
        if failure is None:
            self._answered(now)
            return Ending()
        self.guard.failed()
        is_paced = is_for_the_pace(failure, self.budget.report(now).refused_in_a_row)
        kind = FailureKind.TOO_FAST if is_paced else classify_failure(failure)
        self._failures += kind not in {FailureKind.INVALID_NUMBER, FailureKind.TOO_FAST}
        # Neither a breaker's probe nor an announced wait costs a number an attempt.
        ending = Ending(failure, is_free=self._breaker.probing or is_told_to_wait(failure) or is_paced)
        self._failed(now, failure, kind)
        return ending

    def decide(self, ending: Ending, attempts: int) -> Decision:
        """Return what follows for a number.

        Args:
            ending: how its exchange ended, or what that exchange says about this number alone.
            attempts: the attempts for the number that count, this one included.
        """
        return decide(ending, attempts, self._retry)

    def tested(self, now: float, checkpoint: Checkpoint, canary: Number, *, said: bool | ApiError) -> None:
        """Record what became of a canary.

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
        failure = status if isinstance(status, ApiError) else None
        self._key.finish(now, failure)
        self._health.looked(now, status if isinstance(status, SessionStatus) else self._health.status)
        if not self._health.connected:
            self._outage.fruitless(now, failure or f"it is {self._health.status}")
        if failure and classify_failure(failure) is FailureKind.WRONG_SETTING:
            self._error = wrong_setting(self.session, failure)

    def report(self, now: float) -> LaneReport:
        """Return how the lane stands."""
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
            attempts=self._attempts,
            failures=self._failures,
            error_rate=self._breaker.error_rate(now),
        )

    def _go(self) -> Go | AskCanary:
        """Let a check start, or a canary where a breaker's probe is due.

        A number of the list may be what the provider stumbles over. As a probe it would hold up all others
        for as long as it is chosen. A canary may be so, too; hence they take turns while it fails.
        """
        canary = self.guard.canary() if self._breaker.awaits_probe and not self._canary_failed else None
        return Go() if canary is None else AskCanary(canary)

    def _wait_for_breaker(self, until: float) -> Wait:
        if self._breaker.resuming:
            return Wait(until, "")
        why = f"too much fails through session {self.session}"
        return self._wait(until, why, f"last: {self._outage.trouble}")

    def _wait(self, until: float, why: str, latest: str = "") -> Wait:
        # What is in flight ends by its own deadline; any other wait is cut short by the end of patience.
        return Wait(until if until == math.inf else min(until, self._outage.ends_at), why, latest)

    def _answered(self, now: float) -> None:
        self._outage.answered()
        self._breaker.succeeded(now)
        self._health.answered()

    def _failed(self, now: float, failure: ApiError, kind: FailureKind) -> None:
        match kind:
            case FailureKind.INVALID_NUMBER:
                self._answered(now)
                return
            case FailureKind.REJECTED_REQUEST:
                self._answered(now)
                self._error = self._misconfiguration.rejected(self._attempts, failure) or self._error
                return
            case FailureKind.UNEXPECTED:
                self._error = self._misconfiguration.unexpected(self._attempts, failure) or self._error
                return
            case FailureKind.TRANSIENT:
                self._breaker.failed(now)
            case FailureKind.LOST_SESSION:
                self._health.lost(now)
                self.guard.lost()
            case FailureKind.WRONG_SETTING:
                self._error = wrong_setting(self.session, failure)
            case FailureKind.BAD_KEY | FailureKind.TOO_FAST:
                pass
            case _:
                assert_never(kind)
        self._outage.fruitless(now, failure)

    def _state(self, now: float) -> LaneState:
        if isinstance(self.next(now), Halt):
            return LaneState.HALTED
        if self._key.doubt:
            return LaneState.KEY_IN_DOUBT
        if not self._health.connected:
            return LaneState.DISCONNECTED
        if self.guard.is_verifying:
            return LaneState.IN_QUESTION
        return STATES[self._breaker.state]
