"""Draws a random part of a list, each country in proportion."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

from validator.batch.planning.plan import counts, distinct_rows
from validator.batch.recipients.job import Order
from validator.batch.recipients.recipients import askable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NO_COUNTRY = ""
_SEEDS = 2**64  # how many seeds polars has
"""The country of numbers that have none."""


class Sample(Struct, frozen=True):
    """A random part of a list.

    Attributes:
        rows: one row of the list for each drawn number, with the columns of `read_recipients`.
        numbers: how many distinct numbers of the whole list may be asked about, by country, most first.
    """

    rows: pl.DataFrame
    numbers: Mapping[str, int]


def draw(recipients: pl.DataFrame, size: int, *, seed: int) -> Sample:
    """Draw `size` of the distinct numbers that may be asked about; all if there are fewer.

    Each number has the same chance. A country has the same share of the sample as of the list, rounded up or
    down at random, so small countries are neither always left out nor always included. With the same list and
    seed, a larger sample contains the smaller one, so the answers of the smaller one are already known.

    Each number gets a lot: its position in the shuffled country, minus a random start of the country, divided
    by the number of the country's numbers. The lowest lots are drawn. This is systematic sampling with a
    random start in each stratum.

    Args:
        recipients: the rows, as `recipients.read_recipients` returns them.
        size: how many numbers to draw.
        seed: decides which numbers are drawn.
    """
    everyone = distinct_rows(recipients.filter(askable(recipients)), Order.SHUFFLED)
    country = pl.col("country").cast(pl.String).fill_null(NO_COUNTRY)
    numbers = counts(everyone.select(country).to_series())
    start = country.replace_strict(_starts(sorted(numbers), seed), default=0.0)
    lot = (pl.int_range(1, pl.len() + 1).over("country") - start) / pl.len().over("country")
    shuffled = everyone.sample(fraction=1.0, shuffle=True, seed=seed % _SEEDS)
    return Sample(shuffled.sort(lot, maintain_order=True).head(min(size, everyone.height)), numbers)


def _starts(countries: Iterable[str], seed: int) -> dict[str, float]:
    """Return a random start for each country, 0 to 1."""
    rng = random.Random(seed)
    return {country: rng.random() for country in countries}
