"""Look-ups: places in tables, for whole columns at once."""

from __future__ import annotations

import polars as pl

# Digits that go into 64 bits.
SHOWN_DIGITS = 19
_POWERS = pl.Series([10**exponent for exponent in range(SHOWN_DIGITS + 1)], dtype=pl.UInt64)


def of(table: pl.Series, place: pl.Expr) -> pl.Expr:
    """Return what the table has in that place, null where it is too short."""
    return pl.lit(table).gather(place, null_on_oob=True)


def place_among(starts: pl.Series, key: pl.Expr) -> pl.Expr:
    """Return the place of the range that the key lies in, by where ranges start: the first at zero."""
    return pl.lit(starts).search_sorted(key, side="right") - 1


def power(exponent: pl.Expr) -> pl.Expr:
    """Return ten to it, null where it is below zero (a wrapped UInt32) or beyond `SHOWN_DIGITS`."""
    return of(_POWERS, exponent)
