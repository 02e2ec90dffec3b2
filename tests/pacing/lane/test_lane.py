import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.errors import (
    ApiError,
    BadAnswer,
    CertificateFailed,
    Forbidden,
    InvalidPhone,
    InvalidRequest,
    MissingOrBadKey,
    NoAnswer,
    NotFound,
    RateLimited,
    Redirected,
    Refused,
    ServerError,
    SessionNotConnected,
    StoppedEarly,
    TimedOut,
    UnexpectedStatus,
    UsageError,
)
from validator.model import READY, RateNotice, Reason, SessionRef, SessionState, SessionStatus, Verdict
from validator.pacing import (
    Accept,
    Breaker,
    FetchSessionStatus,
    Go,
    Halt,
    KeyHealth,
    Lane,
    LaneState,
    NoBudget,
    Requeue,
    Resolve,
    Retry,
    RetryPolicy,
    Wait,
)

HOUR_S = 3600.0
DISCONNECTED = SessionStatus(SessionState.NEEDS_PERSON, "disconnected")
PENDING = SessionStatus(SessionState.STARTING, "pending")
TRANSIENT = [
    (TimedOut("30 s"), Reason.TIMEOUT),
    (NoAnswer("refused"), Reason.NO_CONNECTION),
    (BadAnswer("html"), Reason.BAD_ANSWER),
    (ServerError("500", status=500), Reason.SERVER_ERROR),
    (ServerError("503", status=503, type="api_error"), Reason.SERVER_ERROR),
]


def new(key=None, session="sess_a", max_outage_s=6 * HOUR_S, **options):
    retry = RetryPolicy(max_attempts=6, rng=random.Random(1))
    key = key or KeyHealth()
    return Lane(
        SessionRef("sendapi", session),
        gateway=None,
        budget=NoBudget(),
        key=key,
        retry=retry,
        breaker=Breaker(),
        max_outage_s=max_outage_s,
        **options,
    )


def ask(lane, now, failure=None, attempts=1):
    assert lane.next(now) == Go()
    lane.start(now)
    return lane.decide(lane.finish(now, failure), attempts)


def look(lane, now, status):
    assert lane.next(now) == FetchSessionStatus()
    lane.start(now)
    lane.looked(now, status)


def halted(lane, now):
    action = lane.next(now)
    assert isinstance(action, Halt)
    return action.error


def test_an_answer_stands():
    assert ask(new(), 0.0) == Accept()


def test_a_number_that_the_provider_calls_invalid_is_invalid():
    assert ask(new(), 0.0, InvalidPhone("4001")) == Resolve(Verdict.INVALID, Reason.REJECTED_BY_PROVIDER)


def test_a_rejected_request_leaves_the_number_unknown():
    assert ask(new(), 0.0, InvalidRequest("4000")) == Resolve(Verdict.UNKNOWN, Reason.REQUEST_REJECTED)


def test_a_status_out_of_contract_leaves_the_number_unknown():
    assert ask(new(), 0.0, UnexpectedStatus("418")) == Resolve(Verdict.UNKNOWN, Reason.UNEXPECTED_STATUS)


@pytest.mark.parametrize(("failure", "reason"), TRANSIENT)
def test_a_transient_failure_is_retried_until_attempts_run_out(failure, reason):
    lane = new()
    for attempts in range(1, 6):
        decision = ask(lane, 0.0, failure, attempts)
        assert isinstance(decision, Retry)
        assert 1.0 <= decision.after_s <= 2**attempts

    assert ask(lane, 0.0, failure, 6) == Resolve(Verdict.UNKNOWN, reason)


def test_a_503_of_a_front_is_for_the_pace_until_three_in_a_row_look_like_an_outage():
    lane, page = new(), ServerError("503", status=503)
    decisions = []
    for now in (0.0, 5.0, 10.0, 15.0):
        lane.budget.finish(lane.budget.start(now), now, refused=True, by_front=True)
        decisions.append(ask(lane, now, page))

    assert decisions == [Requeue(), Requeue(), Requeue(is_attempt=True), Requeue(is_attempt=True)]
    assert ask(lane, 15.0, page, 6) == Resolve(Verdict.UNKNOWN, Reason.SERVER_ERROR)
    assert lane.report(20.0).failures == 3


@pytest.mark.parametrize(
    "failure",
    [
        RateLimited("429"),
        ServerError("503", status=503, rate=RateNotice(retry_after_s=5.0)),
        SessionNotConnected("409"),
        MissingOrBadKey("401"),
        NotFound("404"),
    ],
)
def test_what_says_nothing_about_the_number_costs_it_no_attempt(failure):
    assert ask(new(), 0.0, failure, attempts=6) == Requeue()


def test_refusals_for_the_rate_are_no_failures_of_the_lane():
    lane = new()
    for _ in range(50):
        ask(lane, 0.0, RateLimited("429"))

    report = lane.report(0.0)
    assert (report.state, report.attempts, report.failures) == (LaneState.RUNNING, 50, 0)


def test_a_server_that_keeps_saying_when_to_come_back_opens_the_breaker():
    lane = new()
    for _ in range(10):
        ask(lane, 0.0, ServerError("503", status=503, rate=RateNotice(retry_after_s=5.0)))

    assert lane.report(0.0).state is LaneState.PAUSED


def confirmed(lane, now, failure):
    """Let the lane's first request fail so, and the one that confirms it."""
    assert ask(lane, now, failure) == Requeue()
    assert isinstance(lane.next(now), Wait | Halt)
    if isinstance(lane.next(now), Wait):
        assert ask(lane, now + 2.0, failure) == Requeue()


@pytest.mark.parametrize(
    ("failure", "error", "words"),
    [
        (NotFound("404 not_found"), Refused, ["sess_a", "validator sessions", "--session"]),
        (Redirected("302"), UsageError, ["redirects elsewhere", "--base-url"]),
        (CertificateFailed("self-signed"), Refused, ["certificate", "self-signed", "--base-url"]),
    ],
)
def test_a_wrong_setting_halts_the_lane_and_names_the_remedy(failure, error, words):
    lane = new()
    confirmed(lane, 0.0, failure)

    told = halted(lane, 2.0)
    assert isinstance(told, error)
    assert all(word in str(told) for word in words)
    assert lane.report(2.0).state is LaneState.HALTED
    assert lane.report(2.0).why == str(told)


def test_a_certificate_that_proves_nothing_is_not_asked_for_again():
    lane = new()
    ask(lane, 0.0, CertificateFailed("self-signed"))

    assert isinstance(halted(lane, 0.0), Refused)


@pytest.mark.parametrize("failure", [NotFound("404"), Redirected("302")])
def test_a_wrong_setting_that_was_a_moments_doing_is_forgiven(failure):
    lane = new(by_status=True)
    ask(lane, 0.0, failure)
    assert lane.report(0.0).state is LaneState.IN_QUESTION
    assert str(failure) in lane.next(0.0).text
    ask(lane, 2.0)

    assert lane.next(2.0) == Go()


@pytest.mark.parametrize("failure", [NotFound("404"), Redirected("302")])
def test_the_sessions_status_confirms_a_wrong_setting_ten_seconds_later(failure):
    lane = new(by_status=True)
    confirmed(lane, 0.0, failure)
    assert lane.report(2.0).until == 12.0
    look(lane, 12.0, failure)

    assert halted(lane, 12.0)


@pytest.mark.parametrize("failure", [NotFound("404"), Redirected("302")])
def test_a_wrong_setting_that_the_status_does_not_bear_out_is_a_failure_that_may_pass(failure):
    lane = new(by_status=True)
    confirmed(lane, 0.0, failure)
    look(lane, 12.0, READY)

    assert isinstance(ask(lane, 12.0, failure), Retry)
    assert ask(lane, 12.0, failure, attempts=6) == Resolve(Verdict.UNKNOWN, Reason.UNEXPECTED_STATUS)
    for _ in range(8):
        ask(lane, 12.0, failure)
    assert lane.report(12.0).state is LaneState.PAUSED
    ask(lane, 17.0)
    ask(lane, 17.0, failure)
    assert lane.report(17.0).state is LaneState.IN_QUESTION


@pytest.mark.parametrize("failure", [NotFound("404"), Redirected("302")])
def test_a_status_that_cannot_be_had_confirms_nothing(failure):
    lane = new(by_status=True)
    confirmed(lane, 0.0, failure)
    look(lane, 12.0, TimedOut("30 s"))
    assert lane.report(12.0).until == 14.0
    look(lane, 14.0, READY)
    ask(lane, 14.0)

    assert lane.next(14.0) == Go()


def test_a_wrong_setting_halts_one_lane_only():
    key = KeyHealth()
    one, other = new(key, "sess_a"), new(key, "sess_b")
    ask(one, 0.0, NotFound("404"))

    assert other.next(0.0) == Go()


@pytest.mark.parametrize(
    ("answers", "rejected", "halts"), [(99, 101, True), (100, 100, False), (150, 101, False)]
)
def test_most_of_the_first_requests_rejected_means_a_wrong_setting(answers, rejected, halts):
    lane = new()
    for _ in range(answers):
        ask(lane, 0.0)
    for _ in range(rejected):
        ask(lane, 0.0, InvalidRequest("4000"))

    assert isinstance(lane.next(0.0), Halt) is halts
    if halts:
        assert isinstance(halted(lane, 0.0), UsageError)
        assert str(halted(lane, 0.0)) == (
            "101 of the first 200 requests were called invalid (4000). Rather than the list, a setting is "
            "wrong: look at --session and --base-url"
        )


@pytest.mark.parametrize(("answers", "strange", "halts"), [(97, 2, False), (98, 2, True), (198, 2, False)])
def test_more_than_one_in_a_hundred_strange_statuses_halt(answers, strange, halts):
    lane = new()
    for _ in range(answers):
        ask(lane, 0.0)
    for _ in range(strange):
        ask(lane, 0.0, UnexpectedStatus("418"))

    assert isinstance(lane.next(0.0), Halt) is halts
    if halts:
        assert isinstance(halted(lane, 0.0), Refused)
        assert str(halted(lane, 0.0)) == (
            "2 of 100 replies had a status that the provider does not document (418). Something else may "
            "answer: look at --base-url and at any proxy"
        )


def test_a_refused_key_is_confirmed_by_one_lane_while_the_others_wait():
    key = KeyHealth()
    one, other = new(key, "sess_a"), new(key, "sess_b")
    other.start(0.0)
    ask(one, 0.0, Forbidden("403 insufficient_scope"))

    for lane in (one, other):
        assert isinstance(lane.next(5.0), Wait)  # something is still in flight
        assert lane.report(5.0).until is None
    other.finish(5.0, None)
    assert other.next(5.0) == Go()
    other.start(5.0)
    waiting = one.next(5.0)
    assert isinstance(waiting, Wait)
    assert "403 insufficient_scope" in waiting.text
    assert one.report(5.0).state is LaneState.KEY_IN_DOUBT
    other.finish(5.0, Forbidden("403"))

    assert isinstance(halted(one, 5.0), Refused)
    assert halted(one, 5.0) is halted(other, 5.0)


def test_a_key_that_proves_good_goes_on():
    lane = new()
    ask(lane, 0.0, MissingOrBadKey("401"))
    assert lane.next(0.0) == Wait(2.0, "the key was refused, which is being confirmed", "401")
    ask(lane, 2.0)

    assert lane.next(2.0) == Go()


def test_a_lost_session_pauses_the_lane_until_a_look_finds_it_connected():
    lane = new()
    ask(lane, 0.0, SessionNotConnected("409"))
    look(lane, 0.0, DISCONNECTED)

    waiting = lane.next(1.0)
    assert waiting == Wait(10.0, "session sess_a is disconnected")
    report = lane.report(1.0)
    assert (report.state, report.until, report.why) == (LaneState.DISCONNECTED, 10.0, waiting.why)
    look(lane, 10.0, READY)
    assert lane.next(10.0) == Go()


def test_a_session_known_to_be_disconnected_is_looked_at_before_anything_is_asked():
    lane = new(status=PENDING, max_outage_s=HOUR_S)
    look(lane, 100.0, PENDING)
    assert lane.next(100.0) == Wait(110.0, "session sess_a is pending")
    assert "last: it is pending" in str(halted(lane, 100.0 + HOUR_S))

    look(new(status=PENDING), 100.0, READY)


def test_there_is_one_look_at_a_time():
    lane = new()
    ask(lane, 0.0, SessionNotConnected("409"))
    lane.start(0.0)
    assert lane.next(0.0) == Wait(math.inf, "session sess_a is disconnected")
    assert lane.report(0.0).until is None

    lane.cancel(0.0)
    assert lane.next(0.0) == FetchSessionStatus()


def test_a_look_that_fails_is_repeated_later():
    lane = new()
    ask(lane, 0.0, SessionNotConnected("409"))
    look(lane, 0.0, TimedOut("30 s"))

    assert lane.next(0.0) == Wait(10.0, "session sess_a is disconnected")


def test_a_look_that_finds_no_such_session_halts_the_lane():
    lane = new()
    ask(lane, 0.0, SessionNotConnected("409"))
    look(lane, 0.0, NotFound("404"))
    assert isinstance(lane.next(9.0), Wait)
    look(lane, 10.0, NotFound("404"))

    assert str(halted(lane, 10.0)).startswith("session sess_a is not known to the provider (404)")


def test_a_look_may_be_what_confirms_that_the_key_is_refused():
    lane = new()
    ask(lane, 0.0, SessionNotConnected("409"))
    look(lane, 0.0, MissingOrBadKey("401"))
    assert isinstance(lane.next(9.0), Wait)
    look(lane, 10.0, MissingOrBadKey("401"))

    assert isinstance(halted(lane, 10.0), Refused)


def test_a_lane_that_goes_says_so_and_nothing_more():
    report = new(session="sess_b").report(0.0)

    assert (report.session, report.state, report.why, report.until) == ("sess_b", LaneState.RUNNING, "", None)


def test_the_probe_waits_for_all_that_was_in_flight_and_for_nothing_that_was_never_sent():
    lane = new()
    for _ in range(13):
        lane.start(0.0)
    for _ in range(10):
        lane.finish(0.0, ServerError("500", status=500))

    for _ in range(2):
        assert lane.next(5.0).until == math.inf
        lane.cancel(5.0)
    assert lane.next(5.0).until == math.inf
    lane.finish(5.0, None)
    assert lane.next(5.0) == Go()


def open_breaker(lane, now):
    for _ in range(10):
        ask(lane, now, ServerError("500", status=500))


def test_while_the_breaker_is_open_the_lane_waits_and_says_why():
    lane = new()
    open_breaker(lane, 0.0)

    assert lane.next(0.0) == Wait(5.0, "too much fails through session sess_a", "last: 500")
    report = lane.report(0.0)
    assert (report.state, report.error_rate, report.attempts, report.failures) == (
        LaneState.PAUSED,
        1.0,
        10,
        10,
    )


def test_a_failed_probe_costs_the_number_no_attempt():
    lane = new()
    open_breaker(lane, 0.0)

    assert ask(lane, 5.0, TimedOut("30 s"), attempts=6) == Requeue()
    assert lane.next(5.0) == Wait(15.0, "too much fails through session sess_a", "last: 30 s")


def test_after_a_good_probe_the_lane_resumes():
    lane = new()
    open_breaker(lane, 0.0)
    lane.start(5.0)
    assert lane.report(5.0).state is LaneState.RESUMING
    lane.finish(5.0, None)
    lane.start(5.0)
    assert isinstance(lane.next(5.0), Wait)

    lane.cancel(5.0)
    assert lane.next(5.0) == Go()


def test_a_retried_failure_on_the_way_back_counts():
    lane = new()
    open_breaker(lane, 0.0)
    ask(lane, 5.0)

    assert isinstance(ask(lane, 5.0, TimedOut("30 s")), Retry)


@pytest.mark.parametrize(
    ("failure", "last"),
    [
        (RateLimited("429"), "429"),
        (SessionNotConnected("409"), "it is disconnected"),
        (TimedOut("30 s"), "30 s"),
    ],
)
def test_an_outage_that_lasts_too_long_halts_the_lane_resumably(failure, last):
    lane, now = new(max_outage_s=HOUR_S), 100.0
    for _ in range(10_000):
        match lane.next(now):
            case Go():
                lane.start(now)
                lane.finish(now, failure)
                now += 1.0
            case FetchSessionStatus():
                lane.start(now)
                lane.looked(now, DISCONNECTED)
            case Wait(until):
                now = max(until, now)
            case Halt(error):
                break

    assert now == 100.0 + HOUR_S
    assert isinstance(error, StoppedEarly)
    assert all(word in str(error) for word in ("sess_a", "3,600 s", "--max-outage", f"(last: {last})"))


def test_one_answer_ends_the_outage():
    lane = new(max_outage_s=HOUR_S)
    ask(lane, 0.0, TimedOut("30 s"))
    ask(lane, 3000.0)

    assert lane.next(5000.0) == Go()


def test_a_wait_that_the_provider_asked_for_is_no_outage():
    lane = new(max_outage_s=HOUR_S)
    ask(lane, 0.0, RateLimited("429", rate=RateNotice(retry_after_s=7200.0)))

    assert lane.next(7300.0) == Go()


FAILURES = st.sampled_from(
    [
        None,
        None,
        *(failure for failure, _ in TRANSIENT),
        RateLimited("429"),
        SessionNotConnected("409"),
        MissingOrBadKey("401"),
        InvalidPhone("4001"),
        InvalidRequest("4000"),
        UnexpectedStatus("418"),
    ]
)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2), FAILURES, st.floats(0.0, 20.0)), max_size=120))
def test_lanes_never_wait_for_something_that_will_not_come(steps):
    """A lane waits without end only while something is in flight, whatever happens in whatever order."""
    key, now, in_flight = KeyHealth(), 0.0, []
    lanes = [new(key, name, max_outage_s=math.inf) for name in ("sess_a", "sess_b")]
    for choice, failure, pause_s in steps:
        now += pause_s
        lane = lanes[choice % 2]
        if choice == 2 and in_flight:
            end(*in_flight.pop(0), now, failure)
        match lane.next(now):
            case Go() | FetchSessionStatus() as action:
                lane.start(now)
                in_flight.append((lane, action))
            case Wait(until) as wait:
                assert wait.why
                assert until > now
                assert until < math.inf or in_flight
            case Halt(error):
                assert error.exit_code in {2, 6}


def end(lane, action, now, failure):
    if action == Go():
        decision = lane.decide(lane.finish(now, failure), 1)
        assert isinstance(decision, Accept) is (failure is None)
    else:
        lane.looked(now, failure if isinstance(failure, ApiError) else READY)
