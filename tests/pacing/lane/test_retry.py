import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.pacing import RetryBudget, RetryPolicy


def test_delays_double_from_two_seconds_at_most_to_a_minute():
    policy = RetryPolicy(rng=random.Random(1))
    for attempts, most_s in enumerate([2, 4, 8, 16, 32, 60, 60, 60], start=1):
        delays_s = [policy.delay_s(attempts) for _ in range(300)]

        assert 1 <= min(delays_s) < 1 + 0.1 * most_s
        assert 0.9 * most_s < max(delays_s) <= most_s


def test_the_longest_outage_has_no_longer_delays():
    assert 1 <= RetryPolicy(rng=random.Random(1)).delay_s(100_000) <= 60


def test_delays_come_again_from_the_same_seed():
    one, other = (RetryPolicy(rng=random.Random(5)) for _ in range(2))

    assert [one.delay_s(attempts) for attempts in (1, 2, 9)] == [other.delay_s(n) for n in (1, 2, 9)]


@pytest.mark.parametrize("most", [1, 6])
def test_attempts_are_exhausted_at_their_number(most):
    policy = RetryPolicy(max_attempts=most, rng=random.Random(1))

    assert not policy.exhausted(most - 1)
    assert policy.exhausted(most)
    assert policy.exhausted(most + 1)


def test_retries_are_a_tenth_of_first_attempts_and_the_few_there_were():
    budget = RetryBudget(share=0.1, floor=10)
    for _ in range(50):
        budget.first_attempt()

    for _ in range(15):
        budget.take(0.0)
    budget.take(0.0)  # the floor's
    assert not budget.may_retry(0.0)


def test_an_empty_budget_allows_one_retry_in_five_seconds():
    budget = RetryBudget(floor=0)
    budget.take(100.0)

    assert not budget.may_retry(100.0)
    assert budget.ready_at(100.0) == 105.0
    with pytest.raises(RuntimeError, match=r"2\.000 s before"):
        budget.take(103.0)
    budget.take(105.0)
    assert budget.ready_at(107.0) == 110.0


@pytest.mark.parametrize(
    ("saved", "count", "now", "seconds"),
    [
        (3, 0, 0.0, 0.0),
        (3, 3, 0.0, 0.0),
        (3, 4, 0.0, 0.0),
        (3, 6, 0.0, 10.0),
        (0, 1, 2.0, 3.0),
        (0, 3, 2.0, 13.0),
        (0, 3, 9.0, 10.0),
    ],
)
def test_the_time_that_retries_take_is_known_beforehand(saved, count, now, seconds):
    budget = RetryBudget(floor=0)
    if not saved:
        budget.take(0.0)
    for _ in range(10 * saved):
        budget.first_attempt()

    assert budget.time_for_s(count, now) == pytest.approx(seconds)


def test_what_first_attempts_earn_need_not_wait_for_the_floor():
    budget = RetryBudget(floor=0)
    budget.take(0.0)
    for _ in range(10):
        budget.first_attempt()

    assert budget.ready_at(1.0) == 1.0
    budget.take(1.0)
    assert budget.ready_at(1.0) == 5.0


def test_a_number_gets_six_attempts_unless_told_otherwise():
    policy = RetryPolicy(rng=random.Random(1))

    assert (policy.exhausted(5), policy.exhausted(6)) == (False, True)


def test_no_more_than_a_hundred_retries_are_saved_up():
    budget = RetryBudget()
    for _ in range(10_000):
        budget.first_attempt()
    for _ in range(100):
        assert budget.may_retry(0.0)
        budget.take(0.0)

    budget.take(0.0)  # the floor's
    assert not budget.may_retry(0.0)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.floats(0.0, 3.0)), max_size=300))
def test_retries_never_exceed_their_share_and_floor(steps):
    budget, now, firsts, retries = RetryBudget(), 0.0, 0, 0
    for is_first, pause_s in steps:
        now += pause_s
        if is_first:
            budget.first_attempt()
            firsts += 1
        elif budget.may_retry(now):
            budget.take(now)
            retries += 1

        assert retries <= 10 + 0.1 * firsts + 1 + now / 5 + 1e-6
