import math
import random

from validator.errors import (
    InvalidPhone,
    SessionNotConnected,
    TimedOut,
)
from validator.model import Number, SessionRef, Verdict
from validator.pacing import (
    AskCanary,
    Breaker,
    Canaries,
    Confirm,
    Go,
    Halt,
    Invalidate,
    KeyHealth,
    Lane,
    LaneState,
    NoBudget,
    RetryPolicy,
    SessionGuard,
    Wait,
)

OWN, NUMBER = Number(447_700_900_999), Number(447_700_900_100)


def new():
    guard = SessionGuard("sess_a", canaries=Canaries([OWN], rng=random.Random(1)))
    retry = RetryPolicy(max_attempts=2, rng=random.Random(1))
    return Lane(
        SessionRef("sendapi", "sess_a"),
        gateway=None,
        budget=NoBudget(),
        key=KeyHealth(),
        retry=retry,
        breaker=Breaker(),
        max_outage_s=600.0,
        guard=guard,
    )


def answer(lane, now, registered):
    lane.start(now)
    checkpoint = lane.guard.checkpoint(now)
    lane.finish(now, None)
    verdict = Verdict.REGISTERED if registered else Verdict.NOT_REGISTERED
    heard = lane.guard.on_answer(now, checkpoint, NUMBER, verdict)
    lane.guard.ended(now, checkpoint, answered=True)
    return heard


def probe(lane, now, said):
    assert lane.next(now, last=True) == AskCanary(OWN)
    lane.start(now)
    lane.tested(now, lane.guard.test(now), OWN, said=said)


def fail(lane, now, action):
    assert lane.next(now) == action
    lane.start(now)
    failure = TimedOut("30 s")
    if action == Go():
        return lane.decide(lane.finish(now, failure), 1)
    return lane.tested(now, lane.guard.test(now), action.number, said=failure)


def test_a_canary_is_the_probe_of_an_outage_and_takes_turns_with_the_list_while_it_fails():
    lane, now = new(), 0.0
    for _ in range(10):
        fail(lane, now, Go())
    assert lane.report(0.0).state is LaneState.PAUSED

    for action in (AskCanary(OWN), Go(), AskCanary(OWN), Go()):
        now = lane.next(now).until
        fail(lane, now, action)

    now = lane.next(now).until
    probe(lane, now, True)
    assert (lane.next(now), lane.report(now).state) == (Go(), LaneState.RESUMING)
    lane.start(now)
    assert lane.next(now) == Wait(math.inf, "")


def test_a_canary_that_has_answered_is_the_next_probe_too():
    lane, now = new(), 0.0
    for _ in range(10):
        fail(lane, now, Go())

    for _ in range(3):
        now = lane.next(now).until
        probe(lane, now, True)
        fail(lane, now, Go())
        assert isinstance(lane.next(now), Wait)


def test_where_there_is_no_canary_or_it_is_being_asked_the_list_is_the_probe():
    guard = SessionGuard("sess_a", canaries=Canaries(rng=random.Random(1)))
    assert guard.canary() is None

    guard = SessionGuard("sess_a", canaries=Canaries([OWN], rng=random.Random(1)))
    assert guard.canary() == OWN
    guard.test(0.0)
    assert guard.canary() is None


def test_the_last_thing_to_do_is_to_ask_about_a_canary():
    lane = new()
    answer(lane, 0.0, False)

    assert lane.next(0.0) == Go()
    probe(lane, 0.0, True)
    assert lane.next(0.0, last=True) == Go()
    assert lane.guard.rulings() == [Confirm(1)]


def test_a_session_that_lies_ends_its_lane():
    lane = new()
    answer(lane, 0.0, False)
    probe(lane, 0.0, False)
    assert lane.report(0.0).state is LaneState.IN_QUESTION
    probe(lane, 0.0, False)

    action = lane.next(0.0)
    assert isinstance(action, Halt)
    assert action.error is lane.guard.error
    assert lane.report(0.0).state is LaneState.HALTED


def test_a_canarys_exchange_that_fails_is_made_again_later_and_given_up_in_the_end():
    lane = new()
    for answered in (False, True) * 4:
        lane.guard.ended(0.0, lane.guard.checkpoint(0.0), answered=answered)
    answer(lane, 0.0, False)
    probe(lane, 0.0, TimedOut("30 s"))

    wait = lane.next(0.0, last=True)
    assert isinstance(wait, Wait)
    assert 1 <= wait.until <= 2
    assert (lane.next(0.0), lane.report(0.0).failures) == (Go(), 1)
    probe(lane, 2.0, TimedOut("30 s"))

    assert lane.next(2.0, last=True) == Go()
    assert lane.guard.unverified == 1


def test_a_canary_that_is_called_no_phone_number_puts_the_session_in_question():
    lane = new()
    answer(lane, 0.0, False)
    probe(lane, 0.0, InvalidPhone("4001"))
    assert lane.report(0.0).state is LaneState.IN_QUESTION

    probe(lane, 0.0, InvalidPhone("4001"))

    assert isinstance(lane.next(0.0), Halt)
    assert lane.guard.rulings() == [Invalidate(1)]


def test_a_session_that_is_lost_takes_back_what_nothing_vouches_for():
    lane = new()
    answer(lane, 0.0, False)
    lane.start(1.0)
    lane.finish(1.0, SessionNotConnected("409"))

    assert lane.guard.rulings() == [Invalidate(1)]


def test_a_wait_of_the_guard_is_cut_short_by_the_end_of_patience():
    lane = new()
    answer(lane, 0.0, False)
    probe(lane, 0.0, False)
    lane.start(10.0)
    lane.tested(10.0, lane.guard.test(10.0), OWN, said=TimedOut("30 s"))

    wait = lane.next(10.0)
    assert isinstance(wait, Wait)
    assert (wait.why, lane.report(10.0).until) == ("session sess_a may be lying", wait.until)
