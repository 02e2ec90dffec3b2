import math

from validator.model import READY, SessionState, SessionStatus
from validator.pacing.lane.session_health import SessionHealth

DISCONNECTED = SessionStatus(SessionState.NEEDS_PERSON, "disconnected")
PENDING = SessionStatus(SessionState.STARTING, "pending")


def look(health, now, status):
    assert health.ready_at(now) <= now
    health.looking = True
    assert health.ready_at(now) == math.inf
    health.looked(now, status)


def test_a_session_is_what_the_first_look_found():
    assert (SessionHealth(PENDING).status, SessionHealth(PENDING).connected) == (PENDING, False)
    assert (SessionHealth().status, SessionHealth().connected) == (READY, True)


def test_a_lost_session_is_looked_at_at_once():
    health = SessionHealth()
    health.lost(5.0)

    assert not health.connected
    assert health.ready_at(5.0) == 5.0


def test_looks_come_after_ten_seconds_and_twice_as_long_up_to_five_minutes():
    health, now, pauses_s = SessionHealth(), 0.0, []
    health.lost(now)
    for _ in range(8):
        look(health, now, DISCONNECTED)
        pauses_s.append(health.ready_at(now) - now)
        now = health.ready_at(now)

    assert pauses_s == [10, 20, 40, 80, 160, 300, 300, 300]


def test_any_word_but_connected_means_not_connected():
    health = SessionHealth()
    health.lost(0.0)
    look(health, 0.0, PENDING)
    assert not health.connected
    assert health.status == PENDING

    look(health, 10.0, READY)
    assert health.connected


def test_several_replies_of_one_moment_are_one_loss():
    health = SessionHealth()
    health.lost(0.0)
    look(health, 0.0, DISCONNECTED)
    health.lost(1.0)

    assert health.ready_at(1.0) == 10.0


def test_a_session_that_calls_itself_connected_and_answers_nothing_is_looked_at_ever_later():
    health, now, pauses_s = SessionHealth(), 0.0, []
    for _ in range(7):
        health.lost(now)
        pauses_s.append(health.ready_at(now) - now)
        now = health.ready_at(now)
        look(health, now, READY)

    assert pauses_s == [0, 10, 20, 40, 80, 160, 300]


def test_an_answer_lets_the_next_loss_be_looked_at_at_once():
    health = SessionHealth()
    health.lost(0.0)
    look(health, 0.0, READY)
    health.answered()
    health.lost(50.0)

    assert health.ready_at(50.0) == 50.0


def test_an_answer_from_before_the_loss_changes_nothing():
    health = SessionHealth()
    health.lost(0.0)
    look(health, 0.0, DISCONNECTED)
    health.answered()
    look(health, 10.0, DISCONNECTED)

    assert health.ready_at(10.0) == 30.0
