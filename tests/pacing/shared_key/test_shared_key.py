"""Another client on the same key: it is given way to without refusals, and what it leaves is used."""

import random

import pytest

from tests.support.forms import amount, spread
from tests.support.pacing.runs import TELLING, alone, shared
from tests.support.pacing.servers import KINDS
from tests.support.pacing.simulator import Client, Network, Others, run, simulate
from validator.model import NO_NOTICE, RateNotice, RateWindow
from validator.pacing.budget.paced import PacedBudget
from validator.pacing.shared_key.capacity import margin

SEEDS = amount((1, 2), (1, 2, 3))


def totals(records, limit, since_s, until_s):
    """The share of our calls that was refused, and the mean use of what was free."""
    refused = sum(len(record.refused) for record in records)
    calls = refused + sum(len(record.passed) for record in records)
    return refused / calls, sum(r.use_of_free(limit, since_s, until_s) for r in records) / len(records)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "share"), spread(TELLING, [0.1, 0.3], step=2))
def test_a_shared_key_is_hardly_ever_refused_and_what_is_free_is_used(kind, share):
    records = [shared(kind, 300, seed, share=share, until_s=600.0) for seed in SEEDS]
    refused, use = totals(records, 300, 60.0, 600.0)

    assert refused <= 0.001, SEEDS
    assert use >= 0.8, SEEDS


@pytest.mark.slow
def test_others_beside_us_from_the_start_are_given_way_to_before_the_kind_of_server_shows():
    for seed in SEEDS:
        record = shared("gcra, a tenth", 2000, seed, share=0.3, until_s=45.0)

        assert record.refused == [], seed


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_where_remaining_tells_nothing_refusals_slow_down_and_the_run_goes_on(kind):
    refused, use = totals(
        [shared(kind, 300, seed, share=0.3, until_s=400.0) for seed in SEEDS], 300, 60.0, 400.0
    )

    assert refused <= 0.015, SEEDS
    assert use >= 0.6, SEEDS


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_when_others_leave_their_part_is_taken_back(kind):
    record = shared(kind, 300, 4, share=0.3, until_s=560.0, comes_at=100.0, leaves_at=260.0)

    assert record.others[-1] > 250.0
    # A burst of a second says nothing of others: the search for a lower limit has to come back from it.
    assert record.use(300, 440.0, 560.0) >= (0.85 if kind == "gcra, a second" else 0.97)


@pytest.mark.slow
@pytest.mark.parametrize("kind", TELLING)
def test_bunches_and_spells_of_others_are_seldom_refused_to_us(kind):
    bunches = shared(kind, 300, 5, share=0.2, until_s=400.0, bunch=5)
    spells = shared(kind, 300, 5, share=0.3, until_s=400.0, on_s=50.0, off_s=70.0)

    for record in (bunches, spells):
        assert record.refused_share <= 0.005
        assert record.use_of_free(300, 60.0, 400.0) >= 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_an_outage_looks_like_nobody_else(kind):
    rng = random.Random(f"outage {kind}")
    budget = PacedBudget(now=0.0, rng=rng)
    server = KINDS[kind](300, offset_s=rng.uniform(0.0, 60.0))
    record = simulate(budget, server, Network(rng), until_s=400.0, outages=((100.0, 130.0), (200.0, 205.0)))

    assert record.refused == []
    assert record.use(300, 270.0, 400.0) >= 0.985


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "gcra, a second"])
def test_two_runs_with_a_share_each_use_the_key_together_without_refusals(kind):
    rng = random.Random(f"shares {kind}")
    shares = (0.3, 0.7)
    budgets = [PacedBudget(now=0.0, share=share, rng=rng) for share in shares]
    clients = [Client(budget, Network(rng), 10**9, 256) for budget in budgets]
    run(clients, KINDS[kind](300, offset_s=20.0), until_s=400.0)

    for client, share in zip(clients, shares, strict=True):
        assert client.record.refused == []
        assert client.record.use(share * 300, 60.0, 400.0) >= 0.98
        assert client.record.report.limit_per_min == share * 300


def test_others_come_as_often_as_they_say():
    for habits in ({}, {"bunch": 5}):
        times = list(Others(random.Random(1), 600.0, leaves_at=3000.0, **habits).times())
        assert len(times) == pytest.approx(30_000, rel=0.1)


MANY = 10**6


def ask(budget, now, notice=NO_NOTICE, **end):
    now = max(now, budget.ready_at(now, MANY))
    budget.finish(budget.start(now), now + 0.1, notice, **end)
    return now


def rate_per_min(budget, now, notice=NO_NOTICE):
    """The pace after a request with that reply."""
    ask(budget, now, notice)
    return budget.report(now).rate_per_min


def told(limit, remaining):
    return RateNotice(windows=(RateWindow(limit=limit, remaining=remaining),))


def warm(limit=600):
    """A budget that was answered once and has a few requests behind it."""
    budget = PacedBudget(now=0.0, rng=random.Random(1))
    for number in range(3):
        ask(budget, float(number), told(limit, limit - 1 - number))
    return budget


FULL_PACE = 600 * 60 / 60.5


def test_the_pace_follows_what_others_leave():
    budget = warm()

    assert rate_per_min(budget, 10.0, told(600, 596)) == pytest.approx(FULL_PACE)
    assert rate_per_min(budget, 20.0, told(600, 300)) < FULL_PACE * 305 / 600
    assert rate_per_min(budget, 30.0, told(600, 420)) < FULL_PACE * 305 / 600
    assert rate_per_min(budget, 55.0, told(600, 420)) > FULL_PACE * 410 / 600


@pytest.mark.parametrize(
    ("remaining", "at", "slows"), [(0, 45.0, False), (500, 20.0, True), (None, 20.0, True)]
)
def test_a_refusal_that_others_do_not_explain_slows_the_pace(remaining, at, slows):
    budget = warm()
    ask(budget, 10.0, told(600, remaining), refused=True)

    # By then nothing is left of the hold's steps, and of the least room where that is what slowed.
    assert (rate_per_min(budget, at, told(600, 596)) < 0.98 * FULL_PACE) is slows
    assert rate_per_min(budget, 100.0, told(600, 596)) > 0.98 * FULL_PACE


def test_what_was_sent_after_a_request_is_not_in_what_its_reply_leaves_over():
    """Three are in the window, two more on their way: the first of them is the third's successor."""
    budget = warm()
    first = budget.start(10.0)
    for now in (10.2, 10.4, 10.6):
        budget.start(budget.ready_at(now, MANY))
    budget.finish(first, 10.7, told(600, 300))

    room = 4 + 300 - margin(600 - 304, 60.0)
    assert budget.report(10.7).rate_per_min == pytest.approx(room * 60 / 60.5)


def test_a_fixed_window_that_others_have_filled_is_waited_for():
    budget = warm()
    for now, remaining, reset_s in ((10.0, 100, 5.0), (16.0, 590, 59.0), (30.0, 4, 45.0)):
        window = RateWindow(limit=600, remaining=remaining, reset_s=reset_s)
        ask(budget, now, RateNotice(windows=(window,)))

    assert budget.ready_at(30.5, MANY) == pytest.approx(75.1)
    assert budget.ready_at(76.0, MANY) == 76.0


def test_a_pace_nobody_told_is_slowed_by_refusals_too():
    budget = PacedBudget(now=0.0, rng=random.Random(1))
    ask(budget, 0.0)
    ask(budget, 10.0, refused=True)

    assert rate_per_min(budget, 20.0) < 0.99 * 60 * 60 / 60.5


def test_what_remains_of_no_told_limit_says_nothing_of_others():
    budget = warm()

    assert rate_per_min(budget, 10.0, RateNotice(windows=(RateWindow(remaining=3),))) == pytest.approx(
        FULL_PACE
    )
    assert rate_per_min(budget, 20.0, told(0, 3)) == pytest.approx(FULL_PACE)
    assert rate_per_min(budget, 30.0, told(600, None)) == pytest.approx(FULL_PACE)


@pytest.mark.slow
def test_a_key_that_is_ours_is_never_taken_for_shared():
    for kind in KINDS:
        record = alone(kind, 300, 9, until_s=300.0)
        assert record.refused == []
        assert record.use(300, 60.0, 300.0) >= 0.99
