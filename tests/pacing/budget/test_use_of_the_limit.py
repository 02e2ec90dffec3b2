"""The budget against six kinds of server on a virtual clock: nothing refused, and little left unused."""

import random

import pytest

from tests.support.forms import spread
from tests.support.pacing.servers import KINDS, Later
from tests.support.pacing.simulator import Network, nothing_told, simulate
from validator.pacing.budget.paced import PacedBudget

# A minute holds 59 or 60 slots of 60.5 / 60 s.
LEAST_USE = {60: 0.983, 300: 0.99, 1000: 0.99, 2000: 0.99}


def run(kind, limit, seed, *, until_s, todo=10**9, tell=None, rate=None, **network):
    rng = random.Random(f"{kind} {limit} {seed}")
    budget = PacedBudget(now=0.0, limit_per_min=rate, rng=rng)
    server = KINDS[kind](limit, offset_s=rng.uniform(0.0, 60.0))
    return simulate(
        budget, server, Network(rng, **network), until_s=until_s, todo=todo, tell=tell, concurrency=256
    )


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "limit", "seed"), spread(KINDS, [60, 300], range(2), step=2))
def test_a_small_limit_is_used_and_nothing_refused(kind, limit, seed):
    record = run(kind, limit, seed, until_s=600.0)

    assert record.refused == []
    assert record.use(limit, 60.0, 600.0) >= LEAST_USE[limit]
    assert record.report.limit_per_min == limit


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "limit"), spread(KINDS, [1000, 2000], step=2))
def test_a_large_limit_is_used_and_nothing_refused(kind, limit):
    record = run(kind, limit, seed=1, until_s=180.0)

    assert record.refused == []
    assert record.use(limit, 60.0, 180.0) >= LEAST_USE[limit]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_window_of_the_server_ever_holds_more_than_the_limit(kind):
    record = run(kind, 300, seed=3, until_s=400.0)

    assert record.most_within(60.0) <= 300


@pytest.mark.parametrize("kind", KINDS)
def test_a_fixed_rate_holds_without_headers(kind):
    record = run(kind, 300, seed=4, until_s=300.0, tell=nothing_told, rate=300)

    assert record.refused == []
    assert record.use(300, 60.0, 300.0) >= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_slow_replies_cost_little(kind):
    record = run(kind, 300, seed=5, until_s=400.0, think_s=2.0, spread=0.8)

    assert record.refused == []
    assert record.use(300, 60.0, 400.0) >= 0.983


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "gcra, a second"])
def test_late_arrivals_now_and_then_are_not_refused(kind):
    """Two in a thousand arrive 1 to 3 s late. A burst of two cannot take three arrivals at one moment."""
    record = run(kind, 120, seed=6, until_s=1200.0, late_share=0.002)

    assert record.refused == []
    assert record.use(120, 60.0, 1200.0) >= 0.98


@pytest.mark.parametrize("limit", [60, 300, 2000])
@pytest.mark.parametrize("kind", KINDS)
def test_a_short_list_is_never_refused_and_soon_done(kind, limit):
    for todo in (1, limit // 12, limit // 2):
        record = run(kind, limit, seed=todo, until_s=600.0, todo=todo)

        assert record.refused == []
        assert record.ended_at <= todo * 60.5 / limit + 4.0
        if "gcra" not in kind:
            assert record.ended_at <= 14.0


@pytest.mark.parametrize(("kind", "resumed_at_s"), spread(KINDS, range(99, 159, 12), step=2))
def test_a_run_that_follows_another_at_once_soon_has_the_whole_limit(kind, resumed_at_s):
    """In a fixed window it has what its predecessor left, whenever that turns, and all of the next one."""
    limit, rng = 60, random.Random(f"{kind} {resumed_at_s}")
    server, network = KINDS[kind](limit, offset_s=0.0), Network(rng)
    earlier = simulate(PacedBudget(now=0.0, rng=rng), server, network, until_s=resumed_at_s - 2.0)
    later = simulate(
        PacedBudget(now=0.0, rng=rng), Later(server, resumed_at_s), network, until_s=180.0, concurrency=256
    )

    assert earlier.refused == later.refused == []
    assert later.use(limit, 0.0, 60.0) >= (0.68 if kind == "fixed window" else 0.9)
    assert later.use(limit, 60.0, 120.0) >= 0.93


@pytest.mark.slow
def test_a_restart_every_97_seconds_is_never_refused():
    rng = random.Random(7)
    server = KINDS["sliding log"](600, offset_s=0.0)
    offset_s, refused = 0.0, 0
    for _ in range(5):
        budget = PacedBudget(now=0.0, rng=rng)
        record = simulate(budget, Later(server, offset_s), Network(rng), until_s=97.0)
        refused += len(record.refused)
        offset_s += 99.0

    assert refused == 0
