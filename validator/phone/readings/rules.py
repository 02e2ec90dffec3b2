"""The readings of digits: each is a named rule that makes a number from them.

A rule is a few expressions over the columns of a cell that is written as digits: `plus` (whether it has a
plus sign), `plan` (of the cell's region, or null), `digits` (how many) and `value` (all as a number). The
rules for a repeated calling code also use the columns that `with_codes` adds.

A rule says which number a cell would be. libphonenumber says whether it is valid, and the column shows
whether it was meant.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

import polars as pl
from msgspec import Struct
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from validator.phone import answers
from validator.phone.bulk.search import SHOWN_DIGITS, of, power
from validator.phone.codes import CODE_OF_LEAD, CODE_OF_PLAN, DIGITS_OF_CODE, LEAD_DIGITS, LOT_SPAN, REGIONS
from validator.phone.readings.lost_zeros import of_lost


class NumberReading(StrEnum):
    """How a cell was read."""

    PLAIN = "plain"
    TRUNK_LOST = "trunk_lost"
    PLUS_LOST = "plus_lost"
    CODE_TWICE = "code_twice"
    ZERO_BEFORE_CODE = "zero_before_code"
    ZERO_LOST = "zero_lost"


class Numbers(StrEnum):
    """How the numbers of a column without a plus sign are written, if the user says so."""

    AUTO = "auto"
    NATIONAL = "national"
    INTERNATIONAL = "international"


class Rule(Struct, frozen=True):
    """One reading.

    Attributes:
        name: the name of its slot.
        reading: the reading that the output shows.
        reads: what it accepts, for users.
        applies: whether it applies to a cell (Boolean).
        digits: the count of digits of the number in international form.
        value: the number in international form.
    """

    name: str
    reading: NumberReading
    reads: str
    applies: pl.Expr
    digits: pl.Expr
    value: pl.Expr


# Eight digits with a zero are a number of the plan since 2019, or seven digits after the old trunk prefix.
_GABON_DIGITS = 8
# E.164 allows at most 15 digits. No mobile number with its calling code has fewer than eight.
_FEWEST_DIGITS, _MOST_DIGITS = 8, 15

PLUS, PLAN, DIGITS, VALUE = pl.col("plus"), pl.col("plan"), pl.col("digits"), pl.col("value")
_LEFT, _VALUE_LEFT = pl.col("digits_left"), pl.col("value_left")
_LEAD_CODE, _LEAD_SIZE = pl.col("code"), pl.col("code_size")
_CODE = of(CODE_OF_PLAN, PLAN)
_SIZE = of(DIGITS_OF_CODE, _CODE)
# The digits begin with a zero; or they do not, and there is no plus sign before them.
ZERO_FIRST = power(DIGITS - 1) > VALUE
BARE = ~PLUS & ~ZERO_FIRST
# libphonenumber reads the cell as an international number without its plus sign.
STANDS_ABROAD = BARE & (pl.col("answer") >= answers.FIRST_VALID) & (pl.col("number") == VALUE)
# In North America `1 212 ...` is both a national number with its trunk prefix and an international one
# without its plus sign: the calling code and the trunk prefix are the same.
_NORTH_AMERICA = 1
LONG_DISTANCE = (_CODE == _NORTH_AMERICA) & (VALUE // 10**10 == _NORTH_AMERICA)
# The digits begin with exactly two zeros.
_BY_00 = (power(DIGITS - 2) > VALUE) & (power(DIGITS - 3) <= VALUE)


def _begins(lead: pl.Expr, size: pl.Expr, digits: pl.Expr) -> pl.Expr:
    """Whether the value, of `digits` digits, begins with the lead, of `size` digits."""
    return (digits > size) & (VALUE // power(digits - size) == lead)


# The digits begin with the calling code of their region.
OWN_CODE_FIRST = BARE & _begins(_CODE, _SIZE, DIGITS)


def lot_of(digits: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Return the lot (`number_ranges`) of a number in international form, null without a calling code."""
    code = of(CODE_OF_LEAD, value // power(digits - LEAD_DIGITS))
    return pl.when(code > 0).then(code * LOT_SPAN + digits - of(DIGITS_OF_CODE, code))


def _without_zeros(digits: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Return how many digits are left without one or two zeros in front."""
    zeros = [(power(digits - place) > value).cast(pl.UInt32) for place in (1, 2)]
    return digits - zeros[0] - zeros[1]


@lru_cache(maxsize=1)
def may_begin_twice() -> pl.Expr:
    """Whether the digits may begin with the same calling code twice, by about the first six of them."""
    return _may_begin_twice(DIGITS)


@lru_cache(maxsize=1)
def may_begin_twice_behind_zeros() -> pl.Expr:
    """Whether they may do so after one or two zeros."""
    return _may_begin_twice(_without_zeros(DIGITS, VALUE))


def _may_begin_twice(digits: pl.Expr) -> pl.Expr:
    # Every cell is tested, so this multiplies floats: a division of integers takes five times as long.
    return of(_twice_leads(), (VALUE * of(_share_of_lead(), digits)).cast(pl.UInt32))


@lru_cache(maxsize=1)
def _share_of_lead() -> pl.Series:
    """Return by the count of digits what leaves their first six; zero for fewer, which leaves nothing."""
    shares = [10.0 ** (2 * LEAD_DIGITS - digits) for digits in range(2 * LEAD_DIGITS, SHOWN_DIGITS + 1)]
    return pl.Series([0.0] * (2 * LEAD_DIGITS) + shares)


@lru_cache(maxsize=1)
def _twice_leads() -> pl.Series:
    """Return by the first six digits whether they may be a calling code twice, or one and zeros.

    Those one lower and one higher may be so, too, since floats are rounded.
    """
    codes = [str(code) for code in COUNTRY_CODE_TO_REGION_CODE]
    behind = [(f"{code}{code}", f"{code}0{code}", f"{code}00") for code in codes]
    firsts = [first[: 2 * LEAD_DIGITS] for some in behind for first in some]
    spans = [10 ** (2 * LEAD_DIGITS - len(first)) for first in firsts]
    starts = [int(first) * span for first, span in zip(firsts, spans, strict=True)]
    rows = pl.DataFrame({"start": starts, "span": spans})
    leads = pl.int_ranges(pl.col("start") - 1, pl.col("start") + pl.col("span") + 1)
    found = rows.select_seq(leads).to_series().explode()
    return pl.repeat(value=False, n=10 ** (2 * LEAD_DIGITS) + 1, eager=True).scatter(found, values=True)


def with_codes(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the columns for the rules of a repeated calling code, in steps: one expression would be huge.

    `code` and `code_size`: the calling code that the digits begin with, after up to two zeros. `twice` and
    `thrice`: whether the code comes a second and a third time. `twice_digits` and `twice_value`, and the same
    for `thrice`: the digits from that code on. `twice_00`: whether there are two zeros before them.
    """
    for step in _code_steps():
        rows = rows.with_columns_seq(**step)
    return rows


@lru_cache(maxsize=1)
def _code_steps() -> list[dict[str, pl.Expr]]:
    """Return the columns of each step: building them takes as long as adding them to a few rows."""
    steps = [
        {"digits_left": _without_zeros(DIGITS, VALUE), "value_left": VALUE},
        {"code": of(CODE_OF_LEAD, VALUE // power(_LEFT - LEAD_DIGITS))},
        {"code_size": of(DIGITS_OF_CODE, _LEAD_CODE)},
    ]
    before, behind, digits_behind = _LEAD_CODE > 0, _LEFT - _LEAD_SIZE, pl.col("digits_behind")
    for times in ("twice", "thrice"):
        steps.append({"value_left": _VALUE_LEFT % power(behind), "digits_behind": behind})
        steps.append({"digits_left": _without_zeros(digits_behind, _VALUE_LEFT)})
        left = {
            times: (before & (_VALUE_LEFT // power(behind) == _LEAD_CODE)).eq_missing(other=True),
            f"{times}_00": digits_behind == _LEFT + 2,
            f"{times}_digits": _LEFT,
            f"{times}_value": _VALUE_LEFT,
        }
        steps.append(left)
        before = pl.col(times)
    return steps


def _code_again(times: str, name: str, reads: str, applies: pl.Expr) -> Rule:
    international = PLUS | _BY_00 | (_LEAD_CODE == _CODE) | STANDS_ABROAD
    digits, value = pl.col(f"{times}_digits"), pl.col(f"{times}_value")
    return Rule(name, NumberReading.CODE_TWICE, reads, international & applies, digits, value)


def _zero_lost() -> Rule:
    kept, size = of_lost("kept"), of_lost("size")
    lead = VALUE // power(DIGITS - of_lost("lead_digits"))
    return Rule(
        "zero_lost",
        NumberReading.ZERO_LOST,
        "without a zero that belongs to the number or its prefix: `707123456` in CI, `6301234567` in HU, "
        "`15512345678` (01) and `447771234567` (044) in MX",
        BARE & (kept > 0) & lead.is_between(of_lost("first"), of_lost("last")),
        size,
        of_lost("number") * power(kept) + VALUE % power(kept),
    )


# Not if libphonenumber has read it so already.
MAY_BEGIN_00 = _BY_00 & (pl.col("number") != VALUE)

RULES = (
    Rule(
        "plus_lost",
        NumberReading.PLUS_LOST,
        "an international number without its plus sign: `49 171 3920000`",
        BARE & DIGITS.is_between(_FEWEST_DIGITS, _MOST_DIGITS),
        DIGITS,
        VALUE,
    ),
    _code_again(
        "twice",
        "code_and_00",
        "a calling code before `00` and the number: `49 0049 171 5550101`",
        (_LEAD_CODE > 0) & pl.col("twice_00"),
    ),
    _code_again(
        "twice",
        "code_twice",
        "the calling code twice: `+91 91 98765 43210`, `+49 (0)49 171 5550101`",
        pl.col("twice"),
    ),
    _code_again(
        "thrice", "code_thrice", "the calling code three times: `+49 49 49 171 5550101`", pl.col("thrice")
    ),
    Rule(
        "zero_before_code",
        NumberReading.ZERO_BEFORE_CODE,
        "one zero before the region's own calling code: `0 91 98765 43210`",
        ZERO_FIRST & (power(DIGITS - 2) <= VALUE) & _begins(_CODE, _SIZE, DIGITS - 1),
        DIGITS - 1,
        VALUE,
    ),
    _zero_lost(),
    Rule(
        "prefix_00",
        NumberReading.PLAIN,
        "`00` before the region's own calling code, in a region that dials another prefix abroad: "
        "`0082 10 ...` in KR",
        MAY_BEGIN_00 & _begins(_CODE, _SIZE, DIGITS - 2),
        DIGITS - 2,
        VALUE,
    ),
    Rule(
        "prefix_00_abroad",
        NumberReading.PLAIN,
        "the same before another calling code: `0065 9123 4567` in KR",
        MAY_BEGIN_00 & ~_begins(_CODE, _SIZE, DIGITS - 2),
        DIGITS - 2,
        VALUE,
    ),
    Rule(
        "trunk_zero",
        NumberReading.PLAIN,
        "a zero in GA that may be the trunk prefix or, since 2019, the first digit: nothing shows which",
        ~PLUS & ZERO_FIRST & (REGIONS.index("GA") == PLAN) & (DIGITS == _GABON_DIGITS),
        pl.lit(3 + _GABON_DIGITS - 1, pl.UInt32),
        241 * 10 ** (_GABON_DIGITS - 1) + VALUE,
    ),
)
