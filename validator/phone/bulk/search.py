"""Look-ups in tables, for whole columns at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

# The digits that fit into 64 bits.
SHOWN_DIGITS = 19
# With fewer digits, phonenumberutil._is_viable_phone_number depends on the characters between them.
FEWEST_DIALLED_DIGITS = 3
_POWERS = pl.Series([10**exponent for exponent in range(SHOWN_DIGITS + 1)], dtype=pl.UInt64)


def of(table: pl.Series, place: pl.Expr) -> pl.Expr:
    """Return the value at this index of the table, null if the table is too short."""
    return pl.lit(table).gather(place, null_on_oob=True)


def columns_at(table: pl.DataFrame, place: pl.Series, *names: str) -> list[pl.Series]:
    """Return these columns of the table at each index, null if the table is too short."""
    places = place.to_frame()
    return places.select_seq(of(table[name], pl.first()).alias(name) for name in names).get_columns()


def place_among(starts: pl.Series, key: pl.Expr) -> pl.Expr:
    """Return the index of the range that holds the key, given the starts of all ranges; the first is zero."""
    return pl.lit(starts).search_sorted(key, side="right") - 1


def by_number(numbers: pl.Series, answer: Callable[[int], int], dtype: pl.DataType) -> pl.Series:
    """Return the answer for each number; it is asked once about equal numbers. None of them is null."""
    distinct = numbers.unique().sort()
    return pl.Series([answer(one) for one in distinct], dtype=dtype)[distinct.search_sorted(numbers)]


def power(exponent: pl.Expr) -> pl.Expr:
    """Return ten to this power, null if it is below zero (a wrapped UInt32) or above `SHOWN_DIGITS`."""
    return of(_POWERS, exponent)
