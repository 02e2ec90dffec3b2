"""Habits: how a country writes its numbers, as far as readings depend on it."""

from __future__ import annotations

from enum import IntEnum
from functools import cache, lru_cache

import phonenumbers
import polars as pl
from msgspec import Struct
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from validator.model import LineType
from validator.phone import answers
from validator.phone.bulk.search import by_number, of, power
from validator.phone.cell.numbering import full_digits, has_length
from validator.phone.cell.recoveries import FEWEST_DIGITS
from validator.phone.codes import PLAN_COUNT, REGIONS
from validator.phone.readings.rules import (
    BARE,
    DIGITS,
    LONG_DISTANCE,
    PLAN,
    STANDS_ABROAD,
    VALUE,
    NumberReading,
)

# How many first digits show how a number is written.
_LEAD_DIGITS = 3
# More than the digits of any number.
_MOST_DIGITS = 100
# With fewer digits a local number may look like a mobile number, if most mobile numbers have more.
_UNUSUAL_DIGITS = 9
_TRUNK_LOST, _PLUS_LOST = (
    list(NumberReading).index(one) for one in (NumberReading.TRUNK_LOST, NumberReading.PLUS_LOST)
)

_IS_LINE = pl.col("answer") >= answers.FIRST_VALID


class Trunk(IntEnum):
    """Whether a plan writes a trunk prefix before its numbers."""

    NEVER = 0
    ALWAYS = 1
    BEFORE_SOME = 2


class Habits(Struct, frozen=True):
    """How a plan writes its numbers.

    Attributes:
        trunk: whether with a trunk prefix (`Trunk`).
        mobile_zero: whether mobile numbers begin with a trunk prefix or a zero.
        has_ten: whether some numbers have ten digits.
        mobile_digits: how many digits most mobile numbers have.
        full_digits: how many digits its numbers have, mobile numbers and landlines; zero in open plans.
    """

    trunk: int
    mobile_zero: bool
    has_ten: bool
    mobile_digits: int
    full_digits: int

    @property
    def packed(self) -> int:
        """All of them in one number, for one look-up in a column."""
        flags = self.trunk + (self.mobile_zero << 2) + (self.has_ten << 3)
        return flags + (self.full_digits << 4) + (self.mobile_digits << 8)


def with_habits(cells: pl.DataFrame) -> pl.DataFrame:
    """Add columns that follow from a plan's habits, for each cell as it stands.

    - `stands_abroad`: see `STANDS_ABROAD`.
    - `without_trunk`: it is a national number without a trunk prefix.
    - `trunk_lost`: it is one, although its plan writes a trunk prefix before it.
    - `trunk_odd`: it is one, as its plan writes it, but mobile numbers begin with a trunk prefix or a zero.
    - `complete`: it is one with as many digits as all numbers of its plan, which no local number has.
    - `mobile`: it is a mobile number, and has the usual count of digits.
    - `needs_column`: only its column can show that it is not a local number.
    - `reading`: how it is read, as an index of `NumberReading`.
    - `has_ten`: see `Habits`.
    """
    places = cells["plan"].unique().drop_nulls()
    packed = pl.Series([habits_of(REGIONS[place]).packed for place in places], dtype=pl.UInt32)
    habits = of(pl.zeros(PLAN_COUNT, pl.UInt32, eager=True).scatter(places, packed), PLAN)
    national = BARE & _IS_LINE & (pl.col("number") != VALUE)
    cells = cells.with_columns_seq(
        habits=habits,
        stands_abroad=STANDS_ABROAD,
        without_trunk=national & (pl.col("number") % power(DIGITS) == VALUE),
    )
    trunk = pl.col("habits") & 3
    lost = (trunk == Trunk.ALWAYS) | _is_written_before(cells, trunk == Trunk.BEFORE_SOME)
    cells = cells.with_columns_seq(trunk_lost=(pl.col("without_trunk") & lost).fill_null(value=False))
    unusual = pl.col("trunk_lost") & (DIGITS < _UNUSUAL_DIGITS) & (pl.col("habits") // 256 > DIGITS)
    mobile = of(mobile_answers(), pl.col("answer")) & ~unusual
    odd = pl.col("without_trunk") & ~pl.col("trunk_lost")
    reading = (pl.col("stands_abroad") & ~LONG_DISTANCE) * _PLUS_LOST + pl.col("trunk_lost") * _TRUNK_LOST
    return cells.with_columns_seq(
        mobile=mobile,
        needs_column=pl.col("trunk_lost") & ~mobile,
        trunk_odd=odd & (pl.col("habits") & 4 > 0),
        complete=pl.col("without_trunk") & (pl.col("habits") // 16 % 16 == DIGITS),
        has_ten=pl.col("habits") & 8 > 0,
        reading=reading.cast(pl.UInt8).fill_null(0),
    )


@lru_cache(maxsize=1)
def mobile_answers() -> pl.Series:
    """Return for each answer whether it is a mobile number."""
    mobile = pl.col("line_type").is_in([LineType.MOBILE.value, LineType.FIXED_OR_MOBILE.value])
    return answers.in_words().select_seq(mobile.fill_null(value=False)).to_series()


def has_usual_digits(lines: pl.DataFrame) -> pl.Series:
    """Return whether each `number` has at least the usual digits of its country's mobile numbers."""
    places = lines.select_seq(answers.country(pl.col("answer"))).to_series()
    return lines["number"] >= by_number(places, _fewest_usual, pl.UInt64())


@cache
def _fewest_usual(place: int) -> int:
    """Return the smallest international number of usual length, by its country's index."""
    if place >= len(REGIONS):
        return 0
    digits = min(_UNUSUAL_DIGITS, habits_of(REGIONS[place]).mobile_digits)
    code: int = phonenumbers.country_code_for_region(REGIONS[place])
    first: int = code * 10**digits
    return first


def _is_written_before(cells: pl.DataFrame, by_lead: pl.Expr) -> pl.Series:
    """Return, for plans that write a trunk prefix before some numbers, whether the cell's number has one."""
    depends = pl.col("without_trunk") & by_lead & (DIGITS >= _LEAD_DIGITS)
    rows = cells.select_seq(depends.arg_true()).to_series()
    written_before = pl.Series([False]).new_from_index(0, cells.height)
    if rows.is_empty():
        return written_before
    lead = VALUE // power(DIGITS - _LEAD_DIGITS)
    kind = (PLAN.cast(pl.UInt64) * _MOST_DIGITS + DIGITS) * 10**_LEAD_DIGITS + lead
    kinds = cells[["plan", "digits", "value"]][rows].select_seq(kind).to_series()
    return written_before.scatter(rows, by_number(kinds, _is_written, pl.Boolean()))


def _is_written(kind: int) -> bool:
    """Return `writes_trunk` for a plan, a count of digits and a lead, which are one number."""
    of_plan, lead = divmod(kind, 10**_LEAD_DIGITS)
    plan, digits = divmod(of_plan, _MOST_DIGITS)
    return writes_trunk(REGIONS[plan], digits, lead)


@cache
def habits_of(region: str) -> Habits:
    """Return the habits of a region's plan, after loading its metadata."""
    mobile = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    digits = phonenumbers.national_significant_number(mobile) if mobile else ""
    return Habits(
        _trunk(region),
        bool(digits) and (digits[0] == "0" or writes_trunk(region, len(digits), int(digits[:_LEAD_DIGITS]))),
        has_length(region, FEWEST_DIGITS),
        len(digits),
        full_digits(region),
    )


def _trunk(region: str) -> Trunk:
    plan = PhoneMetadata.metadata_for_region(region, None)
    if plan is None or not plan.national_prefix:
        return Trunk.NEVER
    rules = [form.national_prefix_formatting_rule or "" for form in plan.number_format]
    written = {plan.national_prefix in rule for rule in rules}
    if len(written) > 1:
        return Trunk.BEFORE_SOME
    return Trunk.ALWAYS if True in written else Trunk.NEVER


@cache
def writes_trunk(region: str, digits: int, lead: int) -> bool:
    """Return whether a region writes a trunk prefix before numbers with these digits and this lead."""
    plan = PhoneMetadata.metadata_for_region(region, None)
    if plan is None or not plan.national_prefix or digits < _LEAD_DIGITS:
        return False
    code = phonenumbers.country_code_for_region(region)
    number = phonenumbers.PhoneNumber(code, national_number=lead * 10 ** (digits - _LEAD_DIGITS))
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return phonenumbers.normalize_digits_only(national) == f"{plan.national_prefix}{number.national_number}"
