"""What each failure of an exchange is about: the number, the request, the key, the session or the server."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from validator.errors import (
    BadAnswer,
    CertificateFailed,
    Forbidden,
    InvalidPhone,
    InvalidRequest,
    MissingOrBadKey,
    NoAnswer,
    NotFound,
    OtherGateway,
    ProxyRefused,
    QuotaExceeded,
    RateLimited,
    Redirected,
    Refused,
    ServerError,
    SessionNotConnected,
    StoppedEarly,
    TimedOut,
    Unsupported,
    UsageError,
)
from validator.model import Reason
from validator.pacing.budget.hold import SHUT_OUT_AFTER

if TYPE_CHECKING:
    from validator.errors import ApiError, ValidatorError

HTTP_UNAVAILABLE = 503


class FailureKind(Enum):
    """What a failure is about."""

    INVALID_NUMBER = auto()
    REJECTED_REQUEST = auto()
    BAD_KEY = auto()
    LOST_SESSION = auto()
    TOO_FAST = auto()
    WRONG_SETTING = auto()
    TRANSIENT = auto()
    UNEXPECTED = auto()


# The first match counts, so a class stands before its base class.
FAILURE_KINDS: tuple[tuple[type[ApiError], FailureKind], ...] = (
    (InvalidPhone, FailureKind.INVALID_NUMBER),
    (InvalidRequest, FailureKind.REJECTED_REQUEST),
    (MissingOrBadKey, FailureKind.BAD_KEY),
    (QuotaExceeded, FailureKind.BAD_KEY),
    (Forbidden, FailureKind.BAD_KEY),
    (SessionNotConnected, FailureKind.LOST_SESSION),
    (RateLimited, FailureKind.TOO_FAST),
    (NotFound, FailureKind.WRONG_SETTING),
    (Redirected, FailureKind.WRONG_SETTING),
    (OtherGateway, FailureKind.WRONG_SETTING),
    (CertificateFailed, FailureKind.WRONG_SETTING),
    (NoAnswer, FailureKind.TRANSIENT),
    (BadAnswer, FailureKind.TRANSIENT),
    (ServerError, FailureKind.TRANSIENT),
)

REASONS: tuple[tuple[type[ApiError], Reason], ...] = (
    (TimedOut, Reason.TIMEOUT),
    (NoAnswer, Reason.NO_CONNECTION),
    (BadAnswer, Reason.BAD_ANSWER),
    (ServerError, Reason.SERVER_ERROR),
    # Neither the session's status nor another answer has confirmed these.
    (NotFound, Reason.UNEXPECTED_STATUS),
    (Redirected, Reason.UNEXPECTED_STATUS),
    (OtherGateway, Reason.UNEXPECTED_STATUS),
)


def classify_failure(failure: ApiError) -> FailureKind:
    """Return what a failure is about; `UNEXPECTED` if the contract does not list it."""
    fitting = (kind for error, kind in FAILURE_KINDS if isinstance(failure, error))
    return next(fitting, FailureKind.UNEXPECTED)


def reason_of(failure: ApiError) -> Reason:
    """Return why a number is unknown after the last of its transient failures."""
    return next(reason for kind, reason in REASONS if isinstance(failure, kind))


def names_wait(failure: ApiError) -> bool:
    """Whether a busy server names a waiting time: that holds the key, and is no failure of the number."""
    return failure.status == HTTP_UNAVAILABLE and failure.rate.retry_after_s is not None


def is_by_front(failure: ApiError) -> bool:
    """Whether a proxy in front of the provider is busy: a 503 without error code, type and waiting time.

    Proxies answer so if requests are too fast (nginx's `limit_req` and `limit_conn`), and in an outage.
    """
    in_no_words = failure.code is None and not failure.type
    return failure.status == HTTP_UNAVAILABLE and in_no_words and not names_wait(failure)


def is_for_the_pace(failure: ApiError, refused_in_a_row: int) -> bool:
    """Whether a proxy's 503 is about the pace and not an outage, judged by the number of them in a row."""
    return is_by_front(failure) and refused_in_a_row < SHUT_OUT_AFTER


def is_refusal(failure: ApiError) -> bool:
    """Whether the whole key has to be held: after a 429, or if the server or a proxy is busy."""
    return isinstance(failure, RateLimited) or names_wait(failure) or is_by_front(failure)


def ending_of(session: str, failure: ApiError, *, key_name: str = "") -> ValidatorError:
    """Return the error that ends a run if its first status request for a session failed finally."""
    match classify_failure(failure):
        case FailureKind.BAD_KEY:
            return refusal_of_key(failure, key_name)
        case FailureKind.WRONG_SETTING:
            return wrong_setting(session, failure)
        case _ if isinstance(failure, ProxyRefused):
            return UsageError(f"nothing was asked: {failure}")
        case _:
            return StoppedEarly(
                f"session {session} could not be looked at ({failure}), and nothing was asked. See that "
                "--base-url is right and the network is there, then run the same command again"
            )


def refusal_of_key(failure: ApiError, key_name: str = "") -> Refused:
    """Return the error that ends the run if the refusal of the key is final.

    Args:
        failure: the refusal.
        key_name: the name of one of several keys; empty for the only one.
    """
    whose = f"key {key_name}: " if key_name else ""
    match failure:
        case Unsupported():
            return Refused(f"{whose}nothing can be checked: {failure}. Then run the same command again")
        case QuotaExceeded():
            what = "the key's quota is spent or its subscription has ended"
            remedy = "Renew it, or wait for the next billing period"
        case Forbidden():
            what = "the API key may not do this"
            remedy = "Give it the scope it lacks, or use another key"
        case _:
            what = "the provider does not accept the API key"
            remedy = "Put a valid one in its place"
    return Refused(
        f"{whose}{what} ({failure}). {remedy}, then run the same command again: it goes on where it stopped"
    )


def wrong_setting(session: str, failure: ApiError) -> ValidatorError:
    """Return the error that ends a lane whose session, address or certificate is wrong."""
    match failure:
        case NotFound():
            return Refused(
                f"session {session} is not known to the provider ({failure}). See `validator sessions` and "
                "choose one with --session; if it is there, --base-url is wrong"
            )
        case Redirected():
            return UsageError(
                f"the provider's address redirects elsewhere ({failure}). It is not followed, since the key "
                "would travel along: set the right address with --base-url"
            )
        case OtherGateway():
            return UsageError(f"nothing can be asked there: {failure}")
        case _:
            return Refused(
                f"the provider's certificate cannot be trusted ({failure}), so nothing more is sent. Look "
                "at --base-url, at a proxy in between, and at this machine's clock and certificates"
            )
