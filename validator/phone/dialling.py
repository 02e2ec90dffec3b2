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
from validator.phone.charts import LOT_SPAN
from validator.phone.codes import CODE_OF_LEAD, CODE_OF_PLAN, DIGITS_OF_CODE, LEAD_DIGITS, MAIN_PLAN_OF_CODE
from validator.phone.lookups import SHOWN_DIGITS, of, place_among, power
from validator.phone.plans import DESCRIBED_DIGITS, PLAN_SPAN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validator.phone.atlas import Atlas, Inlands

# With fewer, phonenumberutil._is_viable_phone_number depends on what is between them.
FEWEST_DIALLED_DIGITS = 3

# phonenumberutil._MIN_LENGTH_FOR_NSN, behind an international prefix and of a national number, and _MAX_.
_TOO_FEW_ABROAD = 2
_FEWEST_DIGITS = 2
_MOST_DIGITS = 17

_TOO_SHORT, _TOO_LONG, _NO_COUNTRY, _UNKNOWN_COUNTRY = (
    pl.lit(answers.of(reason), answers.ANSWER)
    for reason in (Reason.TOO_SHORT, Reason.TOO_LONG, Reason.NO_COUNTRY, Reason.UNKNOWN_COUNTRY)
)
_UNDECIDED = pl.lit(answers.UNDECIDED, answers.ANSWER)
_CODE, _PLAN, _DIGITS, _VALUE = pl.col("code"), pl.col("plan"), pl.col("digits"), pl.col("value")
_PLACE, _RANGE = pl.col("place"), pl.col("range")
_PLUS, _SURE, _TRUE, _FALSE = pl.col("plus"), pl.col("sure"), pl.lit(value=True), pl.lit(value=False)
# What is known of a row from when its calling code is. `hidden` is how many of its last digits `value` leaves
# out; `lost`, that libphonenumber let a plus sign go, with no calling code behind it; `place`, where ranges
# of prefixes have its first digits; `sure`, that ranges had something to say so far.
_SUBSCRIBER = ("at", "code", "plan", "digits", "value", "hidden", "lost", "place", "sure")


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
    bare = bare.with_columns(code=of(CODE_OF_PLAN, _PLAN))
    return pl.concat(_answered(plussed, bare, atlas)).sort("at").select("answer", "number")


def split(rows: pl.DataFrame, condition: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows for which it is true, and the others."""
    holds = rows.select(condition.fill_null(value=False)).to_series()
    return rows.filter(holds), rows.filter(~holds)


def _answered(plussed: pl.DataFrame, bare: pl.DataFrame, atlas: Atlas) -> Iterator[pl.DataFrame]:
    """phonenumberutil.parse, by the ways in which _maybe_extract_country_code finds a calling code."""
    inlands = atlas.inlands_for(_counts(plussed, of(MAIN_PLAN_OF_CODE, _CODE)) + _counts(bare, _PLAN))
    lines = atlas.lines_for(_counts(plussed, _lot(_DIGITS - of(DIGITS_OF_CODE, _CODE))))
    plussed = plussed.with_columns(place=place_among(lines["number"], _VALUE))
    plain = of(lines["plain"], pl.col("place"))
    straight, others = split(plussed, plain & (_CODE > 0) & (pl.col("hidden") == 0))
    yield straight.select("at", of(lines["answer"], pl.col("place")).alias("answer"), number="value")
    abroad, lost = split(others.drop("place"), _CODE > 0)
    home, nowhere = split(pl.concat([bare, lost]), _PLAN.is_not_null())
    yield _failed(nowhere, _no_country())
    home = _placed(home, inlands)
    left, stayed = split(
        home.with_columns(exit_digits=of(inlands.prefixes["exit_digits"], _PLACE)), _leaves()
    )
    left, strayed = split(_left(left), _CODE > 0)
    yield _failed(strayed, pl.when(_is_short()).then(_TOO_SHORT).otherwise(_no_country()))
    lost, inland = split(stayed, _PLUS)
    yield _failed(lost, pl.when(_SURE).then(_UNKNOWN_COUNTRY).otherwise(_UNDECIDED))
    grown = atlas.inlands_for(_counts(left, of(MAIN_PLAN_OF_CODE, _CODE)))
    if grown is not inlands:  # where ranges were added, the places of others may have changed
        inlands, inland = grown, _placed(inland, grown)
    abroad = pl.concat([abroad, left.select(abroad.columns)])
    yield _judged(pl.concat([_abroad(abroad, inlands), *_inland(inland, inlands)]), inlands, atlas)


def _counts(rows: pl.DataFrame, number: pl.Expr) -> Counter[int]:
    counts = rows.select(number.alias("one")).drop_nulls().to_series().value_counts()
    return Counter(dict(counts.iter_rows()))


def _lot(digits: pl.Expr) -> pl.Expr:
    """Return the number of the lot that the number of so many national digits belongs to, null for none."""
    return pl.when((_CODE > 0) & digits.is_between(_FEWEST_DIGITS, DESCRIBED_DIGITS)).then(
        _CODE * LOT_SPAN + digits
    )


def _failed(rows: pl.DataFrame, answer: pl.Expr) -> pl.DataFrame:
    return rows.select("at", answer.alias("answer"), pl.lit(0, pl.UInt64).alias("number"))


def _no_country() -> pl.Expr:
    return pl.when(_PLUS).then(_UNKNOWN_COUNTRY).otherwise(_NO_COUNTRY)


def _leaves() -> pl.Expr:
    """phonenumberutil._parse_prefix_as_idd: an international prefix with no zero behind it."""
    rest = _shown() - pl.col("exit_digits")
    zero = (rest > 0) & (_VALUE % power(rest) < power(rest - 1))
    return (pl.col("exit_digits") > 0) & ~zero


def _left(rows: pl.DataFrame) -> pl.DataFrame:
    code = pl.when(_is_short()).then(0).otherwise(_calling_code())
    return rows.with_columns(*_behind(pl.col("exit_digits")), lost=_PLUS).with_columns(code=code)


def _is_short() -> pl.Expr:
    return _DIGITS <= _TOO_FEW_ABROAD


def _calling_code() -> pl.Expr:
    return of(CODE_OF_LEAD, _VALUE // power(_shown() - LEAD_DIGITS))


def _abroad(rows: pl.DataFrame, inlands: Inlands) -> pl.DataFrame:
    """Take the calling code off. What counts from now on is the main plan under it."""
    rows = rows.with_columns(*_behind(of(DIGITS_OF_CODE, _CODE)), plan=of(MAIN_PLAN_OF_CODE, _CODE))
    return _placed(rows, inlands).select(_SUBSCRIBER)


def _inland(rows: pl.DataFrame, inlands: Inlands) -> Iterator[pl.DataFrame]:
    """phonenumberutil._maybe_extract_country_code, its end: the region's own code without a plus sign."""
    rows = rows.with_columns(code=of(CODE_OF_PLAN, _PLAN)).with_columns(size=of(DIGITS_OF_CODE, _CODE))
    lead = _VALUE // power(_shown() - pl.col("size"))
    owned, others = split(rows, (pl.col("size") <= _DIGITS) & (lead == _CODE))
    yield others.select(_SUBSCRIBER)
    whole_viable, too_long = (of(inlands.nationals[name], _RANGE) for name in ("viable", "too_long"))
    owned = _ranged(owned, inlands).with_columns(whole_viable=whole_viable, too_long=too_long)
    owned = owned.with_columns(pl.col("digits", "value", "place").name.prefix("whole_"))
    rest = _stripped(_placed(owned.with_columns(*_behind(pl.col("size"))), inlands), inlands)
    coded, kept = split(rest, (~pl.col("whole_viable") & pl.col("viable")) | pl.col("too_long"))
    yield _placed(coded.with_columns(plan=of(MAIN_PLAN_OF_CODE, _CODE)), inlands).select(_SUBSCRIBER)
    yield kept.with_columns(digits="whole_digits", value="whole_value", place="whole_place").select(
        _SUBSCRIBER
    )


def _judged(rows: pl.DataFrame, inlands: Inlands, atlas: Atlas) -> pl.DataFrame:
    """phonenumberutil.parse, its last part, then `numbering.judge`."""
    short = _DIGITS < _FEWEST_DIGITS
    prefixed, others = split(rows, _acts(inlands) & ~short)
    rows = pl.concat([others, _fitting(prefixed, inlands).select(_SUBSCRIBER)])
    rows = rows.with_columns(number=_CODE * power(_DIGITS) + _VALUE)
    lines = atlas.lines_for(_counts(rows, _lot(_DIGITS)))
    listed = of(lines["answer"], place_among(lines["number"], pl.col("number")))
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


def _fitting(rows: pl.DataFrame, inlands: Inlands) -> pl.DataFrame:
    """Take the national prefix off where what is left has a possible length."""
    rows = _stripped(rows.with_columns(whole_digits=_DIGITS, whole_value=_VALUE), inlands)
    return rows.with_columns(
        digits=pl.when("fits").then(_DIGITS).otherwise("whole_digits"),
        value=pl.when("fits").then(_VALUE).otherwise("whole_value"),
    )


def _stripped(rows: pl.DataFrame, inlands: Inlands) -> pl.DataFrame:
    """phonenumberutil._maybe_strip_national_prefix_carrier_code; with `viable` and `fits` of what is left."""
    names = ("viable", "fits")
    rows = _ranged(rows, inlands).with_columns(
        of(inlands.nationals[name], _RANGE).alias(name) for name in names
    )
    acting, still = split(rows, _acts(inlands))
    if acting.is_empty():
        return still.with_columns(sure=_SURE & _is_described(inlands))
    drop, head, head_digits = (of(inlands.prefixes[name], _PLACE) for name in ("drop", "head", "head_digits"))
    scale = power(_shown() - drop)
    left = _ranged(
        acting.with_columns(digits=_DIGITS - drop + head_digits, value=head * scale + _VALUE % scale), inlands
    )
    left = left.with_columns(of(inlands.nationals[name], _RANGE).alias(name) for name in names)
    picked = (
        pl.when(acting["viable"] & ~left["viable"]).then(acting[name]).otherwise(left[name]).alias(name)
        for name in ("digits", "value", *names)
    )
    rows = pl.concat([still, left.with_columns(picked)])
    return rows.with_columns(sure=_SURE & _is_described(inlands))


def _acts(inlands: Inlands) -> pl.Expr:
    return of(inlands.prefixes["acts"], _PLACE)


def _placed(rows: pl.DataFrame, inlands: Inlands) -> pl.DataFrame:
    """Add `place`, by as many of the first digits as the plan looks at."""
    reach = of(inlands.reaches, _PLAN)
    few, many = power(_DIGITS) + _VALUE, power(reach + 1) + _VALUE // power(_shown() - reach)
    lead = pl.when(reach >= _DIGITS).then(few).otherwise(many)
    # Null where the digits shown are not enough for the plan: no range there, so that nothing is sure.
    key = (_PLAN.cast(pl.UInt64) * PLAN_SPAN + lead).fill_null(0)
    sure = _SURE & of(inlands.prefixes["sure"], _PLACE) & _is_described(inlands)
    return rows.with_columns(place=place_among(inlands.prefixes["key"], key)).with_columns(sure=sure)


def _ranged(rows: pl.DataFrame, inlands: Inlands) -> pl.DataFrame:
    """Add `range`, where the plan's ranges of national numbers have the digits."""
    longer = pl.lit(2 * 10**DESCRIBED_DIGITS, pl.UInt64)
    digits = pl.when(_DIGITS <= DESCRIBED_DIGITS).then(power(_DIGITS) + _VALUE).otherwise(longer)
    return rows.with_columns(
        range=place_among(inlands.nationals["key"], _PLAN.cast(pl.UInt64) * PLAN_SPAN + digits)
    )


def _is_described(inlands: Inlands) -> pl.Expr:
    """Return whether all digits are there, or are more than any pattern of the plan describes."""
    too_many = of(inlands.longest, _PLAN) <= DESCRIBED_DIGITS
    return pl.when(_DIGITS <= DESCRIBED_DIGITS).then(pl.col("hidden") == 0).otherwise(too_many)


def _shown() -> pl.Expr:
    return _DIGITS - pl.col("hidden")


def _behind(digits: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return what is left behind so many digits, as `digits` and `value`."""
    return (_DIGITS - digits).alias("digits"), (_VALUE % power(_shown() - digits)).alias("value")
