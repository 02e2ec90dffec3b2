"""Second chances: the `recoveries` for cells that are not valid as they stand, for whole columns.

Each becomes a question to `lookup.look_up`: `at` (the index of the cell), `plan`, `plus`, `digits`, `value`,
and `known`, which is false if only reading the cell by itself can show whether the recovery applies.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from validator.phone.bulk.frames import beside, column_of, kept, once_each, split, together, where
from validator.phone.bulk.pattern_ranges import UnreadablePattern, merged, ranges
from validator.phone.bulk.search import FEWEST_DIALLED_DIGITS, SHOWN_DIGITS, power
from validator.phone.cell.grouping import MAY_HOLD_NO_CODE, holds_no_code
from validator.phone.cell.numbering import has_length, national_forms
from validator.phone.cell.recoveries import (
    BARE_DIGITS,
    FEWEST_DIGITS,
    INTERNATIONAL,
    PREFIX_00,
    PREFIX_011,
    UNMISTAKABLE_DIGITS,
    ZERO_IN_BRACKETS,
)
from validator.phone.codes import REGIONS

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

# A core ends with its last digit, before a bracket that follows.
_ZERO_IN_BRACKETS = r"\(\s*0\s*(?:\)|$)"
_TEXT, _DIGITS, _VALUE, _PLAN = pl.col("text"), pl.col("digits"), pl.col("value"), pl.col("plan")
_CORE, _PLUS, _APPLIES = pl.col("core"), pl.col("plus"), pl.col("applies")
_UNMISTAKABLE, _TRUE = pl.col("unmistakable"), pl.lit(value=True)
_SHOWN = pl.min_horizontal(_DIGITS, SHOWN_DIGITS).cast(pl.UInt32)
# One pattern where there were two: polars keeps 32 compiled patterns, and compiling one takes longer than
# searching thousands of cells for it.
_IS_ZERO_IN_BRACKETS = rf"(?s)^(?:{INTERNATIONAL.pattern}).*{ZERO_IN_BRACKETS.pattern}"
_IS_BEHIND_PREFIX = rf"^(?:{PREFIX_00.pattern}|{PREFIX_011.pattern})$"
# The characters of a core other than digits, and what replaces each.
_PUNCTUATION = pl.Series([list(" ()-/+.[]~*")])
_NOTHING = pl.Series([[""] * _PUNCTUATION[0].len()])
QUESTION = {
    "at": pl.UInt32(),
    "plan": pl.UInt32(),
    "plus": pl.Boolean(),
    "digits": pl.UInt32(),
    "value": pl.UInt64(),
    "known": pl.Boolean(),
}
NO_QUESTIONS = pl.DataFrame(schema=QUESTION)


def without_zero_in_brackets(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the questions of the recovery `zero_in_brackets`."""
    applies = _TEXT.str.contains(_IS_ZERO_IN_BRACKETS) & (_DIGITS > FEWEST_DIALLED_DIGITS)
    return _questions(cells, applies, _PLUS, only_digits(_CORE.str.replace(_ZERO_IN_BRACKETS, "")))


def with_plus(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the questions of `prefix_00`, `prefix_011` and `lost_plus`; at most one applies to a cell."""
    prefixed, others = split(cells, power(_SHOWN - 1) > _VALUE)
    return together(_behind_prefix(prefixed), _lost_plus(others))


def _behind_prefix(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the questions of `prefix_00` and `prefix_011`, for cells that begin with a zero."""
    by_00 = power(_SHOWN - 2) > _VALUE
    enough_by_011 = has_digits(_TEXT, 3 + UNMISTAKABLE_DIGITS)
    enough = pl.when(by_00).then(_DIGITS >= 2 + FEWEST_DIALLED_DIGITS).otherwise(enough_by_011)
    number = only_digits(_CORE).str.slice(pl.when(by_00).then(2).otherwise(3))
    return _questions(cells, enough & _TEXT.str.contains(_IS_BEHIND_PREFIX), _TRUE, number)


def _lost_plus(cells: pl.DataFrame) -> pl.DataFrame:
    lost = (_UNMISTAKABLE & _TEXT.str.contains(whole(BARE_DIGITS))).alias("lost")
    cells = where(cells.with_columns_seq(lost), pl.col("lost").fill_null(value=True))
    return _as_dialled(kept(cells, ~hold_no_code(cells)), pl.col("lost").is_not_null())


def _as_dialled(cells: pl.DataFrame, known: pl.Expr) -> pl.DataFrame:
    """Return the questions for their digits after a plus sign."""
    return cells.select_seq("at", "plan", "digits", "value", plus=_TRUE, known=known).select_seq(*QUESTION)


def hold_no_code(cells: pl.DataFrame) -> pl.Series:
    """Return `grouping.holds_no_code` for each cell: `text` and `plan`."""
    may = cells["text"].str.contains(MAY_HOLD_NO_CODE)
    return may.scatter(may.arg_true(), once_each(kept(cells[["text", "plan"]], may), _holds_no_code))


def _holds_no_code(text: str, plan: int | None) -> bool:
    return holds_no_code(text, None if plan is None else REGIONS[plan])


def only_digits(core: pl.Expr) -> pl.Expr:
    """Return the digits of a core without letters, as text: phonenumberutil._normalize."""
    return core.str.replace_many(_PUNCTUATION, _NOTHING)


def has_digits(text: pl.Expr, count: int) -> pl.Expr:
    """Return whether a text has at least so many digits; the rest of it is not searched."""
    return text.str.contains(rf"^(?:[^0-9]*[0-9]){{{count}}}")


def counted(number: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return `digits` and `value` of a text of digits, as `lookup.look_up` takes them."""
    value = number.str.head(SHOWN_DIGITS).str.to_integer(dtype=pl.UInt64, strict=False)
    return number.str.len_bytes().alias("digits"), value.alias("value")


def _questions(cells: pl.DataFrame, applies: pl.Expr, plus: pl.Expr, number: pl.Expr) -> pl.DataFrame:
    if cells.is_empty():
        return NO_QUESTIONS
    may = column_of(cells, applies.alias("applies"))
    tried = kept(beside(cells, may), may.ne_missing(other=False))
    if tried.is_empty():
        return NO_QUESTIONS
    numbered = tried.select_seq("at", "plan", plus=plus, number=number, known=_APPLIES.is_not_null())
    return numbered.select_seq("at", "plan", "plus", *counted(pl.col("number")), "known")


def with_unmistakable(cells: pl.DataFrame) -> pl.DataFrame:
    """Add `unmistakable`: `recoveries._is_unmistakable`, or null if that is not certain."""
    places = cells.get_column("plan").unique().drop_nulls()
    with_ten = [place for place in places if has_length(REGIONS[place], FEWEST_DIGITS)]
    ten = (_DIGITS == FEWEST_DIGITS) & ~_PLAN.is_in(with_ten)
    eleven = (_DIGITS >= UNMISTAKABLE_DIGITS) & (_PLAN.is_not_null() | ~_is_national_somewhere(cells))
    return cells.with_columns_seq(unmistakable=ten | eleven)


def _is_national_somewhere(cells: pl.DataFrame) -> pl.Expr:
    """`numbering.is_national_somewhere` for cells without a region; null if that is not certain."""
    lengths = where(cells, _PLAN.is_null() & _DIGITS.is_between(UNMISTAKABLE_DIGITS, SHOWN_DIGITS))
    somewhere = pl.lit(value=False)
    for length in lengths.get_column("digits").unique():
        somewhere = pl.when(length == _DIGITS).then(_is_within(_national_bounds(length))).otherwise(somewhere)
    return somewhere


def _is_within(bounds: pl.Series | None) -> pl.Expr:
    """Return whether the value is in one of the ranges; `bounds` are their starts and ends in turn."""
    if bounds is None:
        return pl.lit(None, pl.Boolean())
    return pl.lit(bounds).search_sorted(_VALUE, side="right") % 2 > 0


@lru_cache
def _national_bounds(length: int) -> pl.Series | None:
    return _bounds(national_forms(length), length)


def _bounds(forms: Iterable[str], length: int) -> pl.Series | None:
    """Return the starts and ends of the ranges that match any of the forms; None if these are unreadable."""
    try:
        found = merged(one for form in forms for one in ranges(form).get(length, ()))
    except UnreadablePattern:
        return None
    return pl.Series([end for pair in found for end in pair], dtype=pl.UInt64)


def whole(pattern: re.Pattern[str]) -> str:
    """Return the pattern anchored, so that it matches whole texts only."""
    return f"^(?:{pattern.pattern})$"
