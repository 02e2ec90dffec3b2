"""What follows for a number when an exchange about it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from validator.model import Reason, Verdict
from validator.pacing.decisions import Accept, Decision, Ending, Requeue, Resolve, Retry
from validator.pacing.lane.failure_kinds import FailureKind, classify_failure, is_by_front, reason_of

if TYPE_CHECKING:
    from validator.pacing.lane.retry import RetryPolicy


def decide(ending: Ending, attempts: int, retry: RetryPolicy) -> Decision:  # noqa: PLR0911 - one return a meaning
    """Return what follows for a number.

    Args:
        ending: how its exchange ended, or what that exchange says about this number only.
        attempts: the attempts for the number that count, this one included.
        retry: how often and when a number is tried again.
    """
    if ending.failure is None:
        return Accept()
    match classify_failure(ending.failure):
        case FailureKind.INVALID_NUMBER:
            return Resolve(Verdict.INVALID, Reason.REJECTED_BY_PROVIDER)
        case FailureKind.REJECTED_REQUEST if not ending.is_free:
            return Resolve(Verdict.UNKNOWN, Reason.REQUEST_REJECTED)
        case FailureKind.UNEXPECTED if not ending.is_free:
            return Resolve(Verdict.UNKNOWN, Reason.UNEXPECTED_STATUS)
        case FailureKind.TRANSIENT | FailureKind.WRONG_SETTING if not ending.is_free:
            if retry.exhausted(attempts):
                return Resolve(Verdict.UNKNOWN, reason_of(ending.failure))
            if is_by_front(ending.failure):
                # The key waits already. Another number is tried next, in case this number is the cause.
                return Requeue(is_attempt=True)
            return Retry(retry.delay_s(attempts))
        case (
            FailureKind.TRANSIENT
            | FailureKind.REJECTED_REQUEST
            | FailureKind.UNEXPECTED
            | FailureKind.LOST_SESSION
            | FailureKind.BAD_KEY
            | FailureKind.TOO_FAST
            | FailureKind.WRONG_SETTING
        ):
            return Requeue()
        case kind:
            assert_never(kind)
