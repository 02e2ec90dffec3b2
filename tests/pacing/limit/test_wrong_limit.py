"""Servers that allow less than they tell: the limit is learned from refusals, and the pace from that."""

import random
from functools import partial

import pytest

from tests.support.forms import amount, spread
from tests.support.pacing.runs import misled
from tests.support.pacing.servers import KINDS, Gcra, SlidingCounter
from tests.support.pacing.simulator import Network, Others, all_told, nothing_told, simulate, told_wrong
from validator.pacing.budget.paced import PacedBudget

HALF_HOUR_S = 1800.0
TWENTY_MINUTES_S = 1200.0


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "remaining"), [*((kind, None) for kind in KINDS), ("sliding log", 600)])
def test_a_limit_told_twice_too_high_is_learned_down(kind, remaining):
    record = misled(kind, 300, 1, until_s=TWENTY_MINUTES_S, told_per_min=600, remaining=remaining)

    assert record.use(300, 60.0, TWENTY_MINUTES_S) >= 0.9
    assert record.refused_share <= 0.005
    assert sum(at > 600.0 for at in record.refused) <= 8
    assert record.report.limit_per_min < 400
    assert record.report.told_by == "refusals"


@pytest.mark.slow
@pytest.mark.parametrize("kind", amount(list(KINDS)[::2], KINDS))
def test_a_limit_told_seven_times_too_high_is_learned_down_within_minutes(kind):
    record = misled(kind, 300, 1, until_s=900.0, told_per_min=2000)

    assert record.use(300, 300.0, 900.0) >= 0.85
    assert sum(at > 300.0 for at in record.refused) <= 16


@pytest.mark.slow
@pytest.mark.parametrize("limit", amount([60, 300], [60, 100, 300]))
def test_a_sliding_counter_that_does_not_round_down_costs_a_few_refusals(limit):
    """It has room for one request less than its limit; 59 of 60 are 98 %."""
    server = SlidingCounter(limit, 20.0, rounds=float)
    rng = random.Random(f"counter {limit}")
    record = simulate(PacedBudget(now=0.0, rng=rng), server, Network(rng), until_s=HALF_HOUR_S)

    assert record.use(limit, 60.0, HALF_HOUR_S) >= 0.92
    assert record.refused_share <= 0.006


@pytest.mark.slow
@pytest.mark.parametrize(
    ("delays", "tell"),
    spread([(0.02, 0.003, 0.9), (0.02, 0.05, 0.8)], [all_told, told_wrong(300), nothing_told], step=2),
)
def test_a_server_without_any_burst_refuses_once_what_its_jitter_brings(delays, tell):
    jitter_s, think_s, least_use = delays
    rng = random.Random("no burst")
    record = simulate(
        PacedBudget(now=0.0, limit_per_min=300, rng=rng),
        Gcra(300, burst=1),
        Network(rng, jitter_s=jitter_s, think_s=think_s, spread=0.2),
        until_s=HALF_HOUR_S,
        tell=tell,
    )

    assert len(record.refused) == 1
    assert record.use(300, 60.0, HALF_HOUR_S) >= least_use


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_and_never_falls_does_not_hurry_the_end_of_a_list(kind):
    """Neither at a run's begin nor where the rest of it would fit into what is told to be left."""
    run = partial(simulate, until_s=400.0, todo=330, tell=told_wrong(300, 300))
    rng = random.Random(f"never falls {kind}")
    record = run(PacedBudget(now=0.0, rng=rng), KINDS[kind](300, offset_s=20.0), Network(rng))

    assert record.refused == []
    assert record.ended_at >= 60.0


@pytest.mark.slow
def test_others_whom_no_reply_tells_of_are_given_way_to_and_followed_when_they_leave():
    for kind in ("fixed window", "token bucket", "gcra, a second"):
        rng = random.Random(f"untold others {kind}")
        record = simulate(
            PacedBudget(now=0.0, rng=rng),
            KINDS[kind](300, offset_s=20.0),
            Network(rng),
            until_s=HALF_HOUR_S,
            tell=told_wrong(300),
            others=Others(rng, 90.0, leaves_at=600.0),
        )

        assert record.refused_share <= 0.004
        assert record.use(300, 1200.0, HALF_HOUR_S) >= 0.97
