"""What every budget promises, whatever paces it."""

import math
import random

import pytest

from validator.model import RateNotice, RateWindow
from validator.pacing import NoBudget
from validator.pacing.budget.paced import PacedBudget

BUDGETS = {
    "paced": lambda: PacedBudget(now=0.0, rng=random.Random(1)),
    "fixed": lambda: PacedBudget(now=0.0, limit_per_min=600, rng=random.Random(1)),
    "finding": lambda: PacedBudget(now=0.0, find=True, rng=random.Random(1)),
    "unpaced": lambda: NoBudget(rng=random.Random(1)),
}


@pytest.fixture(params=BUDGETS)
def budget(request):
    return BUDGETS[request.param]()


def refuse(budget, now, **notice):
    budget.finish(budget.start(now), now, RateNotice(**notice), refused=True)


def hold_s(budget, now):
    return budget.report(now).hold_until - now


def test_the_first_request_may_start_at_once(budget):
    assert budget.ready_at(0.0, 1) <= 0.0
    assert budget.start(0.0).started_at == 0.0


@pytest.mark.parametrize(
    ("asked_s", "least_s"),
    [(30.0, 30.0), (3600.0, 3600.0), (0.25, 1.0), (0.0, 1.0), (-5.0, 1.0), (math.nan, 1.0), (None, 1.0)],
)
def test_a_refusal_holds_as_long_as_asked_and_a_second_at_least(budget, asked_s, least_s):
    refuse(budget, 0.0, retry_after_s=asked_s)

    assert least_s <= hold_s(budget, 0.0) <= 1.1 * least_s


@pytest.mark.parametrize("asked_s", [1e18, math.inf])
def test_an_absurd_wait_is_held_for_years_and_stays_finite(budget, asked_s):
    refuse(budget, 0.0, retry_after_s=asked_s)

    assert 365 * 86_400 < budget.ready_at(0.0, 1) < math.inf


SPENT = RateWindow(limit=60, remaining=0, reset_s=45.0)


@pytest.mark.parametrize("retry_after_s", [2.0, 0.0, 50.0])
def test_retry_after_decides_alone_where_it_makes_sense(budget, retry_after_s):
    """The reset of a token bucket is when it is full: a minute after the next request fits."""
    refuse(budget, 0.0, windows=(SPENT,), retry_after_s=retry_after_s)

    assert max(retry_after_s, 1.0) <= hold_s(budget, 0.0) <= 1.1 * max(retry_after_s, 1.0)


@pytest.mark.parametrize("retry_after_s", [None, -1.0, math.nan])
def test_without_it_the_reset_of_a_spent_window_does(budget, retry_after_s):
    refuse(budget, 0.0, windows=(SPENT,), retry_after_s=retry_after_s)

    assert 45.0 <= hold_s(budget, 0.0) <= 1.1 * 45.0


@pytest.mark.parametrize("remaining", [None, 3])
def test_the_reset_of_a_window_that_is_not_spent_holds_nothing(budget, remaining):
    refuse(budget, 0.0, windows=(RateWindow(limit=60, remaining=remaining, reset_s=45.0),))

    assert hold_s(budget, 0.0) < 1.2


def test_of_several_spent_windows_the_last_to_be_full_decides(budget):
    refuse(budget, 0.0, windows=(SPENT, RateWindow(limit=9, remaining=0, reset_s=80.0), SPENT))

    assert hold_s(budget, 0.0) >= 80.0


def test_nothing_starts_before_a_hold_ends(budget):
    refuse(budget, 0.0, retry_after_s=30.0)
    ends = budget.ready_at(0.0, 1)

    with pytest.raises(RuntimeError, match="before"):
        budget.start(ends - 0.001)
    assert budget.start(ends)


def test_a_hold_is_never_shortened_by_a_later_refusal(budget):
    refuse(budget, 0.0, retry_after_s=0.0)
    now = budget.ready_at(0.0, 2)
    first = budget.start(now)
    budget.finish(first, now, RateNotice(retry_after_s=120.0), refused=True)
    ends = budget.report(now).hold_until

    assert budget.ready_at(now + 1, 1) == ends
    assert budget.ready_at(now + 100, 1) == ends


def test_the_pace_is_that_of_the_report_and_none_while_requests_are_held(budget):
    before = budget.rate_per_min(0.0), budget.report(0.0).rate_per_min
    refuse(budget, 0.0, retry_after_s=30.0)

    assert before[0] == before[1] > 0.0
    assert budget.rate_per_min(10.0) == budget.report(10.0).rate_per_min == 0.0
    assert budget.rate_per_min(100.0) == budget.report(100.0).rate_per_min > 0.0


def test_the_report_says_why_and_how_long_requests_are_held(budget):
    refuse(budget, 0.0, retry_after_s=30.0)
    held = budget.report(10.0)
    later = budget.report(100.0)

    assert "asking for 30 s" in held.hold_reason
    assert (held.held_s, held.rate_per_min) == (10.0, 0.0)
    assert (later.hold_until, later.hold_reason) == (None, "")
    assert later.last_hold_reason == held.last_hold_reason == held.hold_reason
    assert 30.0 <= later.held_s <= 33.0
    assert (later.started, later.refused) == (1, 1)


def test_where_nothing_was_ever_held_there_is_no_reason(budget):
    assert (budget.report(0.0).hold_reason, budget.report(0.0).last_hold_reason) == ("", "")


def test_two_holds_add_up_in_the_report(budget):
    refuse(budget, 0.0, retry_after_s=10.0)
    refuse(budget, 100.0, retry_after_s=10.0)

    assert 20.0 <= budget.report(200.0).held_s <= 22.0


def holds_in_a_row(budget, count, *, by_front=False, **notice):
    now, holds = 0.0, []
    for _ in range(count):
        permit = budget.start(now)
        budget.finish(permit, now, RateNotice(**notice), refused=True, by_front=by_front)
        holds.append(hold_s(budget, now))
        now = budget.ready_at(now, 1)
    return holds


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        ({}, [1, 2, 120, 480, 1800, 1800, 1800]),
        ({"retry_after_s": 3.0}, [3, 3, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1800, 1800, 1800]),
        ({"by_front": True}, [1, 2, 4, 8, 16, 32, 60, 60, 60]),
    ],
    ids=["no wait is named", "a wait is named in vain", "a front answers 503"],
)
def test_refusals_in_a_row_lengthen_the_hold(budget, refusal, expected):
    """Without a named wait the third pause is minutes: each try may prolong a penalty."""
    holds = holds_in_a_row(budget, len(expected), **refusal)

    for held, least_s in zip(holds, expected, strict=True):
        assert least_s <= held <= 1.1 * least_s


def test_a_long_pause_is_reported_with_its_reason(budget):
    holds_in_a_row(budget, 3)

    assert budget.report(5.0).hold_reason == ("the provider refused 3 requests in a row, and names no wait")


def test_a_block_that_was_met_before_is_sat_out_without_another_try(budget):
    ends = sum(holds_in_a_row(budget, 3))
    budget.finish(budget.start(ends), ends)
    refuse(budget, ends + 60.0)

    assert hold_s(budget, ends + 60.0) >= 123.0


def side_by_side(budget, now):
    """Have some requests pass two at a time, so that it is not their number that is refused."""
    budget.finish(budget.start(now), now)
    for _ in range(3):
        earlier = budget.start(now := budget.ready_at(now, 10**6))
        later = budget.start(now := budget.ready_at(now, 10**6))
        budget.finish(earlier, now)
        budget.finish(later, now)
    return now


def test_an_answer_after_a_hold_starts_the_doubling_anew(budget):
    refuse(budget, 0.0)
    refuse(budget, 10.0)
    budget.finish(budget.start(20.0), 20.1)
    refuse(budget, 30.0)

    assert hold_s(budget, 30.0) <= 1.1


def test_requests_refused_together_count_as_one_refusal(budget):
    budget.finish(budget.start(0.0), 0.1)
    tickets, now = [], 2.0
    for _ in range(3):
        now = max(now, budget.ready_at(now, 9))
        tickets.append(budget.start(now))
    for permit in tickets:
        budget.finish(permit, now, refused=True)

    assert hold_s(budget, now) <= 1.1
    assert budget.report(now).refused == 3


def test_an_answer_to_a_request_from_before_the_hold_does_not_end_the_row(budget):
    budget.finish(budget.start(0.0), 0.1)
    straggler = budget.start(2.0)
    refuse(budget, 4.0)
    budget.finish(straggler, 4.5)
    refuse(budget, 10.0)

    assert hold_s(budget, 10.0) >= 2.0


def test_a_straggler_refused_after_the_row_ended_still_holds_a_second(budget):
    now = side_by_side(budget, 0.0)
    straggler = budget.start(now + 2.0)
    refuse(budget, now + 4.0)
    budget.finish(budget.start(now + 10.0), now + 10.1)

    budget.finish(straggler, now + 20.0, refused=True)

    assert hold_s(budget, now + 20.0) >= 1.0


def test_a_cancelled_request_leaves_no_trace(budget):
    permit = budget.start(0.0)
    budget.cancel(permit, 0.0)

    assert budget.ready_at(0.0, 1) <= 0.0
    assert (budget.report(0.0).started, budget.report(0.0).used_per_min) == (0, 0)


@pytest.mark.parametrize("end", ["finish", "cancel"])
def test_a_request_ends_once(budget, end):
    permit = budget.start(0.0)
    getattr(budget, end)(permit, 0.1)

    with pytest.raises(KeyError):
        budget.finish(permit, 0.2)
    with pytest.raises(KeyError):
        budget.cancel(permit, 0.2)


def test_the_report_counts_the_starts_of_the_last_minute(budget):
    budget.finish(budget.start(0.0), 0.1)
    budget.finish(budget.start(30.0), 30.1)

    assert [budget.report(at).used_per_min for at in (31.0, 59.0, 62.0, 95.0)] == [2, 2, 1, 0]
