import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.batch.asking.queue import Queue

FIRST = 447_700_900_020
ANY_TIME = {"retries_from": lambda now: now}
LATER = {"retries_from": lambda _: 15.0}


def queue_of(count):
    return Queue(range(FIRST, FIRST + count), count)


def test_fresh_numbers_come_in_their_order():
    queue = queue_of(3)

    assert [queue.take(0.0, **ANY_TIME).number for _ in range(3)] == [FIRST, FIRST + 1, FIRST + 2]
    assert len(queue) == 0


def test_an_empty_queue_is_never_ready():
    assert queue_of(0).ready_at(5.0, **ANY_TIME) == math.inf


def test_a_returned_check_goes_behind_all_others_and_is_no_retry():
    queue = queue_of(3)
    checks = [queue.take(0.0, **ANY_TIME) for _ in range(2)]
    checks[0].is_retry = True

    queue.give_back(checks[0])
    queue.park(checks[1], 10.0)

    assert queue.take(10.0, **ANY_TIME) is checks[1]
    assert queue.take(10.0, **ANY_TIME).number == FIRST + 2
    assert queue.take(10.0, **ANY_TIME) is checks[0]
    assert not checks[0].is_retry


def test_returned_checks_take_turns():
    queue = queue_of(2)
    checks = [queue.take(0.0, **ANY_TIME) for _ in range(2)]
    for check in checks:
        queue.give_back(check)

    queue.give_back(queue.take(0.0, **ANY_TIME))

    assert [queue.take(0.0, **ANY_TIME) for _ in range(2)] == checks[::-1]


def test_a_parked_check_waits_for_its_time_and_lets_others_pass():
    queue = queue_of(2)
    parked = queue.take(0.0, **ANY_TIME)
    queue.park(parked, 10.0)

    assert (queue.parked, len(queue)) == (1, 2)
    assert queue.ready_at(1.0, **ANY_TIME) == 1.0
    assert queue.take(1.0, **ANY_TIME).number == FIRST + 1
    assert queue.ready_at(1.0, **ANY_TIME) == 10.0
    assert queue.take(10.0, **ANY_TIME) is parked
    assert parked.is_retry


def test_a_parked_check_that_is_due_comes_before_a_fresh_one():
    queue = queue_of(2)
    parked = queue.take(0.0, **ANY_TIME)
    queue.park(parked, 10.0)

    assert queue.take(10.0, **ANY_TIME) is parked


def test_a_due_retry_waits_for_the_budget_of_retries():
    queue = queue_of(1)
    parked = queue.take(0.0, **ANY_TIME)
    queue.park(parked, 10.0)

    assert queue.ready_at(11.0, **LATER) == 15.0
    assert queue.ready_at(16.0, **LATER) == 16.0


def test_without_budget_for_a_retry_a_fresh_number_goes_first():
    queue = queue_of(2)
    parked = queue.take(0.0, **ANY_TIME)
    queue.park(parked, 10.0)

    assert queue.take(11.0, **LATER).number == FIRST + 1
    assert queue.take(15.0, **LATER) is parked


def test_among_equals_the_first_parked_comes_first():
    queue = queue_of(3)
    checks = [queue.take(0.0, **ANY_TIME) for _ in range(3)]
    for check in reversed(checks):
        queue.park(check, 5.0)

    assert [queue.take(5.0, **ANY_TIME) for _ in range(3)] == checks[::-1]


@given(st.lists(st.sampled_from(["park", "give back", "settle"]), max_size=60), st.integers(1, 10))
def test_no_number_is_lost_or_handed_out_twice_at_once(fates, count):
    queue, settled, now = queue_of(count), [], 0.0
    for fate in [*fates, *["settle"] * (count + len(fates))]:
        if (now := queue.ready_at(now, **ANY_TIME)) == math.inf:
            break
        check = queue.take(now, **ANY_TIME)
        match fate:
            case "park":
                queue.park(check, now + 1)
            case "give back":
                queue.give_back(check)
            case _:
                settled.append(int(check.number))

    assert sorted(settled) == list(range(FIRST, FIRST + count))


@pytest.mark.parametrize("number", [0, 10**15])
def test_what_is_no_number_does_not_get_out(number):
    with pytest.raises(ValueError, match="7 to 15 digits"):
        Queue([number], 1).take(0.0, **ANY_TIME)
