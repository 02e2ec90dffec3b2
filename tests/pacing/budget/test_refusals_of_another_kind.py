"""Servers that refuse for what is in flight, shut a key out, or stand before one that allows more."""

import random

import pytest

from tests.support.forms import spread
from tests.support.pacing.runs import BOXES, in_flight, punished
from tests.support.pacing.servers import (
    KINDS,
    Gcra,
    InFlight,
    PerSecond,
)
from tests.support.pacing.simulator import (
    Busy,
    Network,
    nothing_told,
    simulate,
    told_if_passed,
)
from validator.model import NO_NOTICE, RateNotice, RateWindow
from validator.pacing import NoBudget
from validator.pacing.budget.paced import PacedBudget

TEN_MINUTES_S = 600.0
HOUR_S = 3600.0

NOTHING = RateNotice(windows=(RateWindow(limit=0, remaining=0),))
SPENT = RateNotice(windows=(RateWindow(limit=2000, remaining=0, reset_s=30.0),))
A_SECOND = RateNotice(retry_after_s=1.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limits", "refusal"),
    spread([(3, 600), (3, 2000), (1, 300), (8, 2000)], [NOTHING, NO_NOTICE, SPENT, A_SECOND], step=2),
)
def test_a_limit_on_requests_in_flight_is_used_at_the_told_pace(limits, refusal):
    most, told_per_min = limits
    record, use = in_flight(most, told_per_min=told_per_min, refusal=refusal)

    assert use >= 0.9
    assert len(record.refused) <= 20
    assert record.report.limit_per_min == told_per_min
    assert record.report.rate_per_min >= 0.5 * told_per_min


def test_three_in_flight_of_half_a_second_are_used_after_the_first_minute():
    record, use = in_flight(3, told_per_min=600, refusal=NOTHING, seed=2)

    assert use >= 0.9
    assert len(record.refused) <= 8


def test_a_limit_on_requests_in_flight_is_found_beside_a_rate_of_ones_own():
    record, use = in_flight(2, told_per_min=9000, refusal=NOTHING, rate=600, service_s=0.3)

    assert use >= 0.9
    assert record.report.told_by == "--rate"


def test_without_a_pace_fewer_are_in_flight_as_well():
    rng = random.Random("unpaced")
    record = simulate(
        NoBudget(rng=rng),
        InFlight(100, 3, 0.5),
        Busy(rng),
        until_s=TEN_MINUTES_S,
        tell=nothing_told,
        concurrency=64,
    )

    assert record.use(3 * 60 / 0.52, 60.0, TEN_MINUTES_S) >= 0.8
    assert record.report.most_in_flight < 64


@pytest.mark.slow
@pytest.mark.parametrize(("extends", "kind"), spread([False, True], BOXES, step=2))
def test_a_block_of_ten_minutes_sees_three_tries_at_most_and_ends(kind, extends):
    record, box = punished(kind, TEN_MINUTES_S, extends=extends, until_s=3 * HOUR_S)

    assert box.tries
    for block in box.tries:
        later = [at for at in block if at > block[0] + 1.0]
        assert sum(at <= block[0] + TEN_MINUTES_S for at in later) <= 3
    assert record.passed[-1] > HOUR_S


def test_a_penalty_that_each_try_extends_ends_after_few_tries():
    record, box = punished("a bucket", 90.0, extends=True, until_s=TEN_MINUTES_S)

    assert len(box.tries[0]) <= 3
    assert record.passed[-1] > box.tries[0][-1]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "block_s"), spread(BOXES, [40.0, 90.0], step=2))
def test_a_block_that_is_known_is_not_tried_again(kind, block_s):
    record, box = punished(kind, block_s, extends=True)

    assert len(box.tries) > 1
    for block in box.tries[1:]:
        assert all(at <= block[0] + 1.0 for at in block)
    assert len(record.passed) >= 1000


@pytest.mark.parametrize(("limit", "burst", "seed"), spread([200, 300], [1, 2, 6, 21], range(3), step=2))
def test_a_front_that_allows_less_than_the_provider_tells_is_learned_from(limit, burst, seed):
    """As nginx's `limit_req` before a provider with the largest plan: 300 numbers in twice their time."""
    rng = random.Random(f"front {limit} {burst} {seed}")
    record = simulate(
        PacedBudget(now=0.0, rng=rng),
        Gcra(limit, burst),
        Network(rng, jitter_s=0.006, think_s=0.003, spread=0.2),
        until_s=HOUR_S,
        todo=300,
        tell=told_if_passed(2000),
    )

    assert record.ended_at <= 2 * 300 * 60 / limit
    assert len(record.refused) <= 30


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_rate_is_not_taken_for_a_limit_on_requests_in_flight(kind):
    rng = random.Random(f"rate {kind}")
    record = simulate(
        PacedBudget(now=0.0, rng=rng),
        KINDS[kind](300, offset_s=20.0),
        Network(rng),
        until_s=HOUR_S / 6,
        tell=told_if_passed(600, A_SECOND),
    )

    assert record.report.told_by == "refusals"
    assert record.use(300, 180.0, HOUR_S / 6) >= 0.8


@pytest.mark.parametrize("refusal", [NOTHING, NO_NOTICE])
def test_a_limit_of_0_in_a_refusal_explains_nothing(refusal):
    rng = random.Random("limit of 0")
    record = simulate(
        PacedBudget(now=0.0, rng=rng),
        PerSecond(4, 2000),
        Network(rng, jitter_s=0.006, think_s=0.003, spread=0.2),
        until_s=HOUR_S,
        todo=400,
        tell=told_if_passed(2000, refusal),
    )

    assert record.report.told_by == "refusals"
    assert record.ended_at <= 2.5 * 100
    assert len(record.refused) <= 40


@pytest.mark.slow
@pytest.mark.parametrize("burst", [1, 2, 11, 21])
def test_a_front_of_the_lowest_plan_s_pace_is_come_down_to_in_a_minute(burst):
    """A count of passes that comes twice while the pace is far too high is no limit."""
    rng = random.Random(f"slow front {burst}")
    record = simulate(
        PacedBudget(now=0.0, rng=rng),
        Gcra(60, burst),
        Network(rng, jitter_s=0.006, think_s=0.003, spread=0.2),
        until_s=HOUR_S,
        todo=300,
        tell=told_if_passed(2000),
    )

    assert record.ended_at <= 1.3 * 300
