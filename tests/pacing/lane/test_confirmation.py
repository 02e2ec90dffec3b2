import math

import pytest

from validator.errors import (
    Forbidden,
    InvalidPhone,
    MissingOrBadKey,
    NotFound,
    QuotaExceeded,
    RateLimited,
    Refused,
    SessionNotConnected,
    TimedOut,
)
from validator.pacing import KeyHealth

KEY_REFUSALS = [
    (MissingOrBadKey("401 revoked_api_key"), "a valid one in its place"),
    (QuotaExceeded("402 quota_exceeded"), "billing period"),
    (Forbidden("403 insufficient_scope"), "scope"),
]
REFUSED = KEY_REFUSALS[0][0]


def in_doubt(failure=REFUSED, now=0.0):
    key = KeyHealth()
    key.start()
    key.finish(now, failure)
    return key


def confirm(key, now, failure):
    assert key.ready_at(now) == now
    key.start()
    key.finish(now, failure)


def test_a_good_key_never_waits():
    key = KeyHealth()
    key.start()

    assert key.ready_at(1.0) == 1.0
    assert key.doubt is None


@pytest.mark.parametrize(("failure", "remedy"), KEY_REFUSALS)
def test_a_refusal_confirmed_after_two_seconds_gives_the_key_up_and_says_what_to_do(failure, remedy):
    key = in_doubt(failure)
    assert key.ready_at(0.0) == 2.0
    assert key.doubt is failure

    confirm(key, 2.0, failure)
    assert isinstance(key.error, Refused)
    assert str(failure) in str(key.error)
    assert remedy in str(key.error)
    assert "run the same command again" in str(key.error)


@pytest.mark.parametrize("ending", [None, InvalidPhone("4001"), SessionNotConnected("409")])
def test_any_reply_that_the_key_was_good_for_clears_it(ending):
    key = in_doubt()
    confirm(key, 2.0, ending)

    assert (key.error, key.doubt) == (None, None)
    assert key.ready_at(2.0) == 2.0


@pytest.mark.parametrize("ending", [TimedOut("30 s"), RateLimited("429"), NotFound("404")])
def test_a_confirmation_that_comes_to_nothing_is_repeated(ending):
    key = in_doubt()
    confirm(key, 2.0, ending)

    assert (key.error, key.doubt) == (None, REFUSED)
    assert key.ready_at(2.0) == 4.0


def test_one_request_confirms_when_all_others_have_ended():
    key = KeyHealth()
    for _ in range(3):
        key.start()
    key.finish(0.0, REFUSED)
    key.finish(1.0, REFUSED)
    assert key.ready_at(10.0) == math.inf

    key.finish(10.0, None)  # sent before the refusal: proves nothing about now
    assert key.doubt is REFUSED
    key.start()
    assert key.ready_at(10.0) == math.inf


def test_a_cancelled_confirmation_is_made_again():
    key = in_doubt()
    key.start()
    key.cancel()

    assert key.ready_at(2.0) == 2.0
    confirm(key, 2.0, REFUSED)
    assert key.error


def test_a_cleared_key_can_be_doubted_again():
    key = in_doubt()
    confirm(key, 2.0, None)
    key.start()
    key.finish(50.0, REFUSED)

    assert key.error is None
    assert key.ready_at(50.0) == 52.0


def refused_twice(failure=REFUSED):
    """A key whose gateway offers a session's status, refused by two requests."""
    key = KeyHealth(by_status=True)
    key.start()
    key.finish(0.0, failure)
    confirm(key, 2.0, failure)
    assert (key.error, key.wants_status) == (None, True)
    return key


def look(key, now, failure):
    assert key.ready_at(now) == now
    key.start()
    key.finish(now, failure, is_status=True)


@pytest.mark.parametrize(("failure", "_remedy"), KEY_REFUSALS)
def test_the_sessions_status_confirms_it_ten_seconds_later(failure, _remedy):
    key = refused_twice(failure)
    assert key.ready_at(2.0) == 12.0
    look(key, 12.0, failure)

    assert isinstance(key.error, Refused)


@pytest.mark.parametrize("seen", [None, SessionNotConnected("409")])
@pytest.mark.parametrize("ending", [None, REFUSED])
def test_where_the_status_may_be_seen_one_more_request_decides_about_the_key(seen, ending):
    key = refused_twice()
    look(key, 12.0, seen)
    assert (key.error, key.wants_status) == (None, False)
    confirm(key, 12.0, ending)

    assert isinstance(key.error, Refused) is (ending is REFUSED)
    assert key.ready_at(12.0) == 12.0 or key.error


@pytest.mark.parametrize("seen", [TimedOut("30 s"), RateLimited("429"), NotFound("404")])
def test_a_status_that_cannot_be_had_is_asked_for_again(seen):
    key = refused_twice()
    look(key, 12.0, seen)

    assert (key.error, key.wants_status) == (None, True)
    assert key.ready_at(12.0) == 14.0
