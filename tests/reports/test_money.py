"""What checks cost: exact, for people and for programs, wherever a run says what it would do or has done."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.support.reports.shown import lines_with, shown
from validator.reports import render_html, render_plan, render_sample, render_summary
from validator.reports.money import cost_of, money_text, plain_text

PRICE = Decimal("0.002")


@pytest.mark.parametrize(
    ("price", "checks", "text", "plain"),
    [
        ("0.002", 0, "0.00", "0"),
        ("0.002", 1, "0.002", "0.002"),
        ("0.1", 3, "0.30", "0.3"),
        ("0.0029", 1_000_000_007, "2,900,000.0203", "2900000.0203"),
        ("5", 1_234, "6,170.00", "6170"),
        ("0.000000000001", 10**9 + 1, "0.001000000001", "0.001000000001"),
        ("1000000", 10**9, "1,000,000,000,000,000.00", "1000000000000000"),
    ],
)
def test_a_cost_is_exact(price, checks, text, plain):
    cost = cost_of(Decimal(price), checks)

    assert (money_text(cost), plain_text(cost)) == (text, plain)


def test_a_summary_counts_answers_and_canaries(summary):
    priced = replace(summary, price=PRICE, calls=replace(summary.calls, canaries=3))

    assert (priced.to_json()["price"], priced.to_json()["cost"]) == ("0.002", "1.566")
    assert lines_with(shown(render_summary(priced)), "cost") == ["cost 1.566 at 0.002 a check"]


def test_the_page_says_what_it_cost_and_what_was_saved(summary):
    page = render_html(replace(summary, price=PRICE))

    assert "At 0.002 a check, the 780 answers came to 1.56; " in page
    assert "for 150 rows answered before or alike, 0.30 was saved." in page


def test_a_plan_says_what_it_costs_and_what_at_most(plan):
    priced = replace(plan, price=PRICE, calls_to_make=1_000, calls_to_confirm=0, confirmations_expected=300)

    assert (priced.to_json()["cost"], priced.to_json()["cost_at_most"]) == ("2.6", "4")
    assert "2.60 at 0.002 a check, 4.00 at most" in shown(render_plan(priced))


def test_a_sample_says_what_it_has_cost_and_what_the_whole_would(sample):
    priced = replace(sample, whole=replace(sample.whole, price=PRICE))

    assert priced.to_json()["cost"] == plain_text(PRICE * (sample.calls.answers + sample.calls.canaries))
    assert f": {money_text(priced.whole.cost)} at 0.002 a check." in shown(render_sample(priced))


def test_without_a_price_nothing_is_said(summary, plan):
    assert (summary.to_json()["cost"], plan.to_json()["cost"]) == (None, None)
    assert "a check" not in shown(render_plan(plan)) + shown(render_summary(summary)) + render_html(summary)
