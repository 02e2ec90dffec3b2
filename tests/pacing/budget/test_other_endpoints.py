"""What endpoints other than the check say of limits: they may have their own, or cached replies."""

import math
import random

import pytest

from validator.model import RateNotice, RateWindow
from validator.pacing.budget.paced import PacedBudget

MANY = 10**6


def notice(limit, remaining, reset_s=30.0, window_s=60.0):
    return RateNotice(
        windows=(RateWindow(limit=limit, remaining=remaining, reset_s=reset_s, window_s=window_s),)
    )


def new(**options):
    return PacedBudget(now=0.0, rng=random.Random(1), **options)


def ask(budget, now, told, *, is_check=True, refused=False):
    """Make one request as soon as it may start; return when."""
    at = max(now, budget.ready_at(now, MANY))
    budget.finish(budget.start(at, is_check=is_check), at + 0.1, told, refused=refused)
    return at


def spacing_s(budget, now):
    """Return the time from one check to the next, once the limit of checks has been told."""
    first = ask(budget, now, notice(300, 290))
    return budget.ready_at(first + 0.1, MANY) - first


@pytest.mark.parametrize("told", [notice(10, 0), notice(10, 9), notice(1000, 999, window_s=3600.0)])
def test_the_limit_of_another_endpoint_does_not_rule_checks_once_one_is_answered(told):
    budget = new()
    ask(budget, 0.0, told, is_check=False)
    first = ask(budget, 0.1, notice(300, 299))

    assert first <= 7.0
    assert budget.report(first + 1.0).limit_per_min == 300
    assert spacing_s(budget, first + 1.0) <= 60.5 / 300


@pytest.mark.parametrize("told", [notice(10, 0), notice(300, 0), notice(100, 0, 3600.0, 86_400.0)])
def test_later_looks_at_a_session_change_nothing_for_checks(told):
    budget = new()
    now = ask(budget, 0.0, notice(300, 299))
    for _ in range(5):
        now = ask(budget, now + 2.0, told, is_check=False)

    assert budget.report(now).limit_per_min == 300
    assert budget.report(now).hold_until is None
    assert spacing_s(budget, now + 1.0) <= 60.5 / 300


def test_until_a_check_is_answered_the_word_of_another_endpoint_is_gone_by():
    budget = new()
    ask(budget, 0.0, notice(2000, 1999), is_check=False)

    assert budget.report(0.2).limit_per_min == 2000
    assert budget.report(0.2).told_by == "headers"


def test_a_check_that_tells_no_limit_leaves_the_other_word_in_force():
    budget = new()
    ask(budget, 0.0, notice(2000, 1999), is_check=False)
    ask(budget, 1.0, RateNotice())

    assert budget.report(2.0).limit_per_min == 2000


def test_requests_to_other_endpoints_count_in_the_window_of_the_key():
    budget = new(limit_per_min=10)
    for _ in range(9):
        ask(budget, 0.0, RateNotice(), is_check=False)

    assert budget.report(50.0).used_per_min == 9


def test_a_refusal_of_another_endpoint_holds_the_key_and_says_nothing_of_the_pace():
    budget = new(limit_per_min=600)
    for now in (0.0, 30.0, 60.0, 90.0):
        at = ask(budget, now, RateNotice(retry_after_s=5.0), is_check=False, refused=True)
        assert budget.report(at + 0.1).hold_until >= at + 5.0
        ask(budget, at + 6.0, RateNotice())

    assert budget.report(math.floor(at) + 100.0).limit_per_min == 600
    assert budget.report(math.floor(at) + 100.0).rate_per_min == pytest.approx(600 * 60 / 60.5)
