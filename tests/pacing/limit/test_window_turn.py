import math

import pytest

from validator.pacing.limit.window_turn import WindowReset

UNKNOWN = WindowReset()
KNOWN = WindowReset(100.0, 110.0)


def test_nothing_is_known_at_first():
    assert not UNKNOWN.is_known
    assert KNOWN.is_known
    assert UNKNOWN.before(50.0) == UNKNOWN.after(50.0) == WindowReset(-math.inf, math.inf)


@pytest.mark.parametrize(
    ("then", "earliest"), [(100.0, 40), (100.1, 100), (160.0, 100), (160.1, 160), (40.0, -20)]
)
def test_the_last_turn_before_a_time_may_have_come_by_then(then, earliest):
    assert KNOWN.before(then) == WindowReset(earliest, earliest + 10)


@pytest.mark.parametrize(("then", "latest"), [(109.9, 110), (110.0, 170), (169.9, 170), (49.0, 50)])
def test_the_next_turn_after_a_time_may_be_still_to_come(then, latest):
    assert KNOWN.after(then) == WindowReset(latest - 10, latest)


@pytest.mark.parametrize(
    ("seen", "together"),
    [
        (WindowReset(223.0, 235.0), WindowReset(223.0, 230.0)),
        (WindowReset(215.0, 225.0), WindowReset(220.0, 225.0)),
        (WindowReset(222.0, 224.0), WindowReset(222.0, 224.0)),
        (WindowReset(200.0, 290.0), WindowReset(280.0, 290.0)),
        (WindowReset(230.0, 231.0), WindowReset(230.0, 230.0)),
    ],
)
def test_a_turn_seen_later_narrows_down_what_is_known(seen, together):
    assert KNOWN.narrowed(seen) == together


def test_a_turn_seen_at_another_time_replaces_what_was_taken_for_one():
    assert KNOWN.narrowed(WindowReset(231.0, 240.0)) == WindowReset(231.0, 240.0)


def test_the_first_turn_seen_is_what_is_known():
    assert UNKNOWN.narrowed(KNOWN) == KNOWN
