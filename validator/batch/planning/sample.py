"""Draws a random part of a list, each country in proportion."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from validator.batch.planning.plan import counts, distinct_rows
from validator.batch.recipients.job import Order
from validator.batch.recipients.recipients import askable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NO_COUNTRY = ""
"""Stands for the country of numbers that have none."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A random part of a list.

    Attributes:
        rows: one row of the list for each number drawn, the columns those of `read_recipients`.
        numbers: distinct numbers of the whole list that may be asked about, by country, most first.
    """

    rows: pl.DataFrame
    numbers: Mapping[str, int]


def draw(recipients: pl.DataFrame, size: int, *, seed: int) -> Sample:
    """Draw `size` of the distinct numbers that may be asked about; all if there are fewer.

    Each number has the same chance. A country with a share of the numbers has that share of the sample,
    rounded up or down by lot, so that small countries are neither left out nor put in always. Of the same
    list and seed, a larger sample holds the smaller one, so that its answers are known already.

    The lot of a number is its place in the shuffled country, less a start that is random for the country, as
    a part of the country's numbers; the lowest lots are drawn. This is systematic sampling with a random
    start in each stratum.

    Args:
        recipients: the rows, as `recipients.read_recipients` returns them.
        size: how many numbers to draw.
        seed: decides which.
    """
    everyone = distinct_rows(recipients.filter(askable(recipients)), Order.SHUFFLED)
    country = pl.col("country").cast(pl.String).fill_null(NO_COUNTRY)
    numbers = counts(everyone.select(country).to_series())
    start = country.replace_strict(_starts(sorted(numbers), seed), default=0.0)
    lot = (pl.int_range(1, pl.len() + 1).over("country") - start) / pl.len().over("country")
    shuffled = everyone.sample(fraction=1.0, shuffle=True, seed=seed)
    return Sample(shuffled.sort(lot, maintain_order=True).head(size), numbers)


def _starts(countries: Iterable[str], seed: int) -> dict[str, float]:
    """Return a random start for each country, 0 to 1."""
    rng = random.Random(seed)
    return {country: rng.random() for country in countries}
