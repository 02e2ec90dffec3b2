import pytest

from validator.batch.asking.tally import ERROR_WINDOW, SessionTally, Tally
from validator.errors import BadAnswer, InvalidPhone, RateLimited, ServerError, TimedOut
from validator.model import Verdict


def tally_of(*failures):
    tally = Tally()
    for failure in failures:
        tally.begin("a", is_retry=False)
        tally.end("a", failure)
    return tally


def test_answers_failures_and_refusals_are_told_apart():
    tally = tally_of(None, None, ServerError("x"), BadAnswer("x"), RateLimited("x"), InvalidPhone("x"))

    assert (tally.attempts, tally.answers, tally.failures, tally.refusals) == (6, 3, 2, 1)
    assert tally.sessions["a"].error_rate == pytest.approx(2 / 6)


def test_retries_are_attempts_too():
    tally = Tally()
    tally.begin("a", is_retry=False)
    tally.begin("a", is_retry=True)

    assert (tally.attempts, tally.retries) == (2, 1)


def test_attempts_are_counted_by_session():
    tally = Tally()
    for session in "aab":
        tally.begin(session, is_retry=False)

    assert [tally.attempts_through(session) for session in "abc"] == [2, 1, 0]


def test_a_session_without_attempts_has_no_error_rate():
    assert SessionTally().error_rate == 0


def test_only_durable_outcomes_count_as_asked(make_outcome):
    tally = tally_of(None, None)
    assert tally.asked == 0

    tally.durable([make_outcome(), make_outcome(verdict=Verdict.UNKNOWN)])

    assert tally.asked == 2
    assert tally.verdicts == {"registered": 1, "unknown": 1}


def test_confirmations_bring_their_pauses_along():
    tally, second = Tally(), Tally()
    tally.paused_s["an outage"] += 2
    second.paused_s["an outage"] += 3

    tally.add_confirmations(second)

    assert tally.paused_s == {"an outage": 5}


def test_a_handful_of_attempts_says_nothing_about_the_error_rate():
    assert tally_of(*[TimedOut("x")] * (ERROR_WINDOW // 2 - 1)).recent_error_rate() == 0
    assert tally_of(*[TimedOut("x")] * (ERROR_WINDOW // 2)).recent_error_rate() == 1


def test_the_error_rate_looks_at_the_latest_attempts_only():
    tally = tally_of(*[TimedOut("x")] * ERROR_WINDOW, *[None] * ERROR_WINDOW)

    assert tally.recent_error_rate() == 0
    assert tally.failures == ERROR_WINDOW


def test_refusals_are_no_part_of_the_error_rate():
    assert tally_of(*[RateLimited("x")] * ERROR_WINDOW).recent_error_rate() == 0
