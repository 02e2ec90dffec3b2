"""The share of the whole, from a sample: what it has to say in the corners, and how often it is right."""

import os
import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.batch.output.estimate import Estimate, Stratum, estimate
from validator.batch.planning.sample import draw
from validator.batch.recipients.recipients import SCHEMA
from validator.phone import COUNTRIES

# The figure of docs/sample.md is that of SAMPLE_LISTS=1000.
LISTS = int(os.environ.get("SAMPLE_LISTS", "150"))


def stratum(numbers, answered, registered):
    return Stratum(numbers=numbers, answered=answered, registered=registered)


def test_nothing_answered_says_nothing():
    assert estimate([stratum(1_000, 0, 0), stratum(5, 0, 0)]) is None
    assert estimate([]) is None


@pytest.mark.parametrize(("registered", "share"), [(0, 0.0), (40, 0.4), (100, 1.0)])
def test_everybody_answered_is_the_share_itself(registered, share):
    assert estimate([stratum(100, 100, registered)]) == Estimate(share, share, share)


def test_everybody_answered_in_each_of_many_countries_is_the_share_itself():
    found = estimate([stratum(1, 1, place % 2) for place in range(40)] + [stratum(60, 60, 60)])

    assert (found.share, found.low, found.high) == pytest.approx((0.8, 0.8, 0.8))


def test_wilsons_interval_of_a_small_part_of_a_large_whole():
    """Wilson's interval of 81 of 263 is 0.2553 to 0.3662 (Newcombe 1998, table I)."""
    found = estimate([stratum(10**9, 263, 81)])

    # The spread is taken with two answers more at the same share, which moves the fourth digit.
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=4e-4)


@pytest.mark.parametrize(("registered", "low", "high"), [(0, 0.0, 0.0126), (300, 0.9874, 1.0)])
def test_a_share_of_none_or_all_has_an_interval_on_its_open_side(registered, low, high):
    found = estimate([stratum(10**7, 300, registered)])

    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_a_sample_that_is_most_of_the_whole_is_sharper():
    wide, narrow = (estimate([stratum(numbers, 300, 150)]) for numbers in (10**6, 330))

    assert narrow.high - narrow.low < (wide.high - wide.low) / 2.5


def test_countries_weigh_as_the_list_has_them():
    """What is missing in one country does not count for the others."""
    found = estimate([stratum(9_000, 300, 270), stratum(1_000, 100, 10)])

    assert found.share == pytest.approx(0.9 * 0.9 + 0.1 * 0.1)


def test_countries_that_differ_are_sharper_than_one_that_is_mixed():
    apart = estimate([stratum(5_000, 150, 147), stratum(5_000, 150, 3)])
    mixed = estimate([stratum(10_000, 300, 150)])

    assert apart.share == mixed.share
    assert apart.high - apart.low < (mixed.high - mixed.low) / 2


def test_countries_without_an_answer_are_taken_for_like_the_other_small_ones():
    small = [stratum(100, 3, 3), stratum(50, 0, 0), stratum(10, 0, 0)]

    assert estimate([stratum(1_000, 30, 15), *small]) == estimate([stratum(1_160, 33, 18)])
    assert estimate([stratum(1_000, 30, 15), stratum(200, 10, 10), *small]).share == pytest.approx(
        (1_000 * 0.5 + 360) / 1_360, abs=0.0
    )


def strata():
    def answers(numbers):
        return st.integers(0, numbers).flatmap(
            lambda answered: st.tuples(st.just(numbers), st.just(answered), st.integers(0, answered))
        )

    return st.lists(st.integers(1, 5_000).flatmap(answers), max_size=12)


@given(strata())
@pytest.mark.slow
def test_the_interval_holds_the_share_and_all_that_was_seen(parts):
    found = estimate(stratum(*part) for part in parts)

    numbers, answered, registered = (sum(part[place] for part in parts) for place in range(3))
    if not answered:
        assert found is None
        return
    assert 0 <= found.low <= found.share + 1e-9
    assert found.share - 1e-9 <= found.high <= 1
    assert found.low >= registered / numbers - 1e-9
    assert found.high <= 1 - (answered - registered) / numbers + 1e-9


def drawn_estimate(rng):
    """Estimate the share of a list that is made up; return the estimate and the truth."""
    countries = rng.sample(COUNTRIES, rng.choice([1, 2, 4, 12]))
    weights = [rng.expovariate(1) + 0.01 for _ in countries]
    usual = rng.uniform(0.05, 0.95)
    shares = {country: rng.betavariate(8 * usual, 8 * (1 - usual)) for country in countries}
    chosen = rng.choices(countries, weights, k=round(10 ** rng.uniform(2.7, 4)))
    whole = pl.DataFrame({"country": chosen, "yes": [rng.random() < shares[one] for one in chosen]})
    recipients = pl.DataFrame(
        {"number": range(447_400_000_000, 447_400_000_000 + whole.height), "country": chosen},
        schema={name: SCHEMA[name] for name in ("number", "country")},
    ).with_columns(whole["yes"], reason=pl.lit(None, SCHEMA["reason"]))
    sample = draw(recipients, rng.choice([100, 300, 500]), seed=rng.randrange(2**32)).rows
    asked = sample.group_by("country").agg(answered=pl.len(), registered=pl.col("yes").sum())
    parts = (
        whole.group_by("country")
        .len("numbers")
        .join(asked.cast({"country": pl.String}), on="country", how="left")
    )
    found = estimate(Stratum(**part) for part in parts.drop("country").fill_null(0).iter_rows(named=True))
    return found, whole["yes"].mean()


@pytest.mark.slow
def test_the_interval_covers_the_truth_in_95_of_100_lists():
    rng = random.Random(20)
    found = [drawn_estimate(rng) for _ in range(LISTS)]

    covered = sum(one.low - 1e-12 <= truth <= one.high + 1e-12 for one, truth in found) / LISTS
    below = sum(truth < one.share for one, truth in found) / LISTS
    # Of fewer lists the figure itself is less sharp: twice its own standard error is allowed.
    slack = 0.01 if LISTS >= 1_000 else 2 * (0.95 * 0.05 / LISTS) ** 0.5
    assert abs(covered - 0.95) <= slack
    assert abs(below - 0.5) <= 0.5 / LISTS**0.5 * 2.5
