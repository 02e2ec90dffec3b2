"""A server whose burst is too small to steer a pace by: beside others, each request waits for its place."""

import pytest

from validator.pacing.shared_key.capacity import Reading, SmallBurst
from validator.pacing.shared_key.share import Sharing

LIMIT = 300
STEP_S = 60 / LIMIT


def reading(now, remaining, *, ordinal=100, own=LIMIT, limit=LIMIT, late_s=0.0):
    return Reading(
        now=now,
        arrived_at=now - late_s,
        limit=limit,
        remaining=remaining,
        reset_s=None,
        own=own,
        own_most=own,
        ordinal=ordinal,
    )


def small(*readings, burst=6, noticed_at=None):
    """A burst of that size that was told to be full, and then these."""
    room = SmallBurst(60.0)
    room.see(reading(0.0, burst - 1, ordinal=0))
    for each in readings:
        room.see(each)
    if noticed_at is not None:
        room.refused(noticed_at)
    return room


def test_alone_nothing_is_waited_for():
    assert small(reading(10.0, 2)).opens_at(10.0, 100) == 10.0


def test_before_any_reply_nothing_is_waited_for():
    room = SmallBurst(60.0)
    room.refused(0.0)

    assert room.opens_at(5.0, 1) == 5.0


def test_beside_others_a_request_waits_for_its_place_and_two_thirds_of_the_burst():
    room = small(reading(10.0, 1), noticed_at=10.0)

    # One for the request and 0.65 * (6 - 2) kept free, less the one that was left.
    assert room.opens_at(10.0, 100) == pytest.approx(10.0 + (1 + 2.6 - 1) * STEP_S)
    assert room.opens_at(10.0, 103) == pytest.approx(10.0 + (1 + 2.6 - 1 + 3) * STEP_S)


def test_where_enough_is_left_it_may_go_at_once():
    assert small(reading(10.0, 5), noticed_at=10.0).opens_at(10.0, 100) < 10.0


def test_the_place_is_counted_from_when_the_last_request_arrived():
    room = small(reading(10.0, 1, late_s=0.3), noticed_at=10.0)

    assert room.opens_at(10.0, 100) == pytest.approx(9.7 + 2.6 * STEP_S)


@pytest.mark.parametrize(("own", "refilled"), [(200, 200), (150, 150), (100, 150)])
def test_others_take_their_part_of_the_refill_but_no_more_than_half(own, refilled):
    room = small(reading(10.0, 1, own=own), noticed_at=10.0)

    assert room.opens_at(10.0, 100) == pytest.approx(10.0 + 2.6 * 60 / refilled)


def test_a_reply_that_overtook_another_counts():
    room = small(reading(10.0, 3, ordinal=101), reading(10.1, 0, ordinal=100), noticed_at=10.1)

    assert room.opens_at(10.1, 101) == pytest.approx(10.0 + 0.6 * STEP_S)


@pytest.mark.parametrize(("burst", "left", "noticed"), [(6, 2, False), (6, 1, True), (16, 11, True)])
def test_others_are_noticed_when_less_is_left_than_jitter_explains(burst, left, noticed):
    """Half a second of 300 a minute and two at once: four and a half of the burst."""
    room = small(reading(10.0, left), burst=burst)

    assert (room.opens_at(10.0, 200) > 10.0) is noticed


def test_others_are_gone_when_nothing_showed_them_for_two_windows():
    room = small(reading(10.0, 1))
    later = [room.opens_at(now, 3000) > now for now in (129.9, 130.0)]

    assert later == [True, False]


def test_of_a_burst_of_two_nothing_is_read_but_four_fifths_of_the_limit_are_asked_for():
    room = small(reading(10.0, 0), burst=2)
    assert room.room(10.0) == float("inf")

    room.refused(10.0)
    assert room.room(10.0) == room.room(129.9) == pytest.approx(0.8 * LIMIT)
    assert room.room(130.0) == float("inf")
    assert room.opens_at(10.0, 100) == 10.0


def test_a_larger_burst_asks_for_all_of_the_limit():
    assert small(reading(10.0, 0), burst=3, noticed_at=10.0).room(10.0) == float("inf")


@pytest.mark.parametrize(("refusals", "explained"), [(15, True), (16, False)])
def test_others_explain_refusals_of_a_burst_of_two_up_to_three_tenths(refusals, explained):
    room = small(reading(10.0, 0, own=50), burst=2)
    for _ in range(refusals):
        room.refused(10.0)

    assert room.steers is explained
    assert (room.room(10.0) < LIMIT) is explained
    room.see(reading(71.0, 0, own=50, ordinal=101))
    assert room.steers


@pytest.mark.parametrize(("burst", "steers"), [(1, False), (2, True), (3, True)])
def test_a_server_without_any_burst_tells_nothing_of_others(burst, steers):
    room = small(burst=burst)
    room.refused(1.0)

    assert room.steers is steers


def test_one_refusal_is_always_explained_by_others():
    room = small(reading(10.0, 0, own=1), burst=2)
    room.refused(10.0)

    assert room.steers


def test_a_window_that_is_small_and_full_goes_by_its_burst():
    sharing = Sharing(60.0)
    for number in range(3):
        sharing.see(reading(float(number), 5 - 2 * number, ordinal=number), LIMIT)
    sharing.refused(2.0)

    assert sharing.free(2.0, LIMIT) == LIMIT
    assert sharing.opens_at(2.0, 2) == pytest.approx(2.0 + (1 + 2.6 - 1) * STEP_S)
