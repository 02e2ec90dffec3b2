"""Dialling: `numbering.look_up` for whole columns of digits, step by step as libphonenumber goes.

Each step names the function of `phonenumberutil` that it follows. Where a chart is missing or does not say,
the answer is `UNDECIDED`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from validator.model import MAX_DIGITS, MIN_DIGITS, Reason
from validator.phone import answers
from validator.phone.charts import DESCRIBED_DIGITS, PLAN_SPAN
from validator.phone.codes import CODE_OF_LEAD, CODE_OF_PLAN, DIGITS_OF_CODE, LEAD_DIGITS, MAIN_PLAN_OF_CODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validator.phone.atlas import Atlas, Bound

# Digits that go into 64 bits. Those behind them are only counted: what is that long is too long for a number.
SHOWN_DIGITS = 19
# With fewer, phonenumberutil._is_viable_phone_number depends on what is between them.
FEWEST_DIALLED_DIGITS = 3

# phonenumberutil._MIN_LENGTH_FOR_NSN, behind an international prefix and of a national number, and _MAX_.
_TOO_FEW_ABROAD = 2
_FEWEST_DIGITS = 2
_MOST_DIGITS = 17

_POWERS = pl.Series([10**exponent for exponent in range(SHOWN_DIGITS + 1)], dtype=pl.UInt64)
_TOO_SHORT, _TOO_LONG, _NO_COUNTRY, _UNKNOWN_COUNTRY = (
    pl.lit(answers.of(reason), answers.ANSWER)
    for reason in (Reason.TOO_SHORT, Reason.TOO_LONG, Reason.NO_COUNTRY, Reason.UNKNOWN_COUNTRY)
)
_UNDECIDED = pl.lit(answers.UNDECIDED, answers.ANSWER)
_CODE, _PLAN, _DIGITS, _VALUE = pl.col("code"), pl.col("plan"), pl.col("digits"), pl.col("value")
_PLUS, _SURE, _TRUE, _FALSE = pl.col("plus"), pl.col("sure"), pl.lit(value=True), pl.lit(value=False)
# What is known of a row from when its calling code is. `hidden` is how many of its last digits `value` leaves
# out; `lost`, that libphonenumber let a plus sign go, with no calling code behind it; `acts`, that its first
# digits may be a national prefix; `sure`, that the charts had something to say so far.
_SUBSCRIBER = ("at", "code", "plan", "digits", "value", "hidden", "lost", "acts", "sure")


def look_up(dialled: pl.DataFrame, atlas: Atlas) -> pl.DataFrame:
    """Return `answer` and `number` for every row, in order; the number means something to a line only.

    Args:
        dialled: `plus` (Boolean: a plus sign goes before), `plan` (UInt32: of the region dialled in, or
            null), `digits` (UInt32: how many) and `value` (UInt64: the first `SHOWN_DIGITS` as a number).
        atlas: the charts to look in.
    """
    hidden = pl.when(_DIGITS > SHOWN_DIGITS).then(_DIGITS - SHOWN_DIGITS).otherwise(0).cast(pl.UInt32)
    rows = dialled.select("plus", "plan", "digits", "value", hidden=hidden, lost=_FALSE, sure=_TRUE)
    plussed, bare = split(rows.with_row_index("at"), _PLUS)
    plussed = plussed.with_columns(code=_calling_code())
    bare = bare.with_columns(code=_of(CODE_OF_PLAN, _PLAN))
    charts = atlas.charts_for(_codes_of(plussed) + _codes_of(bare))
    return pl.concat(_answered(plussed, bare, charts)).sort("at").select("answer", "number")


def split(rows: pl.DataFrame, condition: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows for which it is true, and the others."""
    holds = rows.select(condition.fill_null(value=False)).to_series()
    return rows.filter(holds), rows.filter(~holds)


def _codes_of(rows: pl.DataFrame) -> Counter[int]:
    codes = rows.get_column("code")
    return Counter(dict(codes.filter(codes > 0).value_counts().iter_rows()))


def _answered(plussed: pl.DataFrame, bare: pl.DataFrame, charts: Bound) -> Iterator[pl.DataFrame]:
    """phonenumberutil.parse, by the ways in which _maybe_extract_country_code finds a calling code."""
    plussed = plussed.with_columns(place=_place(charts.lines["number"], _VALUE))
    plain = _of(charts.lines["plain"], pl.col("place"))
    straight, others = split(plussed, plain & (_CODE > 0) & (pl.col("hidden") == 0))
    yield straight.select("at", _of(charts.lines["answer"], pl.col("place")).alias("answer"), number="value")
    abroad, lost = split(others.drop("place"), _CODE > 0)
    home, nowhere = split(pl.concat([bare, lost]), _PLAN.is_not_null())
    yield _failed(nowhere, _no_country())
    left, stayed = split(_with_prefix(home, charts, "exit_digits", "acts"), _leaves())
    left, strayed = split(_left(left), _CODE > 0)
    yield _failed(strayed, pl.when(_is_short()).then(_TOO_SHORT).otherwise(_no_country()))
    lost, inland = split(stayed, _PLUS)
    yield _failed(lost, pl.when(_SURE).then(_UNKNOWN_COUNTRY).otherwise(_UNDECIDED))
    abroad = pl.concat([abroad, left.select(abroad.columns)])
    yield _judged(pl.concat([_abroad(abroad, charts), *_inland(inland, charts)]), charts)


def _failed(rows: pl.DataFrame, answer: pl.Expr) -> pl.DataFrame:
    return rows.select("at", answer.alias("answer"), pl.lit(0, pl.UInt64).alias("number"))


def _no_country() -> pl.Expr:
    return pl.when(_PLUS).then(_UNKNOWN_COUNTRY).otherwise(_NO_COUNTRY)


def _leaves() -> pl.Expr:
    """phonenumberutil._parse_prefix_as_idd: an international prefix with no zero behind it."""
    rest = _shown() - pl.col("exit_digits")
    zero = (rest > 0) & (_VALUE % _power(rest) < _power(rest - 1))
    return (pl.col("exit_digits") > 0) & ~zero


def _left(rows: pl.DataFrame) -> pl.DataFrame:
    code = pl.when(_is_short()).then(0).otherwise(_calling_code())
    return rows.with_columns(*_behind(pl.col("exit_digits")), lost=_PLUS).with_columns(code=code)


def _is_short() -> pl.Expr:
    return _DIGITS <= _TOO_FEW_ABROAD


def _calling_code() -> pl.Expr:
    return _of(CODE_OF_LEAD, _VALUE // _power(_shown() - LEAD_DIGITS))


def _abroad(rows: pl.DataFrame, charts: Bound) -> pl.DataFrame:
    """Take the calling code off. What counts from now on is the main plan under it."""
    rows = rows.with_columns(*_behind(_of(DIGITS_OF_CODE, _CODE)), plan=_of(MAIN_PLAN_OF_CODE, _CODE))
    return _with_prefix(rows, charts, "acts").select(_SUBSCRIBER)


def _inland(rows: pl.DataFrame, charts: Bound) -> Iterator[pl.DataFrame]:
    """phonenumberutil._maybe_extract_country_code, its end: the region's own code without a plus sign."""
    rows = rows.with_columns(code=_of(CODE_OF_PLAN, _PLAN)).with_columns(size=_of(DIGITS_OF_CODE, _CODE))
    lead = _VALUE // _power(_shown() - pl.col("size"))
    owned, others = split(rows, (pl.col("size") <= _DIGITS) & (lead == _CODE))
    yield others.select(_SUBSCRIBER)
    owned = _with_national(owned, charts, "viable", "too_long").with_columns(
        pl.col("digits", "value", "acts", "viable").name.prefix("whole_")
    )
    rest = _stripped(owned.with_columns(*_behind(pl.col("size"))), charts)
    coded, kept = split(rest, (~pl.col("whole_viable") & pl.col("viable")) | pl.col("too_long"))
    coded = _with_prefix(coded.with_columns(plan=_of(MAIN_PLAN_OF_CODE, _CODE)), charts, "acts")
    yield coded.select(_SUBSCRIBER)
    yield kept.with_columns(digits="whole_digits", value="whole_value", acts="whole_acts").select(_SUBSCRIBER)


def _judged(rows: pl.DataFrame, charts: Bound) -> pl.DataFrame:
    """phonenumberutil.parse, its last part, then `numbering.judge`."""
    short = _DIGITS < _FEWEST_DIGITS
    prefixed, others = split(rows, pl.col("acts") & ~short)
    rows = pl.concat([others, _fitting(prefixed, charts).select(_SUBSCRIBER)])
    rows = rows.with_columns(number=_CODE * _power(_DIGITS) + _VALUE)
    listed = _of(charts.lines["answer"], _place(charts.lines["number"], pl.col("number")))
    judged = pl.when(_DIGITS > DESCRIBED_DIGITS).then(_TOO_LONG).otherwise(listed)
    parsed = pl.when(_DIGITS > _MOST_DIGITS).then(_TOO_LONG).otherwise(_found_again())
    answer = pl.when(~_SURE).then(_UNDECIDED).when(short).then(_TOO_SHORT).otherwise(parsed)
    return rows.with_columns(answer=judged).select("at", answer.alias("answer"), "number")


def _found_again() -> pl.Expr:
    """`numbering._names_no_country`: where the plus sign was lost, nothing but a valid number counts."""
    answer, number = pl.col("answer"), pl.col("number")
    # Valid numbers out of bounds are refused as well, with the same answers as those that are not valid.
    in_bounds = number.is_between(10 ** (MIN_DIGITS - 1), 10**MAX_DIGITS, closed="left")
    told_apart = in_bounds & (_DIGITS <= DESCRIBED_DIGITS)
    refused = pl.when(told_apart).then(_UNKNOWN_COUNTRY).otherwise(_UNDECIDED)
    again = pl.col("lost") & (answer != answers.UNDECIDED) & (answer < answers.FIRST_VALID)
    return pl.when(again).then(refused).otherwise(answer)


def _fitting(rows: pl.DataFrame, charts: Bound) -> pl.DataFrame:
    """Take the national prefix off where what is left has a possible length."""
    rows = _stripped(rows.with_columns(whole_digits=_DIGITS, whole_value=_VALUE), charts)
    return rows.with_columns(
        digits=pl.when("fits").then(_DIGITS).otherwise("whole_digits"),
        value=pl.when("fits").then(_VALUE).otherwise("whole_value"),
    )


def _stripped(rows: pl.DataFrame, charts: Bound) -> pl.DataFrame:
    """phonenumberutil._maybe_strip_national_prefix_carrier_code; with `viable` and `fits` of what is left."""
    rows = _with_national(_with_prefix(rows, charts, "drop", "head", "head_digits"), charts, "viable", "fits")
    names = ("digits", "value", "viable", "fits")
    rows = rows.with_columns(
        *(pl.col(name).alias(f"before_{name}") for name in names), scale=_power(_shown() - pl.col("drop"))
    ).with_columns(
        digits=_DIGITS - pl.col("drop") + pl.col("head_digits"),
        value=pl.col("head") * pl.col("scale") + _VALUE % pl.col("scale"),
    )
    rows = _with_national(rows, charts, "viable", "fits")
    kept = pl.col("before_viable") & ~pl.col("viable")
    picked = (pl.when(kept).then(f"before_{name}").otherwise(name).alias(name) for name in names)
    return rows.with_columns(*picked, sure=_SURE & _is_described(charts))


def _with_prefix(rows: pl.DataFrame, charts: Bound, *names: str) -> pl.DataFrame:
    """Add columns of `Prefix`, by as many of the first digits as the plan looks at."""
    reach = _of(charts.reaches, _PLAN)
    few, many = _power(_DIGITS) + _VALUE, _power(reach + 1) + _VALUE // _power(_shown() - reach)
    lead = pl.when(reach >= _DIGITS).then(few).otherwise(many)
    # Null where the digits shown are not enough for the plan: no range there, so that nothing is sure.
    key = (_PLAN.cast(pl.UInt64) * PLAN_SPAN + lead).fill_null(0)
    place = pl.col("place")
    found = (_of(charts.prefixes[name], place).alias(name) for name in names)
    sure = _SURE & _of(charts.prefixes["sure"], place) & _is_described(charts)
    return rows.with_columns(place=_place(charts.prefixes["key"], key)).with_columns(*found, sure=sure)


def _with_national(rows: pl.DataFrame, charts: Bound, *names: str) -> pl.DataFrame:
    """Add columns of `National`."""
    longer = pl.lit(2 * 10**DESCRIBED_DIGITS, pl.UInt64)
    digits = pl.when(_DIGITS <= DESCRIBED_DIGITS).then(_power(_DIGITS) + _VALUE).otherwise(longer)
    place = _place(charts.nationals["key"], _PLAN.cast(pl.UInt64) * PLAN_SPAN + digits)
    found = (_of(charts.nationals[name], pl.col("place")).alias(name) for name in names)
    return rows.with_columns(place=place).with_columns(found)


def _is_described(charts: Bound) -> pl.Expr:
    """Return whether all digits are there, or are more than any pattern of the plan describes."""
    too_many = _of(charts.longest, _PLAN) <= DESCRIBED_DIGITS
    return pl.when(_DIGITS <= DESCRIBED_DIGITS).then(pl.col("hidden") == 0).otherwise(too_many)


def _shown() -> pl.Expr:
    return _DIGITS - pl.col("hidden")


def _behind(digits: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return what is left behind so many digits, as `digits` and `value`."""
    return (_DIGITS - digits).alias("digits"), (_VALUE % _power(_shown() - digits)).alias("value")


def _place(starts: pl.Series, key: pl.Expr) -> pl.Expr:
    """Return the place of the range that the key lies in."""
    return pl.lit(starts).search_sorted(key, side="right") - 1


def _of(table: pl.Series, place: pl.Expr) -> pl.Expr:
    return pl.lit(table).gather(place, null_on_oob=True)


def _power(exponent: pl.Expr) -> pl.Expr:
    """Return ten to it, null where it is below zero (a wrapped UInt32) or beyond `SHOWN_DIGITS`."""
    return _of(_POWERS, exponent)
