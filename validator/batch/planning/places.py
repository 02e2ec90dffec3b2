"""Finds the positions of numbers in an ascending column: by binary search, without a hash table."""

from __future__ import annotations

import polars as pl

# How many numbers are searched at a time. The positions of fewer numbers lie farther apart, which is slower.
_PLACED_ROWS = 1_000_000
_NOWHERE = pl.Series([None], dtype=pl.get_index_type())


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
    parts = (
        _places_of_some(known, part.to_series()) for part in numbers.to_frame().iter_slices(_PLACED_ROWS)
    )
    return pl.concat([_nowhere(0), *parts], rechunk=True)


def _places_of_some(known: pl.Series, numbers: pl.Series) -> pl.Series:
    if known.is_empty():
        return _nowhere(len(numbers))
    # Unsorted numbers would be searched all over the memory, at half the speed.
    asked = pl.DataFrame({"number": numbers}).with_row_index("row").drop_nulls().sort("number")
    places, hits = _search(known, asked["number"])
    return _nowhere(len(numbers)).scatter(asked["row"].filter(hits), places.filter(hits))


def _nowhere(rows: int) -> pl.Series:
    return _NOWHERE.new_from_index(0, rows)


def _search(known: pl.Series, numbers: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the possible position of each number among the known ones, and a mask of those found there."""
    searched = pl.lit(known).search_sorted(numbers).clip(upper_bound=len(known) - 1)
    places = pl.select(searched).to_series()
    return places, known[places] == numbers
