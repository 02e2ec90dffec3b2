"""Respelling: the recoveries of `national_variants.SPELLINGS`, for whole columns.

A spelling matches ranges of whole numbers, and adds the same difference to all numbers of a range. So one
search finds the spelling that matches a cell, and the resulting number.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from validator.phone.bulk.frames import adding, where
from validator.phone.bulk.pattern_ranges import ranges, text_of
from validator.phone.bulk.search import SHOWN_DIGITS, of, place_among, power
from validator.phone.bulk.second_chances import NO_QUESTIONS, whole
from validator.phone.cell.national_variants import SPELLINGS, SPELT
from validator.phone.codes import REGIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from validator.phone.cell.national_variants import Spelling

_PLUS, _PLAN, _DIGITS, _VALUE = pl.col("plus"), pl.col("plan"), pl.col("digits"), pl.col("value")
_BY_00 = pl.col("by_00").cast(pl.UInt32)
# The span of the keys of a plan: a 1 before each number shows its count of digits, which is 16 at most.
_PLAN_SPAN = 2 * 10**16
_MOST_DIGITS = 16


class Respelt(NamedTuple):
    """A range of numbers that are respelt.

    Attributes:
        key: the key of the first one: a 1 and its digits, and above that, at home, the plan.
        digits: how many digits the new number has, from the calling code on; zero if nothing matches.
        first: the new number of the first one.
        after_plus: whether this also counts after a plus sign.
    """

    key: int
    digits: int = 0
    first: int = 0
    after_plus: bool = False


_TABLE = {"key": pl.UInt64(), "digits": pl.UInt32(), "first": pl.UInt64(), "after_plus": pl.Boolean()}


def respelt(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the questions of the recoveries of `SPELLINGS`."""
    by_00 = (~_PLUS & (power(_DIGITS - 2) > _VALUE)).alias("by_00")
    shown = where(cells, _DIGITS <= SHOWN_DIGITS).with_columns_seq(by_00)
    abroad, at_home = _tables()
    plan = pl.when(_DIGITS <= _MOST_DIGITS).then(_PLAN).cast(pl.UInt64)
    home = pl.lit(_PLAN_SPAN, pl.UInt64) * plan + power(_DIGITS) + _VALUE
    found = (_found(shown, abroad, power(_DIGITS - 2 * _BY_00) + _VALUE), _found(shown, at_home, home))
    is_abroad = _PLUS | pl.col("by_00") | pl.col("unmistakable")
    return pl.concat(
        _questions(some, applies)
        for some, applies in zip(found, (is_abroad, ~_PLUS | pl.col("after_plus")), strict=True)
    )


def _found(cells: pl.DataFrame, table: pl.DataFrame, key: pl.Expr) -> pl.DataFrame:
    """Return the cells in a range of the table, with the columns of that range."""
    keyed = adding(cells, key=key.fill_null(0))
    placed = adding(keyed, place=place_among(table["key"], pl.col("key")))
    matched = where(placed, of(table["digits"], pl.col("place")) > 0)
    if matched.is_empty():  # the usual case
        return matched
    said = (of(table[name], pl.col("place")).alias(f"said_{name}") for name in table.columns)
    return where(matched.with_columns_seq(said), pl.col("text").str.contains(whole(SPELT)))


def _questions(cells: pl.DataFrame, applies: pl.Expr) -> pl.DataFrame:
    if cells.is_empty():
        return NO_QUESTIONS
    value = pl.col("said_first") + pl.col("key") - pl.col("said_key")
    asked = cells.rename({"said_after_plus": "after_plus"}).with_columns_seq(applies=applies)
    asked = where(asked, pl.col("applies").fill_null(value=True))
    digits, known = pl.col("said_digits"), pl.col("applies").is_not_null()
    return asked.select_seq("at", "plan", plus=pl.lit(value=True), digits=digits, value=value, known=known)


@lru_cache(maxsize=1)
def _tables() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the ranges of all spellings in international form, and those dialled at home."""
    abroad = (row for one in SPELLINGS if one.abroad for row in _ranged(one, one.abroad, 0))
    at_home = (
        row for one in SPELLINGS for row in _ranged(one, one.at_home, _PLAN_SPAN * REGIONS.index(one.region))
    )
    return _table(abroad), _table(at_home)


def _table(rows: Iterable[Respelt]) -> pl.DataFrame:
    return pl.DataFrame([Respelt(0), *rows], _TABLE, orient="row").sort("key", "digits")


def _ranged(spelling: Spelling, pattern: str, base: int) -> list[Respelt]:
    """Return the ranges of a pattern, each followed by an empty one that begins at its end."""
    compiled = re.compile(pattern)
    return [
        row
        for size, some in ranges(pattern).items()
        for first, end in some
        for row in (
            _respelt(spelling, compiled, base + 10**size, text_of(first, size)),
            Respelt(base + 10**size + end),
        )
    ]


def _respelt(spelling: Spelling, compiled: re.Pattern[str], base: int, digits: str) -> Respelt:
    other = spelling.respelt(next(compiled.finditer(digits))).removeprefix("+")
    return Respelt(base + int(digits), len(other), int(other), spelling.after_plus)
