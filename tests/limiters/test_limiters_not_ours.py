"""The command against fixed windows, sliding counters and leaky buckets of others, over real sockets."""

import pytest
from limited_check import LOWEST_PLAN_PER_MIN

from tests.support.limiters.short_runs import (
    FRONTS,
    MISLED,
    PER_MIN,
    TOLD_BY_HEADERS,
    TOLD_BY_NOBODY,
    TOLD_BY_RATE,
    WITH_ROOM,
)

pytestmark = pytest.mark.slow

# More than the lowest plan's pace, which rules where no limit is known. How much more of the limit is used
# depends on what else the machine does; `benchmarks/limiters.py` measures it.
WELL_ABOVE_PER_MIN = 2 * LOWEST_PLAN_PER_MIN


MOST_IN_FLIGHT = 8


def of(cases):
    return pytest.mark.parametrize("run", cases, indirect=True)


def is_answered_once(run):
    # A refusal interrupts: each "no" before it that nothing vouches for yet is taken back and asked again,
    # as is one that was in flight.
    calls = run.summary["calls"]
    again = calls["answers"] - calls["retracted"] - run.case.numbers
    return 0 <= again <= MOST_IN_FLIGHT if run.refusals else again == 0


def decides_every_number(run):
    calls, verdicts = run.summary["calls"], run.summary["verdicts"]
    assert verdicts["registered"] + verdicts["not_registered"] == run.case.numbers
    assert is_answered_once(run)
    # The limiter also saw the look at the session, and what was asked to see whether it tells the truth.
    assert calls["attempts"] + calls["canaries"] + 1 == len(run.exchanges)
    assert calls["refusals"] == run.refusals
    return True


@of(TOLD_BY_HEADERS)
def test_a_limit_told_by_headers_is_used_and_not_overrun(run):
    assert not run.surprises()
    assert decides_every_number(run)
    assert run.passed_per_min() >= WELL_ABOVE_PER_MIN


@of(TOLD_BY_RATE)
def test_a_limit_told_by_the_user_is_used_and_not_overrun(run):
    assert not run.surprises()
    assert decides_every_number(run)
    assert run.passed_per_min() >= WELL_ABOVE_PER_MIN


@of(TOLD_BY_NOBODY)
def test_where_nobody_tells_a_limit_the_pace_is_that_of_the_lowest_plan(run):
    assert not run.surprises()
    assert not run.refusals
    assert decides_every_number(run)


@of(MISLED)
def test_a_limit_told_too_high_costs_refusals_and_no_verdict(run):
    assert not run.surprises()
    assert run.refusals
    assert decides_every_number(run)


@of(FRONTS)
def test_a_front_that_refuses_on_its_own_is_learned_from(run):
    assert not run.surprises()
    assert run.refusals
    assert is_answered_once(run)
    assert not run.summary["verdicts"]["unknown"]


@of(WITH_ROOM)
def test_a_short_list_that_the_window_has_room_for_is_not_spread_out(run):
    assert not run.surprises()
    assert not run.refusals
    assert decides_every_number(run)
    assert run.passed_per_min() > PER_MIN
