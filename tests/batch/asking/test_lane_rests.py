import pytest

from validator.batch.asking.lane_rests import KEPT_S, LaneRests
from validator.batch.asking.steps import Rest


class Lane:
    def __init__(self, budget):
        self.budget = budget


ONE_KEY, OTHER_KEY = "one key", "another"


@pytest.fixture
def lanes():
    return Lane(ONE_KEY), Lane(ONE_KEY), Lane(OTHER_KEY)


@pytest.mark.parametrize(("until", "kept_until"), [(100.01, 100.01), (160.0, 100.0 + KEPT_S)])
def test_a_rest_is_kept_until_its_end_and_for_50_ms_at_most(lanes, until, kept_until):
    rests = LaneRests(lanes)
    rests.keep(lanes[0], Rest(until, "held"), 100.0)

    assert rests.get(lanes[0], 100.0) == Rest(kept_until, "held")
    assert rests.get(lanes[0], kept_until - 0.001) == Rest(kept_until, "held")
    assert rests.get(lanes[0], kept_until) is None
    assert rests.get(lanes[1], 100.0) is None


def test_what_begins_through_a_key_concerns_all_its_lanes_and_no_others(lanes):
    rests = LaneRests(lanes)
    for lane in lanes:
        rests.keep(lane, Rest(100.03), 100.0)

    rests.began(lanes[0])

    assert [rests.get(lane, 100.0) for lane in lanes] == [None, None, Rest(100.03)]

    rests.clear()

    assert rests.get(lanes[2], 100.0) is None


def test_what_ends_through_a_key_concerns_rests_that_are_longer_than_they_are_kept(lanes):
    rests = LaneRests(lanes)
    short, long = Rest(100.03), Rest(100.0 + KEPT_S)
    for lane, until in zip(lanes, (100.03, 160.0, 160.0), strict=True):
        rests.keep(lane, Rest(until), 100.0)

    rests.ended(lanes[0])

    assert [rests.get(lane, 100.0) for lane in lanes] == [short, None, long]

    rests.keep(lanes[2], Rest(100.03), 100.0)
    rests.ended(lanes[2])

    assert rests.get(lanes[2], 100.0) == short
