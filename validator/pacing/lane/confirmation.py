"""Whether a refusal that would end a lane is real: a second request confirms it first."""

from __future__ import annotations

import math
from enum import Enum, auto
from typing import TYPE_CHECKING

from validator.errors import CertificateFailed
from validator.pacing.lane.failure_kinds import FailureKind, classify_failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.errors import ApiError, ValidatorError

# A gateway that restarts can refuse a good key for a moment; this long after, it is asked once more.
CONFIRM_AFTER_S = 2.0
# Then its session endpoint is asked, which shows whether the gateway itself answers.
STATUS_AFTER_S = 10.0

# A request that ends with one of these shows nothing about the refusal.
_INCONCLUSIVE = frozenset(
    {FailureKind.TRANSIENT, FailureKind.TOO_FAST, FailureKind.WRONG_SETTING, FailureKind.BAD_KEY}
)


class _Step(Enum):
    """What the next request is for."""

    NOTHING = auto()
    AGAIN = auto()
    STATUS = auto()
    LAST = auto()


class Confirmation:
    """Finds out whether refusals of one kind are real.

    After the first refusal nothing starts. When all requests in flight have ended, and two seconds have
    passed, one request is sent to confirm it. If that is refused too, the session's status is asked for ten
    seconds later, if the gateway offers it. If the status is not refused, one more request is made. A request
    that is answered clears the doubt; one without a result (a timeout, for example) is repeated two seconds
    later.

    Args:
        kind: the kind of failure.
        error_of: makes the error that ends the lane.
        by_status: whether the session's status can be asked for.
        status_decides: whether a status that is not refused shows that the refusals are not real.

    Attributes:
        error: why the lane ends, or None.
        doubt: the refusal that is being confirmed, or None.
        is_disputed: whether requests are refused but the session's status is not: then the refusals count as
            transient failures, until the next answer.
    """

    def __init__(
        self,
        kind: FailureKind,
        error_of: Callable[[ApiError], ValidatorError],
        *,
        by_status: bool,
        status_decides: bool,
    ) -> None:
        self.error: ValidatorError | None = None
        self.doubt: ApiError | None = None
        self.is_disputed = False
        self._kind = kind
        self._error_of = error_of
        self._by_status = by_status
        self._status_decides = status_decides
        self._step = _Step.NOTHING
        self._confirm_at = -math.inf
        self._confirming = False
        self._in_flight = 0

    @property
    def wants_status(self) -> bool:
        """Whether the next request has to be one for the session's status."""
        return self._step is _Step.STATUS

    def ready_at(self, now: float) -> float:
        """Return when a request may start; infinity: after one in flight has ended."""
        if self.doubt is None:
            return now
        return math.inf if self._in_flight else max(now, self._confirm_at)

    def start(self) -> None:
        """Record a request that starts, for a check or for a session's status."""
        self._in_flight += 1
        self._confirming = self.doubt is not None

    def cancel(self) -> None:
        """Record that a request was never sent."""
        self._in_flight -= 1
        self._confirming = False

    def finish(self, now: float, failure: ApiError | None, *, is_status: bool = False) -> None:
        """Record how a request ended. While a refusal is being confirmed, only that request counts.

        Args:
            now: the current time.
            failure: how it failed, or None for an answer.
            is_status: whether the session's status was asked for.
        """
        self._in_flight -= 1
        confirming, self._confirming = self._confirming, False
        kind = classify_failure(failure) if failure else None
        if failure and kind is self._kind:
            self._refused(now, failure, confirming=confirming, is_status=is_status)
        elif confirming and kind in _INCONCLUSIVE:
            self._confirm_at = now + CONFIRM_AFTER_S
        elif confirming and self._step is _Step.STATUS:
            self._step, self._confirm_at = _Step.LAST, now
        elif confirming:
            self._clear()
        if failure is None and not is_status:
            self.is_disputed = False

    def _refused(self, now: float, failure: ApiError, *, confirming: bool, is_status: bool) -> None:
        is_confirmed = confirming and (is_status or not self._by_status)
        if is_confirmed or isinstance(failure, CertificateFailed):
            self.error = self._error_of(failure)
        elif confirming and self._step is _Step.LAST:
            self._decide_without_status(failure)
        elif confirming:
            self._step, self._confirm_at = _Step.STATUS, now + STATUS_AFTER_S
        elif self.doubt is None and not self.is_disputed:
            self.doubt, self._step, self._confirm_at = failure, _Step.AGAIN, now + CONFIRM_AFTER_S

    def _decide_without_status(self, failure: ApiError) -> None:
        if self._status_decides:
            self.is_disputed = True
            self._clear()
        else:
            self.error = self._error_of(failure)

    def _clear(self) -> None:
        self.doubt, self._step = None, _Step.NOTHING
