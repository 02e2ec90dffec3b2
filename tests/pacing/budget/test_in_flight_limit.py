import math

import pytest

from validator.pacing.budget.in_flight_limit import FIRST_PROBE_AFTER_S, InFlightLimit


@pytest.fixture
def limit():
    """One that has seen up to three in flight pass, and four once."""
    limit = InFlightLimit()
    for count in (1, 2, 3) * 5 + (4,):
        limit.passed(count)
    return limit


def test_a_refusal_beside_more_than_ever_passed_leaves_one_fewer(limit):
    assert limit.most(9.0) == math.inf
    assert limit.refused(4, 9.0, 10.0)
    assert limit.most(10.0) == 3


def test_of_those_refused_together_the_least_counts(limit):
    limit.refused(6, 9.0, 10.0)
    limit.refused(4, 8.9, 10.1)
    limit.refused(5, 9.5, 10.2)

    assert limit.most(10.2) == 3


def test_of_those_refused_together_the_first_may_count_one_too_few(limit):
    assert not limit.refused(3, 9.0, 10.0)
    assert limit.refused(4, 9.2, 10.2)

    assert limit.most(10.2) == 3


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_refusal_with_as_many_as_usually_pass_is_something_else(limit, count):
    assert not limit.refused(count, 9.0, 10.0)
    assert limit.most(10.0) == math.inf


def test_a_refusal_alone_ends_a_limit_that_was_found(limit):
    limit.refused(4, 9.0, 10.0)

    assert not limit.refused(1, 20.0, 21.0)
    assert limit.most(21.0) == math.inf


def test_more_are_tried_after_two_minutes_and_later_again_after_a_refusal(limit):
    limit.refused(4, 9.0, 10.0)
    waits = [limit.most(10.0 + times * FIRST_PROBE_AFTER_S) for times in range(5)]
    assert waits == [3, 4, 6, 9, 13]

    probe_at = 10.0 + FIRST_PROBE_AFTER_S
    assert limit.refused(4, probe_at, probe_at + 1.0)
    assert limit.most(probe_at + 1.0 + FIRST_PROBE_AFTER_S) == 3
    assert limit.most(probe_at + 1.0 + 2 * FIRST_PROBE_AFTER_S) == 4
