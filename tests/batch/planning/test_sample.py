"""A sample is a random part of a list's distinct numbers, each country in proportion."""

import os
from collections import Counter
from itertools import pairwise

import polars as pl
import pytest

from validator.batch.planning.sample import draw
from validator.batch.recipients.recipients import SCHEMA
from validator.model import Reason

FIRST = 447_700_000_000
SEEDS = int(os.environ.get("SAMPLE_SEEDS", "60"))


def rows(*, first=FIRST, **countries):
    """Recipients with so many numbers of each country."""
    named = [country for country, count in countries.items() for _ in range(count)]
    numbers = range(first, first + len(named))
    return pl.DataFrame(
        {"number": numbers, "reason": None, "line_type": "mobile", "country": named}, schema=SCHEMA
    )


def test_each_country_has_its_share_give_or_take_one():
    recipients = rows(GB=5_000, IN=3_000, BR=1_990, MT=10)

    for seed in range(20):
        sample = draw(recipients, 100, seed=seed).rows
        drawn = Counter(sample["country"])
        assert sample.height == sample["number"].n_unique() == 100
        assert abs(drawn["GB"] - 50) <= 1
        assert abs(drawn["IN"] - 30) <= 1
        assert abs(drawn["BR"] - 20) <= 1
        assert drawn["MT"] <= 1


def test_small_countries_are_drawn_as_often_as_their_share():
    """Sixty countries of five numbers beside a large one: a tenth of them, over many seeds."""
    small = {country: 5 for country in SCHEMA["country"].categories if country != "GB"}
    small = dict(list(small.items())[:60])
    recipients = rows(GB=2_700, **small)

    drawn = [
        draw(recipients, 100, seed=seed).rows.filter(pl.col("country") != "GB").height for seed in range(100)
    ]

    assert sum(drawn) / len(drawn) == pytest.approx(10, abs=1)


def test_every_number_has_the_same_chance():
    recipients = rows(GB=30, IN=15, MT=5)

    drawn = Counter(
        number for seed in range(SEEDS) for number in draw(recipients, 10, seed=seed).rows["number"]
    )

    deviation = (SEEDS * 0.2 * 0.8) ** 0.5
    assert max(abs(drawn[number] - SEEDS * 0.2) for number in recipients["number"]) < 4.5 * deviation


def test_a_list_and_a_seed_give_one_sample_whatever_the_order_of_rows():
    recipients = rows(GB=500, IN=200)

    one, same, other = (draw(recipients, 50, seed=seed).rows["number"].to_list() for seed in (1, 1, 2))

    assert one == same
    assert set(one) != set(other)
    assert draw(recipients.reverse(), 50, seed=1).rows["number"].to_list() == one


def test_a_larger_sample_holds_the_smaller_one():
    recipients = rows(GB=500, IN=200, MT=3)
    sizes = [draw(recipients, size, seed=7).rows["number"].to_list() for size in (1, 10, 11, 300, 703)]

    for smaller, larger in pairwise(sizes):
        assert larger[: len(smaller)] == smaller


@pytest.mark.parametrize("size", [20, 21, 10_000])
def test_a_sample_as_large_as_the_list_is_the_list(size):
    recipients = rows(GB=15, IN=5)

    assert set(draw(recipients, size, seed=0).rows["number"]) == set(recipients["number"])


def test_rows_that_are_not_asked_about_are_not_drawn_and_duplicates_once():
    twice = rows(GB=10)
    never = rows(first=FIRST + 100, GB=10).with_columns(
        reason=pl.lit(Reason.SUPPRESSION_LIST.value, SCHEMA["reason"])
    )
    empty = never.with_columns(number=None, country=None)

    sample = draw(pl.concat([twice, twice, never, empty.cast(SCHEMA)]), 50, seed=0).rows

    assert sorted(sample["number"]) == twice["number"].to_list()


def test_numbers_of_no_country_are_a_country_of_their_own():
    nowhere = rows(GB=10).with_columns(country=pl.lit(None, SCHEMA["country"]))

    sample = draw(pl.concat([nowhere, rows(first=FIRST + 100, GB=90)]), 50, seed=0).rows

    assert sample["country"].null_count() == 5


def test_a_list_without_numbers_gives_none():
    assert draw(rows(), 10, seed=0).rows.is_empty()


def test_the_sizes_of_countries_are_those_of_distinct_numbers():
    twice = pl.concat([rows(GB=10, IN=20), rows(GB=10, IN=20)])
    nowhere = rows(first=FIRST + 100, GB=3).with_columns(country=pl.lit(None, SCHEMA["country"]))

    assert draw(pl.concat([twice, nowhere]), 5, seed=0).numbers == {"IN": 20, "GB": 10, "": 3}
