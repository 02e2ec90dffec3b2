import math

import pytest

from validator.errors import UnexpectedStatus
from validator.pacing.lane.refusal_streak import MOST_UNSEEN, RefusalStreak

REFUSAL = UnexpectedStatus("428")


def refused(times, *, streak=None):
    streak = streak or RefusalStreak(by_status=True)
    for _ in range(times):
        streak.refused(REFUSAL, withheld=True)
    return streak


def test_refusals_are_withheld_until_an_answer_shows_that_the_session_works():
    streak = refused(2)
    assert streak.stands is None
    assert not streak.wants_status

    assert streak.answered() == [REFUSAL] * 2
    assert streak.stands is True


def test_three_in_a_row_are_worth_one_look():
    streak = refused(3)
    assert streak.wants_status
    assert streak.ready_at(0.0, in_flight=7) == 0.0

    assert streak.ready(0.0) == [REFUSAL] * 3
    assert not refused(2, streak=streak).wants_status
    assert refused(1, streak=streak).wants_status
    assert streak.ready_at(0.0, in_flight=0) == 2.0  # six, and no answer yet


def test_a_session_that_is_not_ready_makes_refusals_void():
    streak = refused(3)
    streak.lost()

    assert streak.stands is False
    assert streak.answered() == []


def test_no_more_are_in_flight_than_three_in_a_row_lack():
    streak = RefusalStreak(by_status=True)
    assert streak.ready_at(0.0, in_flight=99) == 0.0
    refused(1, streak=streak)

    assert streak.ready_at(0.0, in_flight=1) == 0.0
    assert streak.ready_at(0.0, in_flight=2) == math.inf


def test_without_a_status_one_more_request_is_tried_after_a_pause_that_grows():
    streak, now, pauses_s = refused(3), 0.0, []
    while streak.unseen(now) == []:
        assert streak.is_blind
        refused(1, streak=streak)
        pauses_s.append(streak.ready_at(now, 0) - now)
        now = streak.ready_at(now, 0)

    assert pauses_s == [2, 4, 8, 16]
    assert not streak.is_blind
    assert streak.stands is True


def test_an_answer_lets_the_next_streak_begin_again():
    streak = refused(3)
    for _ in range(MOST_UNSEEN - 1):
        streak.unseen(0.0)
    streak.answered()

    assert not refused(2, streak=streak).wants_status
    assert not streak.is_blind
    assert refused(1, streak=streak).wants_status


@pytest.mark.parametrize("withheld", [True, False])
def test_at_the_end_one_is_enough_if_anything_depends_on_it(withheld):
    streak = RefusalStreak(by_status=True)
    streak.look_now()
    assert not streak.wants_status
    streak.refused(REFUSAL, withheld=withheld)
    streak.look_now()

    assert streak.wants_status is withheld


def test_without_a_status_to_ask_for_nothing_is_withheld_and_nothing_waits():
    streak = RefusalStreak(by_status=False)
    refused(9, streak=streak)

    assert not streak.withholds
    assert not streak.wants_status
    assert streak.ready_at(0.0, in_flight=99) == 0.0
