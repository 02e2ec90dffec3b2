"""A limit that nobody tells: looked for where that is asked for, and never otherwise."""

import random

import pytest

from tests.support.pacing.runs import FOUND_S, finding
from tests.support.pacing.servers import KINDS
from tests.support.pacing.simulator import Network, all_told, nothing_told, only_retry_after, simulate
from validator.model import RateNotice, RateWindow
from validator.pacing.budget.paced import PacedBudget


@pytest.mark.slow
@pytest.mark.parametrize("limit", [60, 150, 300])
@pytest.mark.parametrize("kind", KINDS)
def test_within_three_windows_the_limit_is_found_and_used_with_few_refusals(kind, limit):
    record = finding(kind, limit, seed=1, until_s=600.0)

    assert record.use(limit, FOUND_S, 600.0) >= 0.9
    assert record.refused_share < 0.01
    assert record.report.told_by == "--rate find"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_large_limit_is_found_as_well(kind):
    record = finding(kind, 1000, seed=2, until_s=420.0)

    assert record.use(1000, 240.0, 420.0) >= 0.9
    assert record.refused_share < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sliding log", "token bucket"])
def test_the_largest_plan_is_reached_in_three_windows_and_not_exceeded(kind):
    record = finding(kind, 2000, seed=3, until_s=300.0)

    assert record.refused == []
    assert record.use(2000, 190.0, 300.0) >= 0.99
    assert max(b - a for a, b in zip(record.starts[:-1], record.starts[1:], strict=True)) < 1.1


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_without_even_a_retry_after_it_costs_a_few_refusals_more(kind):
    """With a burst of two, what passed before two refusals may be the same by chance, as in a window."""
    record = finding(kind, 150, seed=4, until_s=600.0, tell=nothing_told)

    assert record.use(150, FOUND_S, 600.0) >= (0.85 if kind == "gcra, a second" else 0.9)
    assert record.refused_share < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("limit", [60, 120])
def test_a_small_window_of_which_nothing_is_told_costs_less_than_one_call_in_a_hundred(limit):
    records = [finding("fixed window", limit, seed, until_s=600.0, tell=nothing_told) for seed in range(8)]

    assert max(record.refused_share for record in records) < 0.01
    assert min(record.use(limit, FOUND_S, 600.0) for record in records) >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "limit", "seed", "tell"),
    [
        # It shuts for seconds and then opens, as if it were a fixed window of half the limit.
        ("sliding counter", 60, 12, nothing_told),
        # Refused and slowed down several times, it serves less than its limit from one refusal to the next.
        ("sliding counter", 75, 34, only_retry_after),
        # It overflows at three times its limit, and tells its turn only to the second.
        ("fixed window", 300, 11, only_retry_after),
        # Settled a little too high, it is refused just before each of its turns.
        ("fixed window", 60, 7, nothing_told),
    ],
)
def test_each_single_run_uses_nine_tenths_with_less_than_one_refusal_in_a_hundred(kind, limit, seed, tell):
    record = finding(kind, limit, seed, until_s=600.0, tell=tell)

    assert record.use(limit, FOUND_S, 600.0) >= 0.9
    assert record.refused_share < 0.01


@pytest.mark.slow
def test_an_hour_of_probing_costs_next_to_nothing():
    record = finding("sliding log", 150, seed=5, until_s=3600.0)

    assert record.use(150, FOUND_S, 3600.0) >= 0.97
    assert len(record.refused) <= 16


@pytest.mark.parametrize("kind", KINDS)
def test_a_limit_that_is_told_is_obeyed_and_not_looked_for(kind):
    record = finding(kind, 300, seed=6, until_s=200.0, tell=all_told)

    assert record.refused == []
    assert record.use(300, 60.0, 200.0) >= 0.985
    assert (record.report.limit_per_min, record.report.told_by) == (300, "headers")


@pytest.mark.parametrize("tell", [nothing_told, only_retry_after])
def test_unasked_nothing_beyond_the_lowest_plan_is_tried(tell):
    rng = random.Random(7)
    server = KINDS["sliding log"](2000, 0.0)
    record = simulate(PacedBudget(now=0.0, rng=rng), server, Network(rng), until_s=900.0, tell=tell)

    assert record.most_within(60.0) <= 60
    assert (record.report.limit_per_min, record.report.told_by) == (60, "the gateway's default")


def test_a_limit_told_in_the_middle_of_a_search_ends_it():
    budget = PacedBudget(now=0.0, find=True, rng=random.Random(1))
    for now in (0.0, 100.0):
        budget.finish(budget.start(now), now + 0.1)
    assert budget.report(120.0).limit_per_min > 300

    notice = RateNotice(windows=(RateWindow(limit=120, remaining=100),))
    budget.finish(budget.start(budget.ready_at(120.0, 9)), 121.0, notice)
    report = budget.report(121.0)
    assert (report.limit_per_min, report.told_by) == (120, "headers")
    assert budget.report(600.0).limit_per_min == 120


def test_a_ceiling_is_not_searched_beyond():
    budget = PacedBudget(now=0.0, limit_per_min=100, find=True, rng=random.Random(1))
    for now in (0.0, 100.0, 300.0):
        budget.finish(budget.start(now), now + 0.1)

    assert (budget.report(300.0).limit_per_min, budget.report(300.0).told_by) == (100, "--rate")


def test_a_search_begins_at_our_share_of_the_lowest_plan_when_the_budget_does():
    budget = PacedBudget(now=1000.0, find=True, share=0.5, rng=random.Random(1))

    assert [budget.report(1000.0 + at).limit_per_min for at in (0, 60, 84)] == pytest.approx([30, 30, 60])


def test_the_wait_that_a_refusal_tells_reaches_the_search():
    budget = PacedBudget(now=0.0, find=True, rng=random.Random(1))
    for second in range(40):
        now = budget.ready_at(second * 1.1, 10**6)
        budget.finish(budget.start(now), now)
    now = budget.ready_at(now, 10**6)
    budget.finish(budget.start(now), now, RateNotice(retry_after_s=10.0), refused=True)

    # The window turns in ten seconds, so that it holds 40: settled, not crept up from.
    assert budget.report(now).limit_per_min == budget.report(now + 300.0).limit_per_min == pytest.approx(39.4)


def test_a_small_window_found_shut_again_is_waited_for_and_the_report_says_so():
    budget = PacedBudget(now=0.0, find=True, rng=random.Random(1))
    now, starts = 0.0, []
    for _ in range(85):
        now = budget.ready_at(now, 10**6)
        starts.append(now)
        budget.finish(budget.start(now), now)
    for _ in range(2):
        now = budget.ready_at(now, 10**6)
        budget.finish(budget.start(now), now, refused=True)

    opens_at = starts[-60] + 60.5
    assert opens_at < budget.ready_at(now, 10**6) <= opens_at + 0.1 * (opens_at - now)
    assert budget.report(now).hold_reason == "a full minute of the provider's is waited for"
