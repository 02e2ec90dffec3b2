"""The short look at a lane gives the same answer as the long one, whatever has happened to it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from validator.errors import (
    Forbidden,
    Intercepted,
    InvalidPhone,
    InvalidRequest,
    MissingOrBadKey,
    NotFound,
    RateLimited,
    SessionNotConnected,
    TimedOut,
    UnexpectedStatus,
)
from validator.model import READY, SessionState, SessionStatus
from validator.pacing import Breaker, FetchSessionStatus, KeyHealth
from validator.pacing.lane.lane_health import LaneHealth

YEAR_S = 365 * 86_400.0
FAILURES = [
    TimedOut("30 s"),
    RateLimited("429"),
    SessionNotConnected("409"),
    MissingOrBadKey("401"),
    Forbidden("403"),
    NotFound("404"),
    Intercepted("a proxy"),
    InvalidPhone("4001"),
    InvalidRequest("4000"),
    UnexpectedStatus("418"),
]
STATUSES = [READY, SessionStatus(SessionState.NEEDS_PERSON, "disconnected"), *FAILURES]

steps = st.tuples(
    st.booleans(),
    st.one_of(st.none(), st.sampled_from(FAILURES)),
    st.sampled_from(STATUSES),
    st.sampled_from([0.0, 0.5, 3.0, 20.0, 400.0]),
)


def healths(by_status):
    key = KeyHealth(by_status=by_status)
    return [
        LaneHealth(
            name,
            key=key,
            breaker=Breaker(),
            max_outage_s=3_600.0,
            by_status=by_status,
            status=READY,
            on_lost=lambda: None,
        )
        for name in ("sess_a", "sess_b")
    ]


@settings(max_examples=200)
@given(by_status=st.booleans(), steps=st.lists(st.tuples(st.booleans(), steps), max_size=60))
def test_an_untroubled_lane_has_neither_an_error_nor_an_obstacle(by_status, steps):
    lanes, now, in_flight = healths(by_status), 0.0, []
    for is_second, (ends_one, failure, status, pause_s) in steps:
        now += pause_s
        health = lanes[is_second]
        if ends_one and in_flight:
            end(*in_flight.pop(0), now, failure, status)
        for one in lanes:
            if one.is_untroubled:
                assert one.error(now) is one.error(now + YEAR_S) is None
                assert one.obstacle(now) is None
        action = health.obstacle(now)
        if health.error(now) is None and (action is None or isinstance(action, FetchSessionStatus)):
            health.start(is_look=action is not None)
            in_flight.append((health, action))


def test_a_lane_is_untroubled_until_something_fails_and_again_after_the_next_answer():
    health, _ = healths(by_status=False)
    seen = [health.is_untroubled]
    for failure in (None, TimedOut("30 s"), None):
        health.start(is_look=False)
        health.finish(0.0, failure, is_paced=False)
        seen.append(health.is_untroubled)

    assert seen == [True, True, False, True]


def end(health, action, now, failure, status):
    if action is None:
        health.finish(now, failure, is_paced=False)
    else:
        health.looked(now, status)
