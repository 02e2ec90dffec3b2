import math

import pytest

from validator.pacing import Concurrency


def fed(latencies_s, most=256, **options):
    concurrency = Concurrency(most, **options)
    for latency_s in latencies_s:
        concurrency.finished(latency_s)
    return concurrency


def test_twice_what_pace_and_latency_need_may_be_in_flight():
    assert fed([0.4] * 50).allowed(3000) == 40
    assert fed([0.41] * 50).allowed(3000) == 41


def test_the_latency_is_what_95_in_100_keep_to():
    usual, slow = [0.1] * 96, [10.0] * 5

    assert fed(usual + slow).allowed(6000) == 20
    assert fed(usual[1:] + slow + [10.0]).allowed(6000) == 256


def test_until_enough_is_known_the_most_is_allowed():
    assert fed([0.1] * 19).allowed(60) == 256
    assert fed([0.1] * 20).allowed(60) == 4


def test_a_slow_provider_is_not_starved_and_not_swamped():
    assert fed([3.0] * 50).allowed(2000) == 200
    assert fed([30.0] * 50).allowed(2000) == 256


def test_a_few_are_always_allowed_but_never_more_than_the_most():
    assert fed([0.01] * 50).allowed(60) == 4
    assert fed([0.01] * 50, least=9).allowed(60) == 9
    assert fed([0.01] * 50, most=2).allowed(60) == 2


@pytest.mark.parametrize(("rate_per_min", "allowed"), [(math.inf, 256), (0.0, 4)])
def test_without_a_pace_the_most_is_allowed_and_while_held_a_few(rate_per_min, allowed):
    assert fed([1.0] * 50).allowed(rate_per_min) == allowed


def test_the_latest_latencies_count():
    assert fed([30.0] * 500 + [0.1] * 101).allowed(6000) == 20
