"""Cells whose groups of digits show how they were meant, whatever their column shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from validator.phone import answers
from validator.phone.bulk.frames import once_each
from validator.phone.cell.grouping import (
    BESIDE,
    CUT_CODE,
    spells_grouping_of,
    spells_own_grouping,
    stands_beside,
)
from validator.phone.codes import REGIONS
from validator.phone.readings.rules import BARE, DIGITS, PLAN
from validator.phone.readings.slots import CODE_TOO_MANY, VALID_BIT, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

# The bits of a signature for the readings with one calling code too many.
_CODE_TOO_MANY = sum(1 << VALID_BIT + slot for slot in CODE_TOO_MANY)
_IS_LINE = pl.col("answer") >= answers.FIRST_VALID


def as_grouped(cells: pl.DataFrame) -> pl.DataFrame:
    """Read cells as they stand if their digits are grouped as their country groups them."""
    by_itself = _IS_LINE & ~pl.col("stands_abroad") & (pl.col("text").str.len_bytes() > DIGITS)
    doubted = by_itself & (pl.col("outcome") != Outcome.PLAIN)
    cells = _plain_where(cells, doubted & BARE, ("text", "number", "plan"), _is_grouped)
    again = doubted & ~BARE & (pl.col("signature") & _CODE_TOO_MANY > 0)
    return _plain_where(cells, again, ("text", "number"), spells_grouping_of)


def _is_grouped(text: str, number: int, plan: int) -> bool:
    return spells_own_grouping(text, number, REGIONS[plan])


def as_beside(cells: pl.DataFrame) -> pl.DataFrame:
    """Do not assume a lost plus sign if one or two digits are beside a number in its region's groups.

    The same applies if the digits are split within what would be their calling code.
    """
    lost = ~_IS_LINE & (pl.col("outcome") == Outcome.PLUS_LOST)
    is_cut = lost & pl.col("text").str.contains(CUT_CODE)
    plain = pl.when(is_cut).then(int(Outcome.PLAIN)).otherwise("outcome")
    cells = cells.with_columns(outcome=plain.cast(cells["outcome"].dtype))
    beside = lost & PLAN.is_not_null() & pl.col("text").str.contains(BESIDE)
    return _plain_where(cells, beside, ("text", "plan"), _is_beside)


def _is_beside(text: str, plan: int) -> bool:
    return stands_beside(text, REGIONS[plan])


def _plain_where(
    cells: pl.DataFrame, doubted: pl.Expr, names: tuple[str, ...], stands: Callable[..., bool]
) -> pl.DataFrame:
    """Read doubted cells as they stand if `stands` is true for them; each distinct cell is tested once."""
    rows = cells.select(doubted.arg_true()).to_series()
    if rows.is_empty():
        return cells
    plain = once_each(cells[list(names)][rows], stands)
    return cells.with_columns(cells["outcome"].scatter(rows.filter(plain), int(Outcome.PLAIN)))
