"""Removes national prefixes from whole columns of digits, by the ranges of plans (`plan_ranges`).

Rows have `plan`, `digits` and `value` as in `lookup`; `hidden`, how many of their last digits `value` leaves
out; `place`, the index of their first digits in the ranges of prefixes; and `sure`, whether the ranges were
certain so far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from validator.phone.bulk.frames import adding, beside, column_of, split, together
from validator.phone.bulk.plan_ranges import DESCRIBED_DIGITS, LEADS_OF_PLAN, PLAN_SPAN
from validator.phone.bulk.search import columns_at, of, place_among, power

if TYPE_CHECKING:
    from validator.phone.bulk.range_cache import Inlands

_PLAN, _DIGITS, _VALUE, _SURE = pl.col("plan"), pl.col("digits"), pl.col("value"), pl.col("sure")
_PLACE = pl.col("place")
# How many of the digits are in `value`.
SHOWN = _DIGITS - pl.col("hidden")
# The key of digits in the ranges of their plan; all longer digits have one, see `plan_ranges.PLAN_SPAN`.
_LONGER = pl.lit(2 * 10**DESCRIBED_DIGITS, pl.UInt64)
_DIGITS_KEY = pl.when(_DIGITS <= DESCRIBED_DIGITS).then(power(_DIGITS) + _VALUE).otherwise(_LONGER)
_KEY = pl.lit(PLAN_SPAN, pl.UInt64) * _PLAN.cast(pl.UInt64) + _DIGITS_KEY
_LEAD = _PLAN * LEADS_OF_PLAN + SHOWN
_IS_LONG = _DIGITS > DESCRIBED_DIGITS
_IS_IN_RANGES = ~_IS_LONG & (pl.col("hidden") == 0)
# What is left without the prefix, if it has a possible length.
_FITTING = (
    pl.when("fits").then(_DIGITS).otherwise("whole_digits").alias("digits"),
    pl.when("fits").then(_VALUE).otherwise("whole_value").alias("value"),
)
_WHOLE = (_DIGITS.alias("whole_digits"), _VALUE.alias("whole_value"))


def behind(digits: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return `digits` and `value` of the rest after so many digits."""
    return (_DIGITS - digits).alias("digits"), (_VALUE % power(SHOWN - digits)).alias("value")


def acts(inlands: Inlands) -> pl.Expr:
    """Return whether the plan finds a prefix, and removes it or puts digits before it."""
    return of(inlands.prefixes["acts"], _PLACE)


def placed(rows: pl.DataFrame, inlands: Inlands) -> pl.DataFrame:
    """Add `place`, by as many of the first digits as the plan's prefixes depend on."""
    lead = _said(inlands, "first_key") + _VALUE // _said(inlands, "span")
    sure = _SURE & of(inlands.prefixes["sure"], _PLACE) & _is_described(inlands)
    return adding(adding(rows, place=place_among(inlands.prefixes["key"], lead)), sure=sure)


def ranged(rows: pl.DataFrame, inlands: Inlands, *names: str) -> pl.DataFrame:
    """Add these fields of `plan_ranges.National`, which describe the digits as a national number."""
    place = column_of(rows, place_among(inlands.nationals["key"], _KEY))
    return beside(rows, *columns_at(inlands.nationals, place, *names))


def fitting(rows: pl.DataFrame, inlands: Inlands) -> pl.DataFrame:
    """Remove the national prefix if the rest has a possible length."""
    if rows.is_empty():
        return rows
    return stripped(rows.with_columns_seq(_WHOLE), inlands).with_columns_seq(_FITTING)


def stripped(rows: pl.DataFrame, inlands: Inlands) -> pl.DataFrame:
    """phonenumberutil._maybe_strip_national_prefix_carrier_code; with `viable` and `fits` of the rest."""
    rows = ranged(rows, inlands, "viable", "fits")
    acting, still = split(rows, acts(inlands))
    left = acting if acting.is_empty() else _left(acting, inlands)
    return together(still, left).with_columns_seq(sure=_SURE & _is_described(inlands))


def dropped(acting: pl.DataFrame, inlands: Inlands) -> pl.DataFrame:
    """Replace `digits` and `value` by those without the prefix, of rows in which the plan finds one."""
    drop, head, head_digits = (of(inlands.prefixes[name], _PLACE) for name in ("drop", "head", "head_digits"))
    scale = power(SHOWN - drop)
    return acting.with_columns_seq(digits=_DIGITS - drop + head_digits, value=head * scale + _VALUE % scale)


def _left(acting: pl.DataFrame, inlands: Inlands) -> pl.DataFrame:
    left = ranged(dropped(acting, inlands), inlands, "viable", "fits")
    keeps = acting["viable"] & ~left["viable"]
    return left.with_columns_seq(
        pl.when(keeps).then(acting[name]).otherwise(left[name]).alias(name)
        for name in ("digits", "value", "viable", "fits")
    )


def _is_described(inlands: Inlands) -> pl.Expr:
    """Return whether the ranges decide: `value` has all digits, or the plan describes no numbers so long.

    Of more digits than `value` has, there have to be those that the prefixes depend on.
    """
    is_longest = (of(inlands.longest, _PLAN) <= DESCRIBED_DIGITS) & (_said(inlands, "span") > 1)
    return (_IS_LONG & is_longest) | _IS_IN_RANGES


def _said(inlands: Inlands, name: str) -> pl.Expr:
    """Return a field of `plan_ranges.Lead`, by the plan and the count of digits in `value`."""
    return of(inlands.leads[name], _LEAD)
