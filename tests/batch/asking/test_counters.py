import pytest

from validator.batch.asking.counters import ERROR_WINDOW, RunCounters
from validator.errors import BadAnswer, InvalidPhone, RateLimited, ServerError, TimedOut
from validator.model import SessionRef, Verdict
from validator.reports import SessionCounts

REF = SessionRef("sendapi", "a")


def counters_of(*failures):
    counters = RunCounters()
    for failure in failures:
        counters.begin(REF, retries=0)
        counters.end(REF, failure)
    return counters


def test_answers_failures_and_refusals_are_told_apart():
    counters = counters_of(None, None, ServerError("x"), BadAnswer("x"), RateLimited("x"), InvalidPhone("x"))

    assert (
        counters.calls.attempts,
        counters.calls.answers,
        counters.calls.failures,
        counters.calls.refusals,
    ) == (6, 3, 2, 1)
    assert counters.sessions[REF].error_rate == pytest.approx(2 / 6, abs=1e-6)


def test_retries_are_attempts_too():
    counters = RunCounters()
    counters.begin(REF, retries=0)
    counters.begin(REF, retries=1)

    assert (counters.calls.attempts, counters.calls.retries) == (2, 1)


def test_attempts_are_counted_by_session():
    counters = RunCounters()
    for session in "aab":
        counters.begin(SessionRef("sendapi", session), retries=0)

    assert [counters.attempts_through(SessionRef("sendapi", session)) for session in "abc"] == [2, 1, 0]


def test_a_session_without_attempts_has_no_error_rate():
    assert SessionCounts(session="a").error_rate == 0


def test_only_durable_outcomes_count_as_asked(make_outcome):
    counters = counters_of(None, None)
    assert counters.asked == 0

    counters.durable([make_outcome(), make_outcome(verdict=Verdict.UNKNOWN)])

    assert counters.asked == 2
    assert counters.verdicts == {"registered": 1, "unknown": 1}


def test_confirmations_bring_their_pauses_along():
    counters, second = RunCounters(), RunCounters()
    counters.paused_s["an outage"] += 2
    second.paused_s["an outage"] += 3

    counters.add_confirmations(second)

    assert counters.paused_s == {"an outage": 5}


def test_a_handful_of_attempts_says_nothing_about_the_error_rate():
    assert counters_of(*[TimedOut("x")] * (ERROR_WINDOW // 2 - 1)).recent_error_rate() == 0
    assert counters_of(*[TimedOut("x")] * (ERROR_WINDOW // 2)).recent_error_rate() == 1


def test_the_error_rate_looks_at_the_latest_attempts_only():
    counters = counters_of(*[TimedOut("x")] * ERROR_WINDOW, *[None] * ERROR_WINDOW)

    assert counters.recent_error_rate() == 0
    assert counters.calls.failures == ERROR_WINDOW


def test_refusals_are_no_part_of_the_error_rate():
    assert counters_of(*[RateLimited("x")] * ERROR_WINDOW).recent_error_rate() == 0
