"""A first look at a column: the cells that are digits with common punctuation, which are most of them."""

from __future__ import annotations

import polars as pl
from msgspec import Struct

from validator.model import MIN_DIGITS
from validator.phone.bulk.frames import beside, column_of, holding, split
from validator.phone.bulk.search import SHOWN_DIGITS
from validator.phone.bulk.second_chances import counted, only_digits
from validator.phone.cell.grouping import LIST_ITEM, STRAY_DIGIT
from validator.phone.cell.reading import PLAIN
from validator.phone.codes import PLAN_OF_REGION

# libphonenumber refuses text of more than 250 characters, and a recovery may add one.
_MOST_BYTES = 200

_TEXT, _DIGITS, _VALUE, _PLUS = pl.col("text"), pl.col("digits"), pl.col("value"), pl.col("plus")
# Comparisons read the first bytes of a text alone.
_IS_PLUSSED = (_TEXT >= "+") & (_TEXT < ",")
# The last digit stands alone, perhaps because it belongs to something else.
HAS_STRAY = (_TEXT.str.len_bytes() > MIN_DIGITS) & _TEXT.str.contains(STRAY_DIGIT)
_IS_LISTED = _TEXT.str.contains(LIST_ITEM)
_IS_SHOWN = _VALUE.is_not_null() & (_DIGITS <= SHOWN_DIGITS)


class FirstLook(Struct, frozen=True):
    """The cells of a column by what they are at first sight; cells in none of these are left out.

    Attributes:
        empty: the row numbers (UInt32) of cells without text.
        plain: cells of digits with punctuation, in frames of `row`, `text`, `plan`, and `plus`, `digits` and
            `value` as `lookup.look_up` takes them.
        stray: the row numbers (UInt32) of plain cells whose last digit stands alone. If it makes a valid
            number with the others, the cell has to be read by itself.
        dressed: the row numbers (UInt32) of cells with anything else.
    """

    empty: pl.Series
    plain: tuple[pl.DataFrame, ...]
    stray: pl.Series
    dressed: pl.Series


def first_look(cells: pl.DataFrame) -> FirstLook:
    """Return a first look at cells: `text` (String, no white space around it) and `region` (Enum or null)."""
    rows = cells.select_seq("text", PLAN_OF_REGION, value=_as_integer(_TEXT), plus=_IS_PLUSSED)
    rows = rows.with_row_index("row")
    bare, rest = split(rows.with_columns_seq(digits=_TEXT.str.len_bytes() - _PLUS), _IS_SHOWN)
    rest, empty = split(rest, _TEXT.is_not_null())
    rest, _ = split(rest, _DIGITS <= _MOST_BYTES)
    # Most punctuation is spaces: cells that are digits without spaces need no further test.
    spaced, rest = split(_unspaced(rest[["row", "text", "plan", "plus"]]), _IS_SHOWN)
    punctuated, dressed = split(rest, _TEXT.str.contains(rf"^(?:{PLAIN.pattern})$"))
    punctuated, _ = split(punctuated, ~_IS_LISTED)
    stray = [some["row"].filter(holding(some, HAS_STRAY)) for some in (spaced, punctuated)]
    plain = (bare, spaced, with_digits(punctuated, pl.col("unspaced")))
    return FirstLook(empty["row"], plain, pl.concat(stray), dressed["row"])


def with_digits(rows: pl.DataFrame, core: pl.Expr) -> pl.DataFrame:
    """Add `digits` and `value` of the core, which is digits with punctuation."""
    number = column_of(rows, only_digits(core).alias("number")).to_frame()
    return beside(rows, *number.select_seq(counted(pl.col("number"))))


def _as_integer(text: pl.Expr) -> pl.Expr:
    return text.str.to_integer(dtype=pl.UInt64, strict=False)


def _unspaced(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the text without its spaces, `unspaced`, and its `value` and `digits`, if it is digits."""
    rows = rows.with_columns_seq(unspaced=_TEXT.str.replace_all(" ", "", literal=True))
    unspaced = pl.col("unspaced")
    counts = {"value": _as_integer(unspaced), "digits": unspaced.str.len_bytes() - _PLUS}
    return rows.with_columns_seq(**counts)
