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
    QuotaExceeded,
    RateLimited,
    Redirected,
    Refused,
    ServerError,
    SessionNotConnected,
    StoppedEarly,
    TimedOut,
    UsageError,
)
from validator.model import Reason

if TYPE_CHECKING:
    from validator.errors import ApiError, ValidatorError

HTTP_UNAVAILABLE = 503


class Meaning(Enum):
    """What a failure is about."""

    INVALID_NUMBER = auto()
    REJECTED_REQUEST = auto()
    BAD_KEY = auto()
    LOST_SESSION = auto()
    TOO_FAST = auto()
    WRONG_SETTING = auto()
    TRANSIENT = auto()
    UNEXPECTED = auto()


# The first that fits counts, so a kind stands before the more general one it belongs to.
MEANINGS: tuple[tuple[type[ApiError], Meaning], ...] = (
    (InvalidPhone, Meaning.INVALID_NUMBER),
    (InvalidRequest, Meaning.REJECTED_REQUEST),
    (MissingOrBadKey, Meaning.BAD_KEY),
    (QuotaExceeded, Meaning.BAD_KEY),
    (Forbidden, Meaning.BAD_KEY),
    (SessionNotConnected, Meaning.LOST_SESSION),
    (RateLimited, Meaning.TOO_FAST),
    (NotFound, Meaning.WRONG_SETTING),
    (Redirected, Meaning.WRONG_SETTING),
    (CertificateFailed, Meaning.WRONG_SETTING),
    (NoAnswer, Meaning.TRANSIENT),
    (BadAnswer, Meaning.TRANSIENT),
    (ServerError, Meaning.TRANSIENT),
)

REASONS: tuple[tuple[type[ApiError], Reason], ...] = (
    (TimedOut, Reason.TIMEOUT),
    (NoAnswer, Reason.NO_CONNECTION),
    (BadAnswer, Reason.BAD_ANSWER),
    (ServerError, Reason.SERVER_ERROR),
)


def meaning_of(failure: ApiError) -> Meaning:
    """Return what a failure is about; `UNEXPECTED` where the contract does not know it."""
    fitting = (meaning for kind, meaning in MEANINGS if isinstance(failure, kind))
    return next(fitting, Meaning.UNEXPECTED)


def reason_of(failure: ApiError) -> Reason:
    """Return why nothing was found out after the last of several transient failures."""
    return next(reason for kind, reason in REASONS if isinstance(failure, kind))


def is_told_to_wait(failure: ApiError) -> bool:
    """Whether a busy server said when to come back: a hold of the key, and never the number's failure."""
    return failure.status == HTTP_UNAVAILABLE and failure.rate.retry_after_s is not None


def is_refusal(failure: ApiError) -> bool:
    """Whether the whole key has to stay away: a 429, or a busy server that said when to come back."""
    return isinstance(failure, RateLimited) or is_told_to_wait(failure)


def ending_of(session: str, failure: ApiError) -> ValidatorError:
    """Return the error that ends a run whose very first look at a session failed for good."""
    match meaning_of(failure):
        case Meaning.BAD_KEY:
            return refusal_of_key(failure)
        case Meaning.WRONG_SETTING:
            return wrong_setting(session, failure)
        case _:
            return StoppedEarly(
                f"session {session} could not be looked at ({failure}), and nothing was asked. See that "
                "--base-url is right and the network is there, then run the same command again"
            )


def refusal_of_key(failure: ApiError) -> Refused:
    """Return the error that ends the run when the key is refused for good."""
    match failure:
        case QuotaExceeded():
            what = "the key's quota is spent or its subscription has ended"
            remedy = "Renew it, or wait for the next billing period"
        case Forbidden():
            what = "the API key may not do this"
            remedy = "Give it the scope it lacks, or use another key"
        case _:
            what = "the provider does not accept the API key"
            remedy = "Put a valid one into SENDAPI_API_KEY or the file of --api-key-file"
    return Refused(
        f"{what} ({failure}). {remedy}, then run the same command again: it goes on where it stopped"
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
                "would travel along: set the right address with --base-url or SENDAPI_BASE_URL"
            )
        case _:
            return Refused(
                f"the provider's certificate cannot be trusted ({failure}), so nothing more is sent. Look "
                "at --base-url, at a proxy in between, and at this machine's clock and certificates"
            )
