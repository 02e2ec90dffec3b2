"""What the results of requests say about one lane: its key, its settings, its session and the server."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, assert_never

from validator.errors import ApiError, Forbidden, Intercepted, NotFound
from validator.model import READY, SessionState, SessionStatus
from validator.pacing.decisions import Ending, FetchSessionStatus, Wait
from validator.pacing.lane.breaker import BreakerState
from validator.pacing.lane.confirmation import Confirmation
from validator.pacing.lane.failure_kinds import FailureKind, classify_failure, names_wait, wrong_setting
from validator.pacing.lane.misconfiguration import MisconfigurationDetector
from validator.pacing.lane.outage import Outage
from validator.pacing.lane.refusal_streak import RefusalStreak
from validator.pacing.lane.report import LaneState
from validator.pacing.lane.session_health import SessionHealth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from validator.errors import ValidatorError
    from validator.pacing.lane.breaker import Breaker
    from validator.pacing.lane.key_health import KeyHealth

REFUSALS = frozenset({FailureKind.REJECTED_REQUEST, FailureKind.UNEXPECTED})
ANSWERED = Ending()
NOT_FOUND = SessionStatus(SessionState.GONE, "not known to the provider")

STATES = {
    BreakerState.CLOSED: LaneState.RUNNING,
    BreakerState.OPEN: LaneState.PAUSED,
    BreakerState.HALF_OPEN: LaneState.RESUMING,
}


class LaneHealth:
    """Decides what has to come before the next check, and what a failure costs its numbers.

    Args:
        session: the session's id.
        key: the health of the key, shared by all its lanes.
        breaker: the lane's breaker.
        max_outage_s: the lane ends after this time with failures and without an answer.
        by_status: whether the gateway offers the session's status.
        status: the session's status before the first attempt.
        on_lost: called when the session turns out not to be ready.

    Attributes:
        breaker: the lane's breaker.
        refusals: the requests that were refused since the last answer.
        attempts: attempts that have ended.
        failures: those without a result; refusals for the rate are not counted.
    """

    def __init__(
        self,
        session: str,
        *,
        key: KeyHealth,
        breaker: Breaker,
        max_outage_s: float,
        by_status: bool,
        status: SessionStatus,
        on_lost: Callable[[], None],
    ) -> None:
        self.breaker = breaker
        self.refusals = RefusalStreak(by_status=by_status)
        self.attempts = self.failures = 0
        self._name = session
        self._key = key
        self._setting = Confirmation(
            FailureKind.WRONG_SETTING,
            partial(wrong_setting, session),
            by_status=by_status,
            status_decides=True,
        )
        self._session = SessionHealth(status)
        self._outage = Outage(session, max_outage_s)
        self._misconfiguration = MisconfigurationDetector()
        self._too_many: ValidatorError | None = None
        self._on_lost = on_lost
        self._in_flight = 0

    @property
    def session_status(self) -> SessionStatus:
        """The last known status of the session."""
        return self._session.status

    @property
    def is_untroubled(self) -> bool:
        """Whether nothing is in the way of checks, as usual: `error` and `obstacle` are None at any time."""
        return (
            self.breaker.state is BreakerState.CLOSED
            and not self.refusals.length
            and self._outage.since == math.inf
            and self._session.connected
            and self._key.doubt is None
            and self._key.error is None
            and self._setting.doubt is None
            and self._setting.error is None
            and self._too_many is None
        )

    def error(self, now: float) -> ValidatorError | None:
        """Return why nothing will start through the lane again, or None."""
        return self._key.error or self._setting.error or self._too_many or self._outage.error(now)

    def obstacle(self, now: float) -> FetchSessionStatus | Wait | None:
        """Return what has to come before the next check, or None."""
        return self._confirming(now) or self._looking(now) or self._pausing(now)

    def _confirming(self, now: float) -> FetchSessionStatus | Wait | None:
        if (key_at := self._key.ready_at(now)) > now:
            return self._wait(key_at, "the key was refused, which is being confirmed", f"{self._key.doubt}")
        if (setting_at := self._setting.ready_at(now)) > now:
            why = f"session {self._name} or its address was refused, which is being confirmed"
            return self._wait(setting_at, why, f"{self._setting.doubt}")
        return FetchSessionStatus() if self._key.wants_status or self._setting.wants_status else None

    def _looking(self, now: float) -> FetchSessionStatus | Wait | None:
        if not self._session.connected:
            look_at, why = self._session.ready_at(now), f"session {self._name} is {self._session.status}"
        elif self.refusals.wants_status:
            look_at = math.inf if self._session.looking else self.refusals.ready_at(now, self._in_flight)
            why = f"requests through session {self._name} are refused one after the other"
        else:
            return None
        return FetchSessionStatus() if look_at <= now else self._wait(look_at, why)

    def _pausing(self, now: float) -> Wait | None:
        if (go_at := self.breaker.ready_at(now, self._in_flight)) > now:
            return self._wait_for_breaker(go_at)
        refused_at = self.refusals.ready_at(now, self._in_flight)
        return Wait(refused_at, "") if refused_at > now else None

    def _wait_for_breaker(self, until: float) -> Wait:
        if self.breaker.resuming:
            return Wait(until, "")
        why = f"too much fails through session {self._name}"
        return self._wait(until, why, f"last: {self._outage.trouble}")

    def _wait(self, until: float, why: str, latest: str = "") -> Wait:
        # Requests in flight end by their own timeout; any other wait ends at the end of the outage at most.
        return Wait(until if until == math.inf else min(until, self._outage.ends_at), why, latest)

    def start(self, *, is_look: bool) -> None:
        """Record that a check starts, or a status request if `obstacle` or the guard asks for one."""
        self._session.looking = is_look or not (self.is_untroubled or self._takes_checks)
        if not self._session.looking:
            self.breaker.start()
            self._in_flight += 1
        self._key.start()
        self._setting.start()

    @property
    def _takes_checks(self) -> bool:
        """Whether the next request can be a check, and is not one for the session's status."""
        wants_status = self._key.wants_status or self._setting.wants_status or self.refusals.wants_status
        return self._session.connected and not wants_status

    def cancel(self) -> None:
        """Cancel the latest `start`: nothing was sent."""
        self._key.cancel()
        self._setting.cancel()
        if self._session.looking:
            self._session.looking = False
        else:
            self._in_flight -= 1

    def finish(self, now: float, failure: ApiError | None, *, is_paced: bool) -> Ending:
        """Record how a check ended, and return what that means for its numbers.

        Args:
            now: the current time.
            failure: how it failed, or None for an answer.
            is_paced: whether the failure is only about the pace: a proxy has refused the request.
        """
        self._in_flight -= 1
        self.attempts += 1
        self._key.finish(now, failure)
        self._setting.finish(now, failure)
        if failure is None:
            self._answered(now)
            return ANSWERED
        kind = FailureKind.TOO_FAST if is_paced else classify_failure(failure)
        self.failures += kind not in {FailureKind.INVALID_NUMBER, FailureKind.TOO_FAST}
        ending = self._ending(failure, kind, is_paced=is_paced)
        self._failed(now, failure, kind)
        return ending

    def looked(self, now: float, status: SessionStatus | ApiError) -> None:
        """Record the session's status, or how the request for it failed."""
        if isinstance(status, Forbidden) and self._key.doubt is None:
            status = READY  # the key may still be allowed to check
        failure = status if isinstance(status, ApiError) else None
        self._key.finish(now, failure, is_status=True)
        self._setting.finish(now, failure, is_status=True)
        self._session.looking = False
        match status:
            case SessionStatus():
                self._seen(now, status)
            case NotFound():
                self._seen(now, NOT_FOUND)
            case _:
                self._unseen(now)
        if failure or not self._session.connected:
            self._outage.fruitless(now, failure or f"it is {self._session.status}")

    def state(self) -> LaneState:
        """Return what the lane is doing, according to its health."""
        if self._key.doubt:
            return LaneState.KEY_IN_DOUBT
        if not self._session.connected:
            return LaneState.DISCONNECTED
        if self._setting.doubt or self.refusals.wants_status:
            return LaneState.IN_QUESTION
        return STATES[self.breaker.state]

    def _ending(self, failure: ApiError, kind: FailureKind, *, is_paced: bool) -> Ending:
        """Return what a failure costs its numbers: nothing if it is about something else."""
        if not self._session.connected:
            return Ending(failure, is_free=True)
        if kind in REFUSALS:
            return Ending(failure, is_withheld=self.refusals.withholds)
        undisputed = kind is FailureKind.WRONG_SETTING and not self._setting.is_disputed
        # Neither a breaker's probe nor an announced wait costs a number an attempt.
        is_free = undisputed or self.breaker.probing or self.refusals.is_blind
        is_free = is_free or is_paced or names_wait(failure)
        return Ending(failure, is_free=is_free)

    def _seen(self, now: float, status: SessionStatus) -> None:
        if status.is_ready:
            self._count(self.refusals.ready(now))
        elif self._session.connected:
            self._lost()
        self._session.looked(now, status)

    def _unseen(self, now: float) -> None:
        if self._session.connected:
            self._count(self.refusals.unseen(now))
        else:
            self._session.looked(now, self._session.status)

    def _answered(self, now: float) -> None:
        if self._outage.since < math.inf:
            self._outage.answered()
        self.breaker.succeeded(now)
        self._session.answered()
        if counting := self.refusals.answered():
            self._count(counting)

    def _lost(self) -> None:
        self.refusals.lost()
        self._on_lost()

    def _failed(self, now: float, failure: ApiError, kind: FailureKind) -> None:
        match kind:
            case FailureKind.INVALID_NUMBER:
                self._answered(now)
                return
            case FailureKind.REJECTED_REQUEST | FailureKind.UNEXPECTED:
                self._refused(now, failure, kind)
                return
            case FailureKind.TRANSIENT:
                self.breaker.failed(now)
                if isinstance(failure, Intercepted) and self._session.connected:
                    self.refusals.refused(failure, withheld=False)
            case FailureKind.LOST_SESSION:
                self._session.lost(now)
                self._lost()
            case FailureKind.WRONG_SETTING:
                if self._setting.is_disputed:
                    self.breaker.failed(now)
            case FailureKind.BAD_KEY | FailureKind.TOO_FAST:
                pass
            case _:
                assert_never(kind)
        self._outage.fruitless(now, failure)

    def _refused(self, now: float, failure: ApiError, kind: FailureKind) -> None:
        if kind is FailureKind.REJECTED_REQUEST:
            self.breaker.succeeded(now)
        if self._session.connected and not self.refusals.withholds:
            self._count([failure])
            return
        if self._session.connected:
            self.refusals.refused(failure, withheld=True)
        self._outage.fruitless(now, failure)

    def _count(self, refusals: Iterable[ApiError]) -> None:
        """Count refusals that are about their numbers, unless they show that a setting is wrong."""
        for failure in refusals:
            self._outage.answered()
            self._session.answered()
            self._too_many = self._misconfiguration.refused(self.attempts, failure) or self._too_many
