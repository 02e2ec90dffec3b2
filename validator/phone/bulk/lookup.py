"""`numbering.look_up` for whole columns of digits, in the same steps as libphonenumber.

Each step names the function of `phonenumberutil` that it follows. If a chart (`number_ranges`) is missing or
has no answer, the answer is `UNDECIDED`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from validator.model import MAX_DIGITS, MIN_DIGITS, Reason
from validator.phone import answers
from validator.phone.bulk.frames import adding, column_of, holding, kept, split, together
from validator.phone.bulk.plan_ranges import DESCRIBED_DIGITS
from validator.phone.bulk.prefixes import acts, behind, fitting, placed, ranged, shown, stripped
from validator.phone.bulk.search import SHOWN_DIGITS, columns_at, of, place_among, power
from validator.phone.codes import (
    CODE_OF_LEAD,
    CODE_OF_PLAN,
    DIGITS_OF_CODE,
    LEAD_DIGITS,
    LOT_SPAN,
    MAIN_PLAN_OF_CODE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validator.phone.bulk.range_cache import Inlands, RangeIndex

# phonenumberutil._MIN_LENGTH_FOR_NSN after an international prefix and for a national number, and _MAX_.
_TOO_FEW_ABROAD = 2
_FEWEST_DIGITS = 2
# Up to this many rows, the queries of a look-up cost more than reading each row (25 us, measured).
_FEW = 500
_MOST_DIGITS = 17

_TOO_SHORT, _TOO_LONG, _NO_COUNTRY, _UNKNOWN_COUNTRY = (
    pl.lit(answers.of(reason), answers.ANSWER)
    for reason in (Reason.TOO_SHORT, Reason.TOO_LONG, Reason.NO_COUNTRY, Reason.UNKNOWN_COUNTRY)
)
_UNDECIDED = pl.lit(answers.UNDECIDED, answers.ANSWER)
_CODE, _PLAN, _DIGITS, _VALUE = pl.col("code"), pl.col("plan"), pl.col("digits"), pl.col("value")
_PLACE, _SIZE, _ANSWER = pl.col("place"), pl.col("size"), pl.col("answer")
_PLUS, _SURE, _TRUE, _FALSE = pl.col("plus"), pl.col("sure"), pl.lit(value=True), pl.lit(value=False)
_NO_ANSWERS = pl.DataFrame(schema={"at": pl.UInt32(), "answer": answers.ANSWER, "number": pl.UInt64()})
# The columns of a row after its calling code is known. `lost`: libphonenumber dropped a plus sign, since
# there was no calling code after it. `prefixes` explains the others.
_SUBSCRIBER = ["at", "code", "plan", "digits", "value", "hidden", "lost", "place", "sure"]


def look_up(dialled: pl.DataFrame, index: RangeIndex) -> pl.DataFrame:
    """Return `answer` and `number` for each row, in order; the number has a meaning only for a line.

    Args:
        dialled: `plus` (Boolean: there is a plus sign), `plan` (UInt32: of the cell's region, or null),
            `digits` (UInt32: how many) and `value` (UInt64: the first `SHOWN_DIGITS` as a number).
        index: the range tables.
    """
    hidden = _DIGITS - _DIGITS.clip(upper_bound=SHOWN_DIGITS)
    rows = dialled.select_seq("plus", "plan", "digits", "value", hidden=hidden, lost=_FALSE, sure=_TRUE)
    plussed, bare = split(rows.with_row_index("at"), _PLUS)
    straight, others = _straight(plussed, index)
    found = together(straight, *_roundabout(others, bare, index))
    return answers.put(answers.undecided(dialled.height), found["at"], found)


def look_up_plussed(dialled: pl.DataFrame, index: RangeIndex) -> pl.DataFrame:
    """Return the same for rows that all have a plus sign: few of them need more than one look-up."""
    rows = dialled.with_row_index("at").with_columns_seq(hidden=pl.lit(0, pl.UInt32))
    straight, others = _straight(rows, index)
    found = answers.put(answers.undecided(dialled.height), straight["at"], straight)
    if others.height <= _FEW:
        return found
    return answers.put(found, others["at"], look_up(others[dialled.columns], index))


def _straight(rows: pl.DataFrame, index: RangeIndex) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the answers for rows with a plus sign and no prefix after it, which are most; and the others."""
    code = _calling_code()
    lined = _lined(rows, _VALUE, _lot(code, _DIGITS - of(DIGITS_OF_CODE, code)), index)
    # After zeros there is no calling code, whatever number follows.
    leads = (power(_DIGITS - 1) <= _VALUE) & (pl.col("hidden") == 0)
    return _taken(lined, leads & pl.col("plain"), rows)


def _taken(lined: pl.DataFrame, condition: pl.Expr, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the answers of the rows for which the condition is true, and the other rows."""
    holds = holding(lined, condition)
    found = lined[["at", "answer", "value"]].rename({"value": "number"})
    return kept(found, holds), kept(rows, ~holds)


def _roundabout(plussed: pl.DataFrame, bare: pl.DataFrame, index: RangeIndex) -> Iterator[pl.DataFrame]:
    """phonenumberutil.parse, for each way in which _maybe_extract_country_code finds a calling code."""
    abroad, lost = split(plussed.with_columns_seq(code=_calling_code()), _CODE > 0)
    home, nowhere = split(together(bare, lost.drop("code")), _PLAN.is_not_null())
    yield _failed(nowhere, _no_country())
    inlands = index.inlands
    inlands = index.inlands_for(_unbuilt(abroad, _main_plan(), inlands) + _unbuilt(home, _PLAN, inlands))
    if home.is_empty():  # second chances are mostly international numbers
        yield _judged(_abroad(abroad, inlands), inlands, index)
        return
    home = placed(home, inlands)
    odd, inland = split(home, _PLUS | (_exit_digits(inlands) > 0))
    left, strayed, stayed = _leaving(odd, inlands)
    yield _failed(strayed, pl.when(_is_short()).then(_TOO_SHORT).otherwise(_no_country()))
    lost, stayed = split(stayed, _PLUS)
    yield _failed(lost, pl.when(_SURE).then(_UNKNOWN_COUNTRY).otherwise(_UNDECIDED))
    inland = together(inland, stayed[inland.columns])
    grown = index.inlands_for(_unbuilt(left, _main_plan(), inlands))
    if grown is not inlands:  # with added ranges, the indexes of others may have changed
        inlands, inland = grown, placed(inland, grown)
    abroad = _abroad(together(abroad, left[abroad.columns]), inlands)
    owned, inland = split(_coded(inland), _is_owned())
    straight, owned = _straight_at_home(ranged(owned, inlands, "viable", "too_long"), index)
    yield straight
    rest = together(abroad, inland[_SUBSCRIBER], *_owned(owned, inlands))
    yield _judged(rest, inlands, index)


def _unbuilt(rows: pl.DataFrame, plan: pl.Expr, inlands: Inlands) -> Counter[int]:
    """Count the rows of plans without a range table, by plan."""
    return _counts(rows, of(inlands.longest, plan) == 0, plan)


def _lined(rows: pl.DataFrame, number: pl.Expr, lot: pl.Expr, index: RangeIndex) -> pl.DataFrame:
    """Add `answer` and `plain` from the number's chart, after building charts that enough rows need."""
    lines = index.lines
    lined = _found(rows, number, lines)
    grown = index.lines_for(_counts(lined, _ANSWER == answers.UNDECIDED, lot))
    return lined if grown is lines else _found(rows, number, grown)


def _found(rows: pl.DataFrame, number: pl.Expr, lines: pl.DataFrame) -> pl.DataFrame:
    line = column_of(rows, place_among(lines["number"], number))
    return rows.hstack(columns_at(lines, line, "answer", "plain"))


def _counts(rows: pl.DataFrame, condition: pl.Expr, number: pl.Expr) -> Counter[int]:
    """Count the rows for which the condition is true, by `number`; nulls are left out."""
    some = rows if rows.is_empty() else kept(rows, holding(rows, condition))
    if some.is_empty():  # the usual case
        return Counter()
    numbers = column_of(some, number).drop_nulls()
    return Counter(dict(numbers.value_counts().iter_rows()))


def _lot(code: pl.Expr, digits: pl.Expr) -> pl.Expr:
    """Return the id of the lot of a calling code and a count of national digits, null for none."""
    described = digits.is_between(_FEWEST_DIGITS, DESCRIBED_DIGITS)
    return pl.when((code > 0) & described).then(code * LOT_SPAN + digits)


def _failed(rows: pl.DataFrame, answer: pl.Expr) -> pl.DataFrame:
    if rows.is_empty():
        return _NO_ANSWERS
    return rows.select_seq("at", answer.alias("answer"), pl.lit(0, pl.UInt64).alias("number"))


def _no_country() -> pl.Expr:
    return pl.when(_PLUS).then(_UNKNOWN_COUNTRY).otherwise(_NO_COUNTRY)


def _leaving(rows: pl.DataFrame, inlands: Inlands) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """phonenumberutil._parse_prefix_as_idd: an international prefix without a zero after it.

    Returns:
        The rows with a calling code after the prefix, without the prefix; those without a calling code after
        it; and those without such a prefix.
    """
    exit_digits = _exit_digits(inlands)
    rest = shown() - exit_digits
    zero = (rest > 0) & (_VALUE % power(rest) < power(rest - 1))
    left, stayed = split(rows, (exit_digits > 0) & ~zero)
    left = left.with_columns_seq(*behind(exit_digits), lost=_PLUS)
    code = pl.when(_is_short()).then(0).otherwise(_calling_code())
    return *split(left.with_columns_seq(code=code), _CODE > 0), stayed


def _exit_digits(inlands: Inlands) -> pl.Expr:
    return of(inlands.prefixes["exit_digits"], _PLACE)


def _is_short() -> pl.Expr:
    return _DIGITS <= _TOO_FEW_ABROAD


def _calling_code() -> pl.Expr:
    return of(CODE_OF_LEAD, _VALUE // power(shown() - LEAD_DIGITS))


def _main_plan() -> pl.Expr:
    return of(MAIN_PLAN_OF_CODE, _CODE)


def _abroad(rows: pl.DataFrame, inlands: Inlands) -> pl.DataFrame:
    """Remove the calling code. From now on the main plan under it counts."""
    rows = rows.with_columns_seq(behind(of(DIGITS_OF_CODE, _CODE)), plan=_main_plan())
    return placed(rows, inlands)[_SUBSCRIBER]


def _coded(rows: pl.DataFrame) -> pl.DataFrame:
    code = of(CODE_OF_PLAN, _PLAN)
    return rows.with_columns_seq(code=code, size=of(DIGITS_OF_CODE, code))


def _is_owned() -> pl.Expr:
    """Return whether the first digits are the region's own calling code."""
    return (_SIZE <= _DIGITS) & (_VALUE // power(shown() - _SIZE) == _CODE)


def _straight_at_home(owned: pl.DataFrame, index: RangeIndex) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the answers for rows that are valid only after the region's calling code, and the other rows.

    `_owned` has the same result if the region's plan is the main one and finds no prefix there.
    """
    lined = _lined(owned, _VALUE, _lot(_CODE, _DIGITS - _SIZE), index)
    is_own = (_main_plan() == _PLAN) & (_ANSWER >= answers.FIRST_VALID) & (answers.country(_ANSWER) == _PLAN)
    is_other = ~pl.col("viable") | pl.col("too_long")
    sure = _SURE & (pl.col("hidden") == 0) & pl.col("plain")
    return _taken(lined, sure & is_own & is_other, owned)


def _owned(owned: pl.DataFrame, inlands: Inlands) -> Iterator[pl.DataFrame]:
    """The end of phonenumberutil._maybe_extract_country_code: the region's own code without a plus sign."""
    if owned.is_empty():
        return
    owned = owned.with_columns_seq(pl.col("digits", "value", "place", "viable").name.prefix("whole_"))
    rest = stripped(placed(owned.with_columns_seq(behind(_SIZE)), inlands), inlands)
    coded, uncoded = split(rest, (~pl.col("whole_viable") & pl.col("viable")) | pl.col("too_long"))
    yield placed(coded.with_columns_seq(plan=_main_plan()), inlands)[_SUBSCRIBER]
    whole = {name: f"whole_{name}" for name in ("digits", "value", "place")}
    yield uncoded.with_columns_seq(**whole)[_SUBSCRIBER]


def _judged(rows: pl.DataFrame, inlands: Inlands, index: RangeIndex) -> pl.DataFrame:
    """The last part of phonenumberutil.parse, then `numbering._judge`."""
    short = _DIGITS < _FEWEST_DIGITS
    prefixed, others = split(rows, acts(inlands) & ~short)
    if not prefixed.is_empty():
        rows = together(others, fitting(prefixed, inlands)[_SUBSCRIBER])
    rows = adding(rows, number=_CODE * power(_DIGITS) + _VALUE)
    rows = _lined(rows, pl.col("number"), _lot(_CODE, _DIGITS), index)
    judged = pl.when(_DIGITS > DESCRIBED_DIGITS).then(_TOO_LONG).otherwise(_ANSWER)
    parsed = pl.when(_DIGITS > _MOST_DIGITS).then(_TOO_LONG).otherwise(_found_again())
    answer = pl.when(~_SURE).then(_UNDECIDED).when(short).then(_TOO_SHORT).otherwise(parsed)
    return rows.with_columns_seq(answer=judged).select_seq("at", answer.alias("answer"), "number")


def _found_again() -> pl.Expr:
    """`numbering._names_no_country`: if the plus sign was lost, only a valid number counts."""
    answer, number = pl.col("answer"), pl.col("number")
    # Valid numbers out of bounds are refused too, with the same answers as numbers that are not valid.
    in_bounds = number.is_between(10 ** (MIN_DIGITS - 1), 10**MAX_DIGITS, closed="left")
    told_apart = in_bounds & (_DIGITS <= DESCRIBED_DIGITS)
    refused = pl.when(told_apart).then(_UNKNOWN_COUNTRY).otherwise(_UNDECIDED)
    again = pl.col("lost") & (answer != answers.UNDECIDED) & (answer < answers.FIRST_VALID)
    return pl.when(again).then(refused).otherwise(answer)
