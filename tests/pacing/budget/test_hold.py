import random

import pytest

from validator.pacing.budget.hold import KeyBackoff


class Least(random.Random):
    """Always draws the least."""

    def uniform(self, a, b):  # noqa: ARG002
        return a


def refused(now=100.0, asked_s=10.0):
    hold = KeyBackoff(Least())
    hold.refuse(now, now, asked_s)
    return hold


def test_nothing_held_means_full_pace_and_no_time_lost():
    hold = KeyBackoff(Least())

    assert (hold.pace(5.0), hold.held_s(5.0), hold.reason) == (1.0, 0.0, "")


def test_the_reason_names_the_time_asked_for_only_if_there_was_one():
    assert refused().reason == "the provider refused a request for its rate, asking for 10 s"
    assert refused(asked_s=0.0).reason == "the provider refused a request for its rate"


def test_after_a_hold_the_pace_is_half_and_a_tenth_more_every_five_seconds_up_to_all_of_it():
    hold = refused()

    paces = [hold.pace(110.0 + after_s) for after_s in (-5.0, 0.0, 4.9, 5.0, 24.9, 25.0, 500.0)]
    assert paces == pytest.approx([0.5, 0.5, 0.5, 0.6, 0.9, 1.0, 1.0])


@pytest.mark.parametrize(("asked_s", "step_s"), [(0.2, 1.0), (1.0, 1.0), (3.0, 3.0), (5.0, 5.0), (90.0, 5.0)])
def test_each_step_is_as_long_as_the_hold_was_from_one_second_to_five(asked_s, step_s):
    hold = refused(asked_s=asked_s)
    ends = hold.until

    assert hold.pace(ends + step_s - 0.01) == 0.5
    assert hold.pace(ends + step_s + 0.01) == pytest.approx(0.6)
    assert hold.pace(ends + 5 * step_s + 0.01) == 1.0


def test_a_hold_that_was_prolonged_counts_from_its_beginning():
    hold = refused(asked_s=2.0)
    hold.keep(101.5, 2.0, "longer")

    assert (hold.pace(106.9), hold.pace(107.1)) == (0.5, pytest.approx(0.6))


def test_a_hold_is_tried_when_a_request_from_after_it_has_passed():
    hold = KeyBackoff(Least())
    assert hold.is_tried

    hold.keep(100.0, 10.0, "why")
    hold.passed(109.9)
    assert not hold.is_tried
    hold.passed(110.0)
    assert hold.is_tried


def test_a_hold_that_begins_when_another_ends_is_counted_after_it():
    hold = refused()
    hold.keep(110.0, 5.0, "again")

    assert (hold.held_s(112.0), hold.held_s(200.0)) == (12.0, 15.0)


def test_a_hold_within_a_hold_that_ends_later_prolongs_it():
    hold = refused()
    hold.keep(104.0, 10.0, "longer")
    hold.keep(105.0, 9.0, "as long")
    hold.keep(105.0, 2.0, "shorter")

    assert (hold.until, hold.reason, hold.held_s(200.0)) == (114.0, "longer", 14.0)


@pytest.mark.parametrize(("started_at", "doubled"), [(109.9, True), (110.0, False)])
def test_a_request_from_when_the_hold_ended_on_ends_the_row(started_at, doubled):
    hold = refused()
    hold.passed(started_at)
    hold.refuse(120.0, 120.0, 0.0)

    assert hold.until == (122.0 if doubled else 121.0)


def holds_of(hold, count, *, by_front=False):
    """Return how long each of some refusals in a row holds, each sent when the hold before it has ended."""
    now, waits = 100.0, []
    for _ in range(count):
        hold.refuse(now, now, 0.0, by_front=by_front)
        waits.append(hold.until - now)
        now = hold.until
    return waits


def test_the_first_hold_may_be_longer_and_doubles():
    assert holds_of(KeyBackoff(Least(), first_hold_s=60.0), 4) == [60.0, 120.0, 240.0, 480.0]
    assert holds_of(KeyBackoff(Least()), 4) == [1.0, 2.0, 120.0, 480.0]


def test_what_stands_before_the_provider_holds_as_long_whatever_the_provider_is():
    assert holds_of(KeyBackoff(Least(), first_hold_s=60.0), 3, by_front=True) == [1.0, 2.0, 4.0]
