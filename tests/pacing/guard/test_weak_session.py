"""A session whose "no" is weak: what has to speak for it, and what does not."""

import random

import pytest

from validator.model import Number, Verdict
from validator.pacing import (
    AskCanary,
    Canaries,
    Confirm,
    FetchSessionStatus,
    Invalidate,
    Proof,
    SessionGuard,
    Wait,
)
from validator.pacing.guard.vouching import CANARY_AFTER_S, LOOK_EVERY_S, SUSPICIOUS_ROW

OWN, OTHER = Number(447_700_900_999), Number(447_700_900_998)
WEAK = Proof(needs_canary=True, needs_look=True)
KEEPING = Proof(needs_look=True, canary_once=True)


def new(*known, proof=WEAK):
    return SessionGuard("a", canaries=Canaries(known, rng=random.Random(1)), proof=proof)


def answer(guard, now, registered, place=0):
    verdict = Verdict.REGISTERED if registered else Verdict.NOT_REGISTERED
    checkpoint = guard.checkpoint(now)
    said = guard.on_answer(now, checkpoint, Number(447_700_900_100 + place), verdict)
    guard.ended(now, checkpoint, answered=True)
    return said


def probe(guard, now, said=True, number=OWN):
    guard.tested(now, guard.test(now), number, result=said)


def look(guard, now, *, ready=True):
    guard.look(now)
    if not ready:
        guard.lost()
    guard.looked(now, ready=ready)


def test_a_yes_of_the_list_vouches_for_nothing():
    guard = new(OWN)
    answer(guard, 0, registered=False)
    answer(guard, 1, registered=True, place=1)

    assert not guard.wants_look
    assert guard.rulings() == []


def test_a_canary_and_then_a_ready_session_vouch_for_what_came_before():
    guard = new(OWN)
    answer(guard, 0, registered=False)
    probe(guard, 1)

    assert guard.next(1, last=False) == FetchSessionStatus()
    assert guard.rulings() == []
    answer(guard, 2, registered=False, place=1)
    look(guard, 3)
    assert guard.rulings() == [Confirm(1)]
    assert guard.unverified == 1


def test_a_session_that_is_not_ready_after_the_canary_takes_all_back():
    guard = new(OWN)
    answer(guard, 0, registered=False)
    probe(guard, 1)
    look(guard, 2, ready=False)

    assert guard.rulings() == [Invalidate(1)]
    assert not guard.wants_look


def test_a_look_that_fails_is_repeated_and_given_up_at_the_end():
    guard = new(OWN)
    answer(guard, 0, registered=False)
    probe(guard, 1)
    now = 1.0
    for _ in range(3):
        assert guard.next(now, last=True) == FetchSessionStatus()
        guard.look(now)
        guard.looked(now, ready=False)
        now += LOOK_EVERY_S
    assert guard.next(now, last=True) is None
    guard.release()
    assert guard.rulings() == [Invalidate(1)]


def test_thirty_in_a_row_without_a_yes_ask_the_canary_at_once_and_nothing_else_meanwhile():
    guard = new(OWN)
    for place in range(SUSPICIOUS_ROW - 1):
        answer(guard, 0, registered=False, place=place)
    assert guard.next(0, last=False) is None
    answer(guard, 0, registered=False, place=SUSPICIOUS_ROW)

    assert guard.next(0, last=False) == AskCanary(OWN)
    checkpoint = guard.test(0)
    assert isinstance(guard.next(0, last=False), Wait)
    guard.tested(1, checkpoint, OWN, result=True)
    assert guard.next(1, last=False) == FetchSessionStatus()


def test_thirty_in_a_row_mean_nothing_where_no_is_definite():
    guard = new(OWN, proof=Proof())
    for place in range(2 * SUSPICIOUS_ROW):
        answer(guard, 0, registered=False, place=place)

    assert guard.next(0, last=False) is None


def test_where_a_yes_is_kept_a_canary_vouches_once_and_one_is_left_for_the_end():
    guard = new(OWN, OTHER, proof=KEEPING)
    answer(guard, 0, registered=False)
    assert guard.next(CANARY_AFTER_S, last=False) == AskCanary(OWN)
    probe(guard, 61)
    look(guard, 62)
    assert guard.rulings() == [Confirm(1)]

    answer(guard, 63, registered=False, place=1)
    assert guard.next(63 + CANARY_AFTER_S, last=False) is None
    assert guard.next(63 + CANARY_AFTER_S, last=True) == AskCanary(OTHER)
    probe(guard, 130, number=OWN)
    assert not guard.wants_look
    probe(guard, 131, number=OTHER)
    look(guard, 141)
    assert guard.rulings() == [Confirm(2)]


def test_where_a_yes_is_kept_a_canary_is_not_used_up_by_a_gateway_that_keeps_none():
    canaries = Canaries([OWN], rng=random.Random(1))
    guard = SessionGuard("a", canaries=canaries, proof=KEEPING)
    other = SessionGuard("b", canaries=canaries)
    answer(guard, 0, registered=False)
    probe(other, 1)
    other.on_answer(2, other.checkpoint(2), OWN, Verdict.REGISTERED)

    assert guard.next(3, last=True) == AskCanary(OWN)
    probe(guard, 3)
    look(guard, 4)
    assert guard.rulings() == [Confirm(1)]


def test_where_a_yes_is_kept_the_first_yes_to_a_number_of_the_list_vouches():
    guard = new(proof=KEEPING)
    answer(guard, 0, registered=False)
    answer(guard, 1, registered=True, place=1)
    look(guard, 2)

    assert guard.rulings() == [Confirm(1)]


@pytest.mark.parametrize("ready", [True, False])
def test_a_look_that_began_before_the_canary_speaks_for_nothing(ready):
    guard = new(OWN)
    answer(guard, 0, registered=False)
    guard.look(0)
    probe(guard, 1)
    guard.looked(2, ready=ready)

    assert guard.rulings() == []
    assert guard.wants_look


def test_a_row_that_chance_does_not_explain_is_taken_back_where_nobody_is_left_to_ask():
    guard = new(proof=KEEPING)
    for place in range(200):
        answer(guard, 0, registered=place % 2 == 0, place=place)
    look(guard, 10)
    guard.rulings()
    for place in range(40):
        answer(guard, 20, registered=False, place=300 + place)

    answer(guard, 30, registered=True, place=400)
    look(guard, 31)
    assert Confirm(140) not in guard.rulings()
    assert guard.unverified == 0


def test_a_row_of_no_that_chance_hardly_explains_is_asked_about_again():
    guard = new(OWN)
    for place in range(100):
        answer(guard, 0, registered=place % 2 == 0, place=place)
    assert guard.rulings() == []
    for place in range(16):
        answer(guard, 1, registered=False, place=200 + place)

    assert isinstance(guard.rulings()[0], Invalidate)
    probe(guard, 2)
    look(guard, 3)
    assert guard.rulings() == []


def test_those_that_are_asked_about_again_are_no_sample_of_the_list():
    guard = new(OWN)
    for place in range(100):
        answer(guard, 0, registered=place % 2 == 0, place=place)
    for place in range(25):
        checkpoint = guard.checkpoint(1)
        guard.on_answer(1, checkpoint, Number(447_700_901_000 + place), Verdict.NOT_REGISTERED, is_again=True)
        guard.ended(1, checkpoint, answered=True)
    probe(guard, 2)
    look(guard, 3)

    assert guard.rulings() == [Confirm(75)]
