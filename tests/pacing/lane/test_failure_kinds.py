import pytest

from validator.errors import (
    ApiError,
    CertificateFailed,
    Forbidden,
    InvalidPhone,
    InvalidRequest,
    MissingOrBadKey,
    NotFound,
    ProxyRefused,
    QuotaExceeded,
    RateLimited,
    Redirected,
    Refused,
    ServerError,
    StoppedEarly,
    TimedOut,
    UsageError,
)
from validator.model import RateNotice
from validator.pacing import ending_of, is_refusal
from validator.pacing.lane.failure_kinds import FAILURE_KINDS, REASONS, FailureKind, classify_failure


@pytest.mark.parametrize(
    ("failure", "meaning"),
    [
        (InvalidPhone("4001"), FailureKind.INVALID_NUMBER),
        (InvalidRequest("4000"), FailureKind.REJECTED_REQUEST),
        (CertificateFailed("expired"), FailureKind.WRONG_SETTING),
        (TimedOut("30 s"), FailureKind.TRANSIENT),
        (ProxyRefused("407"), FailureKind.TRANSIENT),
        (ApiError("something new"), FailureKind.UNEXPECTED),
    ],
)
def test_a_failure_means_what_its_most_special_kind_means(failure, meaning):
    assert classify_failure(failure) is meaning


def test_every_transient_failure_has_a_reason_for_its_row():
    kinds = {kind for kind, meaning in FAILURE_KINDS if meaning is FailureKind.TRANSIENT}

    assert kinds <= {kind for kind, _ in REASONS}


@pytest.mark.parametrize(
    ("failure", "refused"),
    [
        (RateLimited("429", status=429), True),
        (ServerError("503", status=503, rate=RateNotice(retry_after_s=0.0)), True),
        (ServerError("503", status=503), True),
        (ServerError("503", status=503, type="api_error"), False),
        (ServerError("503", status=503, code=5030), False),
        (ServerError("502", status=502), False),
        (ServerError("500", status=500, rate=RateNotice(retry_after_s=5.0)), False),
    ],
)
def test_a_refusal_is_a_429_or_a_503_that_names_a_wait_or_is_in_nobodys_words(failure, refused):
    assert is_refusal(failure) is refused


ENDINGS = [
    (
        MissingOrBadKey("401"),
        Refused,
        (
            "the provider does not accept the API key (401). Put a valid one in its place, then "
            "run the same command again: it goes on where it stopped"
        ),
    ),
    (
        QuotaExceeded("402"),
        Refused,
        (
            "the key's quota is spent or its subscription has ended (402). Renew it, or wait for the "
            "next billing period, then run the same command again: it goes on where it stopped"
        ),
    ),
    (
        Forbidden("403"),
        Refused,
        (
            "the API key may not do this (403). Give it the scope it lacks, or use another key, then "
            "run the same command again: it goes on where it stopped"
        ),
    ),
    (
        NotFound("404"),
        Refused,
        (
            "session sess_a is not known to the provider (404). See `validator sessions` and choose "
            "one with --session; if it is there, --base-url is wrong"
        ),
    ),
    (
        Redirected("to nowhere"),
        UsageError,
        (
            "the provider's address redirects elsewhere (to nowhere). It is not followed, since the "
            "key would travel along: set the right address with --base-url"
        ),
    ),
    (ProxyRefused("the proxy (407)"), UsageError, "nothing was asked: the proxy (407)"),
    (
        CertificateFailed("expired"),
        Refused,
        (
            "the provider's certificate cannot be trusted (expired), so nothing more is sent. Look at "
            "--base-url, at a proxy in between, and at this machine's clock and certificates"
        ),
    ),
    (
        TimedOut("30 s"),
        StoppedEarly,
        (
            "session sess_a could not be looked at (30 s), and nothing was asked. See that --base-url "
            "is right and the network is there, then run the same command again"
        ),
    ),
]


@pytest.mark.parametrize(("failure", "error", "words"), ENDINGS)
def test_a_first_look_that_fails_ends_the_run_with_the_remedy(failure, error, words):
    ending = ending_of("sess_a", failure)

    assert type(ending) is error
    assert str(ending) == words
