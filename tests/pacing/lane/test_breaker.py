import math

import pytest

from validator.pacing import Breaker, BreakerState


def opened(now=0.0):
    breaker = Breaker()
    for _ in range(10):
        breaker.failed(now)
    return breaker


def probe(breaker, now, *, works):
    assert breaker.ready_at(now, 0) == now
    breaker.start()
    (breaker.succeeded if works else breaker.failed)(now)


def resume(breaker, now, successes):
    for _ in range(successes):
        breaker.start()
        breaker.succeeded(now)


def test_ten_failures_in_a_row_open_it():
    breaker = Breaker()
    for _ in range(9):
        breaker.failed(0.0)
    assert breaker.state is BreakerState.CLOSED

    breaker.failed(0.0)
    assert breaker.state is BreakerState.OPEN
    assert breaker.ready_at(0.0, 0) == 5.0


def test_an_answer_in_between_breaks_the_row():
    breaker = Breaker()
    for _ in range(9):
        breaker.failed(0.0)
    breaker.succeeded(0.0)
    breaker.failed(0.0)

    assert breaker.state is BreakerState.CLOSED


@pytest.mark.parametrize(("each", "opens"), [(9, False), (10, True)])
def test_half_of_twenty_failing_opens_it(each, opens):
    breaker = Breaker()
    for number in range(each):
        breaker.succeeded(number * 1.0)
        breaker.failed(number * 1.0)

    assert (breaker.state is BreakerState.OPEN) is opens


def test_less_than_half_failing_leaves_it_closed():
    breaker = Breaker()
    for number in range(100):
        breaker.succeeded(number * 0.1)
        breaker.succeeded(number * 0.1)
        breaker.failed(number * 0.1)

    assert breaker.state is BreakerState.CLOSED
    assert breaker.error_rate(10.0) == pytest.approx(1 / 3)


def test_failures_older_than_a_minute_are_forgotten():
    breaker = Breaker()
    for _ in range(9):
        breaker.failed(0.0)
    breaker.succeeded(0.0)
    for _ in range(9):
        breaker.failed(70.0)
    breaker.succeeded(70.0)

    assert breaker.state is BreakerState.CLOSED
    assert breaker.error_rate(70.0) == 0.9
    assert breaker.error_rate(200.0) == 0.0


def test_the_probe_waits_for_everything_from_before():
    breaker = opened()

    assert breaker.ready_at(5.0, 3) == math.inf
    assert breaker.ready_at(5.0, 0) == 5.0


def test_what_comes_back_from_before_the_pause_changes_nothing():
    breaker = opened()
    breaker.succeeded(1.0)
    breaker.failed(1.0)

    assert breaker.ready_at(1.0, 0) == 5.0


def test_there_is_one_probe_at_a_time():
    breaker = opened()
    breaker.start()

    assert breaker.probing
    assert breaker.ready_at(6.0, 1) == math.inf
    assert breaker.ready_at(6.0, 0) == 6.0  # it was cancelled


def test_each_failed_probe_doubles_the_pause_up_to_a_minute():
    breaker, now, pauses_s = opened(), 0.0, []
    for _ in range(7):
        ready_at = breaker.ready_at(now, 0)
        pauses_s.append(ready_at - now)
        now = ready_at
        probe(breaker, now, works=False)

    assert pauses_s == [5, 10, 20, 40, 60, 60, 60]


def test_after_the_probe_as_many_may_be_in_flight_as_have_succeeded():
    breaker = opened()
    probe(breaker, 5.0, works=True)
    assert not breaker.probing
    assert breaker.ready_at(5.0, 0) == 5.0
    assert breaker.ready_at(5.0, 1) == math.inf

    resume(breaker, 5.0, 7)
    assert breaker.ready_at(5.0, 7) == 5.0
    assert breaker.ready_at(5.0, 8) == math.inf


def test_fifty_successes_close_it_and_the_next_pause_is_short_again():
    breaker = opened()
    probe(breaker, 5.0, works=False)
    probe(breaker, 15.0, works=True)
    resume(breaker, 15.0, 48)
    assert breaker.state is BreakerState.HALF_OPEN

    resume(breaker, 15.0, 1)
    assert breaker.state is BreakerState.CLOSED
    assert breaker.ready_at(15.0, 10_000) == 15.0
    assert breaker.error_rate(15.0) == 0.0
    for _ in range(10):
        breaker.failed(16.0)
    assert breaker.ready_at(16.0, 0) == 21.0


@pytest.mark.parametrize("failed_probes", [0, 3])
def test_half_failing_on_the_way_back_opens_it_for_ten_seconds_however_long_it_was_open(failed_probes):
    breaker, now = opened(), 0.0
    for _ in range(failed_probes):
        now = breaker.ready_at(now, 0)
        probe(breaker, now, works=False)
    now = breaker.ready_at(now, 0)
    probe(breaker, now, works=True)
    resume(breaker, now, 2)
    for _ in range(2):
        breaker.failed(now)
    assert breaker.state is BreakerState.HALF_OPEN

    breaker.failed(now)
    assert breaker.ready_at(now, 0) == now + 10.0


def test_the_next_attempt_of_an_open_breaker_is_its_probe_and_then_it_resumes():
    breaker = Breaker()
    assert (breaker.awaits_probe, breaker.probing, breaker.resuming) == (False, False, False)

    breaker = opened()
    assert (breaker.awaits_probe, breaker.probing, breaker.resuming) == (True, False, False)
    breaker.start()
    assert (breaker.awaits_probe, breaker.probing, breaker.resuming) == (False, True, False)
    breaker.succeeded(5.0)
    assert (breaker.awaits_probe, breaker.probing, breaker.resuming) == (False, False, True)


def test_once_closed_it_counts_failures_from_the_beginning():
    breaker = opened()
    probe(breaker, 5.0, works=True)
    resume(breaker, 5.0, 49)

    for _ in range(9):
        breaker.failed(6.0)
    assert breaker.state is BreakerState.CLOSED
    breaker.failed(6.0)
    assert breaker.state is BreakerState.OPEN
