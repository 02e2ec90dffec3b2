"""What an overflow of an unknown limit is taken to tell, case by case."""

import math

import pytest

from validator.pacing.limit.overflow import Overflow, Phase, RejectionEvidence, estimate_limit


def after(full, *, since_turn=0, caught=1, passed=0):
    return RejectionEvidence(full=full, since_turn=since_turn, caught=caught, passed=passed)


def ramp(per_min=1000.0, **more):
    return Overflow(phase=Phase.RAMP, per_min=per_min, base_per_min=60.0, since_s=math.inf, **more)


def creep(per_min=400.0, *, base=300.0, since_s=30.0, passed_since=160, full_before=500, **more):
    return Overflow(
        phase=Phase.CREEP,
        per_min=per_min,
        base_per_min=base,
        since_s=since_s,
        passed_since=passed_since,
        full_before=full_before,
        **more,
    )


def keep(per_min=300.0, *, base=300.0, since_s=120.0, passed_since=580, full_before=300, **more):
    return Overflow(
        phase=Phase.KEEP,
        per_min=per_min,
        base_per_min=base,
        since_s=since_s,
        passed_since=passed_since,
        full_before=full_before,
        **more,
    )


def test_on_the_way_up_what_passed_in_the_minute_before_is_crept_up_from():
    assert estimate_limit(ramp(), after(600)) == (Phase.CREEP, 600)


def test_two_fifths_of_the_pace_are_kept_however_little_passed():
    assert estimate_limit(ramp(), after(399)) == (Phase.CREEP, 400)


@pytest.mark.parametrize(("caught", "per_min"), [(7, 600), (8, 0.95 * 7 / 8 * 1000)])
def test_the_share_that_was_served_counts_from_eight_in_flight_on(caught, per_min):
    assert estimate_limit(ramp(), after(600, caught=caught, passed=7)) == (
        Phase.CREEP,
        pytest.approx(per_min),
    )


@pytest.mark.parametrize(("full", "phase"), [(899, Phase.CREEP), (900, Phase.KEEP)])
def test_a_pace_that_did_not_rise_for_a_minute_is_settled_on_what_passed(full, phase):
    assert estimate_limit(ramp(), after(full)) == (phase, full)


@pytest.mark.parametrize(
    ("since_turn", "verdict"), [(300, (Phase.CREEP, 600)), (301, (Phase.KEEP, 301)), (601, (Phase.KEEP, 600))]
)
def test_what_passed_since_a_turn_is_the_limit_if_it_is_most_of_a_minutes(since_turn, verdict):
    assert estimate_limit(ramp(), after(600, since_turn=since_turn)) == verdict


@pytest.mark.parametrize(("full", "phase"), [(466, Phase.KEEP), (534, Phase.KEEP), (535, Phase.CREEP)])
def test_the_same_count_twice_is_a_limit(full, phase):
    verdict = estimate_limit(creep(), after(full))

    assert verdict[0] is phase
    if phase is Phase.KEEP:
        assert verdict[1] == min(full, 500)


def test_soon_after_the_overflow_before_a_tenth_is_given_up():
    assert estimate_limit(creep(since_s=9.9), after(100)) == (Phase.CREEP, 360)


def test_what_a_bucket_refilled_between_two_overflows_is_its_limit():
    assert estimate_limit(creep(since_s=10.0, passed_since=41), after(400)) == (
        Phase.CREEP,
        pytest.approx(246),
    )
    assert estimate_limit(creep(since_s=10.0, passed_since=41), after(240)) == (Phase.CREEP, 240)


@pytest.mark.parametrize(
    ("overflow", "least"),
    [
        (creep(since_s=30.0), 0.5 * 400),
        (keep(since_s=59.9), 0.85 * 300),
        (keep(since_s=59.9, per_min=200.0, base=200.0), 0.85 * 200),
        (keep(since_s=59.9, per_min=199.0, base=199.0), 0.7 * 199),
        (keep(since_s=60.0), 0.4 * 300),
    ],
)
def test_no_more_than_a_part_of_the_pace_is_given_up_at_once(overflow, least):
    phase, per_min = estimate_limit(overflow, after(50))

    assert (phase, per_min) == (Phase.CREEP, pytest.approx(least))


def test_no_more_than_the_pace_itself_is_left_however_much_passed():
    assert estimate_limit(keep(passed_since=700), after(350)) == (Phase.KEEP, 300)


@pytest.mark.parametrize(
    ("passed_since", "verdict"), [(539, (Phase.CREEP, 269.5)), (540, (Phase.KEEP, (270 + 300) / 2))]
)
def test_a_settled_pace_that_was_nearly_right_stays_settled(passed_since, verdict):
    """A bucket refills what was served, a window holds what passed in a minute: in the middle of both."""
    assert estimate_limit(keep(passed_since=passed_since), after(300)) == verdict


def test_a_probe_that_is_refused_goes_back_to_what_was_settled_on():
    phase, per_min = estimate_limit(keep(per_min=315.0), after(250))

    assert (phase, 0.985 * per_min) == (Phase.KEEP, pytest.approx(300))


def test_a_long_creep_is_settled_on_a_tenth_below_and_on_its_start_at_least():
    assert estimate_limit(creep(since_s=45.0), after(300)) == (Phase.KEEP, pytest.approx(360))
    assert estimate_limit(creep(since_s=45.0, base=370.0), after(300)) == (Phase.KEEP, 370)
    assert estimate_limit(creep(since_s=44.9), after(300))[0] is Phase.CREEP


@pytest.mark.parametrize(
    ("full_before", "full", "per_min"), [(281, 229, 200), (280, 229, 360), (281, 231, 360), (600, 200, 200)]
)
def test_after_a_long_creep_a_large_bucket_is_settled_on_its_refill(full_before, full, per_min):
    overflow = creep(since_s=60.0, passed_since=200, full_before=full_before)

    assert estimate_limit(overflow, after(full)) == (Phase.KEEP, pytest.approx(per_min))


def test_a_refill_beyond_the_pace_is_not_believed():
    overflow = creep(since_s=60.0, passed_since=420, full_before=900)

    assert estimate_limit(overflow, after(410)) == (Phase.KEEP, 400)
