"""Finds distinct numbers, and their positions in an ascending column: by sorting, without a hash table."""

from __future__ import annotations

from functools import partial

import polars as pl

from validator.pipeline import map_ahead

# How many numbers are searched at a time. The positions of fewer numbers lie farther apart, which is slower.
_PLACED_ROWS = 250_000
_NOWHERE = pl.Series([None], dtype=pl.get_index_type())


def distinct(numbers: pl.Series) -> pl.Series:
    """Return each number once, ascending. For ten million, a hash table would take twice the memory."""
    ascending = numbers.sort()
    return ascending.filter(ascending.ne_missing(ascending.shift()))


def among(numbers: pl.Series, others: pl.Series) -> pl.Series:
    """Return a mask of the numbers that are among the others, which are ascending.

    Needs no hash table. Several times as fast if `numbers` is ascending too.
    """
    if others.is_empty():
        return pl.repeat(value=False, n=len(numbers), dtype=pl.Boolean, eager=True)
    return _search(others, numbers)[1]


def places_of(known: pl.Series, numbers: pl.Series) -> pl.Series:
    """Return the position of each number among the known ones, which are ascending; null if it is not there.

    Needs no hash table, however many numbers are known.
    """
    found = _NOWHERE.new_from_index(0, len(numbers))
    if known.is_empty():
        return found
    rows = pl.DataFrame({"number": numbers}).with_row_index("row")
    few = rows.height <= _PLACED_ROWS  # one slice
    parts = map_ahead(rows.iter_slices(_PLACED_ROWS), partial(_places_of_some, known), few=few)
    for _, (asked, places) in parts:
        found.scatter(asked, places)
    return found


def _places_of_some(known: pl.Series, rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return those `row`s whose `number` is known, and its positions."""
    # Unsorted numbers would be searched all over the memory, at half the speed.
    asked = rows.drop_nulls().sort("number")
    places, hits = _search(known, asked["number"])
    return asked["row"].filter(hits), places.filter(hits)


def _search(known: pl.Series, numbers: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the possible position of each number among the known ones, and a mask of those found there."""
    searched = pl.lit(known).search_sorted(numbers).clip(upper_bound=len(known) - 1)
    places = pl.select(searched).to_series()
    return places, known[places] == numbers
