import pytest

from validator.errors import (
    ApiError,
    CertificateFailed,
    Forbidden,
    InvalidPhone,
    InvalidRequest,
    NotFound,
    RateLimited,
    Refused,
    ServerError,
    StoppedEarly,
    TimedOut,
)
from validator.model import RateNotice
from validator.pacing import ending_of, is_refusal
from validator.pacing.meaning import MEANINGS, REASONS, Meaning, meaning_of


@pytest.mark.parametrize(
    ("failure", "meaning"),
    [
        (InvalidPhone("4001"), Meaning.INVALID_NUMBER),
        (InvalidRequest("4000"), Meaning.REJECTED_REQUEST),
        (CertificateFailed("expired"), Meaning.WRONG_SETTING),
        (TimedOut("30 s"), Meaning.TRANSIENT),
        (ApiError("something new"), Meaning.UNEXPECTED),
    ],
)
def test_a_failure_means_what_its_most_special_kind_means(failure, meaning):
    assert meaning_of(failure) is meaning


def test_every_transient_failure_has_a_reason_for_its_row():
    kinds = {kind for kind, meaning in MEANINGS if meaning is Meaning.TRANSIENT}

    assert kinds <= {kind for kind, _ in REASONS}


@pytest.mark.parametrize(
    ("failure", "refused"),
    [
        (RateLimited("429", status=429), True),
        (ServerError("503", status=503, rate=RateNotice(retry_after_s=0.0)), True),
        (ServerError("503", status=503), False),
        (ServerError("500", status=500, rate=RateNotice(retry_after_s=5.0)), False),
    ],
)
def test_a_refusal_is_a_429_or_a_503_that_says_when_to_come_back(failure, refused):
    assert is_refusal(failure) is refused


@pytest.mark.parametrize(
    ("failure", "error", "words"),
    [
        (Forbidden("403"), Refused, "scope"),
        (NotFound("404"), Refused, "validator sessions"),
        (TimedOut("30 s"), StoppedEarly, "sess_a could not be looked at (30 s)"),
    ],
)
def test_a_first_look_that_fails_ends_the_run_with_the_remedy(failure, error, words):
    ending = ending_of("sess_a", failure)

    assert isinstance(ending, error)
    assert words in str(ending)
