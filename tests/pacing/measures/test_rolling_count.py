from hypothesis import given, settings
from hypothesis import strategies as st

from validator.pacing.measures.rolling_count import RollingCount


def test_a_thing_counts_for_its_window_and_no_longer():
    count = RollingCount(60.0)
    for at in (0.5, 0.6, 30.0):
        count.add(at)

    assert [count.total(at) for at in (30.0, 59.9, 60.0, 89.9, 90.0)] == [3, 3, 1, 1, 0]


def test_a_thing_taken_back_no_longer_counts():
    count = RollingCount(60.0)
    for at in (1.0, 2.0, 2.0):
        count.add(at)
    count.take_back(2.0)

    assert count.total(3.0) == 2
    assert count.total(61.5) == 1
    assert count.total(62.5) == 0


def test_what_has_left_the_window_is_taken_back_without_effect():
    count = RollingCount(60.0)
    count.add(1.0)
    count.add(100.0)
    assert count.total(100.0) == 1

    count.take_back(1.0)
    assert count.total(100.0) == 1


def test_clearing_forgets():
    count = RollingCount(60.0)
    count.add(1.0)
    count.clear()

    assert count.total(1.0) == 0


@settings(max_examples=50)
@given(st.lists(st.floats(0.0, 30.0), max_size=200))
def test_the_count_is_right_to_a_step_of_the_window(pauses_s):
    count, times, now = RollingCount(60.0), [], 0.0
    for pause_s in pauses_s:
        now += pause_s
        count.add(now)
        times.append(now)

        assert (
            sum(at > now - 59.0 for at in times) <= count.total(now) <= sum(at > now - 60.0 for at in times)
        )
    assert len(count._counts) <= 60
