"""Second chances: what `recoveries` makes of cells with no valid number as they stand, for whole columns.

All of them become questions to `dialling.look_up`: `at` (as the cells have it), `plan`, `plus`,
`digits`, `value`, and `known`, which is false where it takes a closer look to tell whether there is a chance.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import phonenumbers
import polars as pl

from validator.phone.bulk.frames import together
from validator.phone.bulk.lookup import FEWEST_DIALLED_DIGITS
from validator.phone.bulk.pattern_ranges import UnreadablePattern, merged, ranges
from validator.phone.bulk.search import SHOWN_DIGITS, power
from validator.phone.cell.grouping import BESIDE, LISTED
from validator.phone.cell.national_variants import SPELLINGS, SPELT
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
    from collections.abc import Iterable, Sequence

    from validator.phone.cell.national_variants import Spelling

# A core ends with its last digit, before the bracket that is behind it.
_ZERO_IN_BRACKETS = r"\(\s*0\s*(?:\)|$)"
_TEXT, _DIGITS, _VALUE, _PLAN = pl.col("text"), pl.col("digits"), pl.col("value"), pl.col("plan")
_CORE, _PLUS, _APPLIES = pl.col("core"), pl.col("plus"), pl.col("applies")
_UNMISTAKABLE, _TRUE = pl.col("unmistakable"), pl.lit(value=True)
# What `SPELLINGS` read, all of them together.
_ABROAD, _AT_HOME = (
    f"^(?:{'|'.join(pattern.pattern for pattern in patterns)})$"
    for patterns in ([one.abroad for one in SPELLINGS], [one.at_home for one in SPELLINGS])
)
_SPELLINGS_OF = {
    region: [one for one in SPELLINGS if one.region == region]
    for region in dict.fromkeys(one.region for one in SPELLINGS)
}
QUESTION = {
    "at": pl.UInt32(),
    "plan": pl.UInt32(),
    "plus": pl.Boolean(),
    "digits": pl.UInt32(),
    "value": pl.UInt64(),
    "known": pl.Boolean(),
}


def without_zero_in_brackets(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the questions of the recovery `zero_in_brackets`."""
    international = _TEXT.str.contains(f"^(?:{INTERNATIONAL.pattern})")
    applies = international & _TEXT.str.contains(ZERO_IN_BRACKETS.pattern) & (_DIGITS > FEWEST_DIALLED_DIGITS)
    return _questions(cells, applies, _PLUS, only_digits(_CORE.str.replace(_ZERO_IN_BRACKETS, "")))


def with_plus(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the questions of `prefix_00`, `prefix_011` and `lost_plus`: at most one applies to a cell."""
    by_00 = _TEXT.str.contains(_whole(PREFIX_00)) & (_DIGITS >= 2 + FEWEST_DIALLED_DIGITS)
    enough = _TEXT.str.count_matches("[0-9]") >= 3 + UNMISTAKABLE_DIGITS
    by_011 = _TEXT.str.contains(_whole(PREFIX_011)) & enough
    # Beside a number in its region's own groups it takes a closer look.
    beside = _PLAN.is_not_null() & _TEXT.str.contains(BESIDE)
    lost = _TEXT.str.contains(_whole(BARE_DIGITS)) & _UNMISTAKABLE
    by_nothing = pl.when(~(beside & (lost | _TEXT.str.contains(f"^(?:{LISTED})$")))).then(lost)
    taken = pl.when(by_00).then(2).when(by_011).then(3).otherwise(0)
    number = only_digits(_CORE).str.slice(taken)
    return _questions(cells, by_00 | by_011 | by_nothing, _TRUE, number)


def respelt(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the questions of the recoveries that are `SPELLINGS`."""
    digits, by_00 = pl.col("only_digits"), pl.col("by_00")
    cells = cells.filter(_may_be_respelt()).with_columns(only_digits=only_digits(_CORE))
    cells = cells.with_columns(by_00=~_PLUS & digits.str.starts_with("00"))
    cells = cells.with_columns(abroad=pl.when(by_00).then(digits.str.slice(2)).otherwise(digits))
    # Mostly that leaves no cell for all the patterns.
    matches = pl.col("abroad").str.contains(_ABROAD) | digits.str.contains(_AT_HOME)
    cells = cells.filter(matches & _TEXT.str.contains(_whole(SPELT)))
    found = together(*(_respelt_in(region, some, cells) for region, some in _SPELLINGS_OF.items()))
    # A cell may be known under one country only, which counts then.
    return found.sort("known", maintain_order=True).unique("at", keep="last", maintain_order=True)


def _respelt_in(region: str, spellings: Sequence[Spelling], cells: pl.DataFrame) -> pl.DataFrame:
    """Return the questions of one country's spellings: other countries' cells match none of the patterns."""
    abroad, digits = pl.col("abroad"), pl.col("only_digits")
    code, is_home = phonenumbers.country_code_for_region(region), _PLAN.eq_missing(REGIONS.index(region))
    own = cells.filter(is_home | abroad.str.starts_with(str(code)))
    if own.is_empty():  # mostly: to compile the patterns takes longer than to match them
        return _questions(own, _TRUE, _TRUE, digits)
    is_abroad = _PLUS | pl.col("by_00") | _UNMISTAKABLE
    applies, number = pl.lit(value=False), digits
    for one in spellings:
        at_home = (~_PLUS | pl.lit(one.after_plus)) & is_home
        for form, where, pattern in ((abroad, is_abroad, one.abroad), (digits, at_home, one.at_home)):
            matches = form.str.contains(_whole(pattern))
            applies |= where & matches
            number = pl.when(where & matches).then(_rewritten(form, pattern, one)).otherwise(number)
    return _questions(own, applies, _TRUE, number)


def _may_be_respelt() -> pl.Expr:
    """Return whether the first digits or the plan are of a country with spellings, which few cells have."""
    codes = [phonenumbers.country_code_for_region(one.region) for one in SPELLINGS]
    homes = [REGIONS.index(one.region) for one in SPELLINGS]
    shown = pl.min_horizontal(_DIGITS, SHOWN_DIGITS).cast(pl.UInt32)
    sizes = ((size, [code for code in codes if len(str(code)) == size]) for size in (2, 3))
    leads = (
        (_VALUE // power(shown - digits)).is_in(some)
        for size, some in sizes
        for digits in (size, size + 2)  # 0052 is 52
    )
    return _PLAN.is_in(homes) | pl.any_horizontal(leads)


def _rewritten(digits: pl.Expr, pattern: re.Pattern[str], spelling: Spelling) -> pl.Expr:
    return digits.str.replace(_whole(pattern), spelling.number.removeprefix("+").replace("{", "${"))


def only_digits(text: pl.Expr) -> pl.Expr:
    """Return the ASCII digits of a text, as a text."""
    return text.str.replace_all("[^0-9]+", "")


def counted(number: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return `digits` and `value` of a text of digits, as `dialling.look_up` takes them."""
    value = number.str.head(SHOWN_DIGITS).str.to_integer(dtype=pl.UInt64, strict=False)
    return number.str.len_bytes().alias("digits"), value.alias("value")


def _questions(cells: pl.DataFrame, applies: pl.Expr, plus: pl.Expr, number: pl.Expr) -> pl.DataFrame:
    if cells.is_empty():
        return pl.DataFrame(schema=QUESTION)
    tried = cells.with_columns(applies=applies).filter(_APPLIES.fill_null(value=True))
    numbered = tried.select("at", "plan", plus=plus, number=number, known=_APPLIES.is_not_null())
    return numbered.select("at", "plan", "plus", *counted(pl.col("number")), "known")


def with_unmistakable(cells: pl.DataFrame) -> pl.DataFrame:
    """Add `unmistakable`, `recoveries._is_unmistakable`; null where it takes a closer look to tell."""
    places = cells.get_column("plan").unique().drop_nulls()
    with_ten = [place for place in places if has_length(REGIONS[place], FEWEST_DIGITS)]
    ten = (_DIGITS == FEWEST_DIGITS) & ~_PLAN.is_in(with_ten)
    eleven = (_DIGITS >= UNMISTAKABLE_DIGITS) & (_PLAN.is_not_null() | ~_is_national_somewhere(cells))
    return cells.with_columns(unmistakable=ten | eleven)


def _is_national_somewhere(cells: pl.DataFrame) -> pl.Expr:
    """`numbering.is_national_somewhere`, of the lengths there are without a region; null where unknown."""
    lengths = cells.filter(_PLAN.is_null() & _DIGITS.is_between(UNMISTAKABLE_DIGITS, SHOWN_DIGITS))
    somewhere = pl.lit(value=False)
    for length in lengths.get_column("digits").unique():
        somewhere = pl.when(length == _DIGITS).then(_is_within(_national_bounds(length))).otherwise(somewhere)
    return somewhere


def _is_within(bounds: pl.Series | None) -> pl.Expr:
    """Return whether the value lies in one of the ranges that begin and end with these in turn."""
    if bounds is None:
        return pl.lit(None, pl.Boolean())
    return pl.lit(bounds).search_sorted(_VALUE, side="right") % 2 > 0


@lru_cache
def _national_bounds(length: int) -> pl.Series | None:
    return _bounds(national_forms(length), length)


def _bounds(forms: Iterable[str], length: int) -> pl.Series | None:
    """Return the ends of the ranges that match any of the forms, or None where these cannot be read."""
    try:
        found = merged(one for form in forms for one in ranges(form).get(length, ()))
    except UnreadablePattern:
        return None
    return pl.Series([end for pair in found for end in pair], dtype=pl.UInt64)


def _whole(pattern: re.Pattern[str]) -> str:
    return f"^(?:{pattern.pattern})$"
