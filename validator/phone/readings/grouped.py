"""Cells whose groups of digits show how they were meant, whatever their column shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from validator.phone import answers
from validator.phone.bulk.frames import beside, column_of, kept, once_each
from validator.phone.bulk.second_chances import hold_no_code
from validator.phone.cell.grouping import spells_grouping_of, spells_own_grouping
from validator.phone.codes import REGIONS
from validator.phone.readings.rules import BARE, DIGITS
from validator.phone.readings.slots import CODE_TOO_MANY, VALID_BIT, Outcome, Slot

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


def without_beside(claims: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Leave out the claims of a lost plus sign to a number of the region with a few digits beside it.

    The same applies if the digits are split within what would be their calling code. Such a cell is no
    evidence either, so this comes before the cells are counted.
    """
    rows = claims["row"]
    lost = (claims["slot"] == int(Slot.PLUS_LOST)) & (cells["answer"][rows] < answers.FIRST_VALID)
    if not lost.any():
        return claims
    doubted = hold_no_code(cells[["text", "plan"]][rows.filter(lost)])
    return kept(claims, ~lost.scatter(lost.arg_true(), doubted))


def _plain_where(
    cells: pl.DataFrame, doubted: pl.Expr, names: tuple[str, ...], stands: Callable[..., bool]
) -> pl.DataFrame:
    """Read doubted cells as they stand if `stands` is true for them; each distinct cell is tested once."""
    rows = column_of(cells, doubted.arg_true())
    if rows.is_empty():
        return cells
    plain = once_each(cells[list(names)][rows], stands)
    return beside(cells, cells["outcome"].scatter(rows.filter(plain), int(Outcome.PLAIN)))
