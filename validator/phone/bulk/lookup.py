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
from validator.phone.bulk.prefixes import SHOWN, acts, behind, dropped, fitting, placed, ranged, stripped
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
_PLUS, _SURE, _PLAIN, _NUMBER = pl.col("plus"), pl.col("sure"), pl.col("plain"), pl.col("number")
_TRUE, _FALSE = pl.lit(value=True), pl.lit(value=False)
_HIDDEN = _DIGITS - _DIGITS.clip(upper_bound=SHOWN_DIGITS)
_IS_WHOLE = pl.col("hidden") == 0
# The calling code with which the digits begin, zero if they begin with none.
_CALLING_CODE = of(CODE_OF_LEAD, _VALUE // power(SHOWN - LEAD_DIGITS))
_MAIN_PLAN, _CODE_OF_PLAN = of(MAIN_PLAN_OF_CODE, _CODE), of(CODE_OF_PLAN, _PLAN)
_CODED = (_CODE_OF_PLAN.alias("code"), of(DIGITS_OF_CODE, _CODE_OF_PLAN).alias("size"))
# The rest behind the calling code, and behind the region's own.
_BEHIND_CODE, _BEHIND_OWN = behind(of(DIGITS_OF_CODE, _CODE)), behind(_SIZE)
# After zeros there is no calling code, whatever number follows.
_IS_STRAIGHT = (power(_DIGITS - 1) <= _VALUE) & _IS_WHOLE & _PLAIN
# Behind an international prefix.
_IS_SHORT = _DIGITS <= _TOO_FEW_ABROAD
_CODE_BEHIND = pl.when(_IS_SHORT).then(0).otherwise(_CALLING_CODE)
# Whether the first digits are the region's own calling code.
_IS_OWNED = (_SIZE <= _DIGITS) & (_VALUE // power(SHOWN - _SIZE) == _CODE)
# Whether the number is valid in the row's own plan; and whether it is so only with the region's own code.
_IS_VALID_AT_HOME = _SURE & _IS_WHOLE & (_ANSWER >= answers.FIRST_VALID) & (answers.country(_ANSWER) == _PLAN)
_IS_OTHERWISE_NONE = ~pl.col("viable") | pl.col("too_long")
_IS_ONLY_OWNED = _IS_VALID_AT_HOME & (_MAIN_PLAN == _PLAN) & _PLAIN & _IS_OTHERWISE_NONE
# The answers to rows without a region; with an international prefix and no calling code behind it; and with a
# plus sign that is no use in their region.
_NOWHERE = pl.when(_PLUS).then(_UNKNOWN_COUNTRY).otherwise(_NO_COUNTRY)
_STRAYED = pl.when(_IS_SHORT).then(_TOO_SHORT).otherwise(_NOWHERE)
_LOST = pl.when(_SURE).then(_UNKNOWN_COUNTRY).otherwise(_UNDECIDED)
# The answers at the end: the chart's, unless there are too few or too many digits.
_IS_TOO_SHORT = _DIGITS < _FEWEST_DIGITS
_JUDGED = pl.when(_DIGITS > DESCRIBED_DIGITS).then(_TOO_LONG).otherwise(_ANSWER)
# `numbering._names_no_country`: if the plus sign was lost, only a valid number counts. Valid numbers out of
# bounds are refused too, with the same answers as numbers that are not valid.
_IN_BOUNDS = _NUMBER.is_between(10 ** (MIN_DIGITS - 1), 10**MAX_DIGITS, closed="left")
_REFUSED = pl.when(_IN_BOUNDS & (_DIGITS <= DESCRIBED_DIGITS)).then(_UNKNOWN_COUNTRY).otherwise(_UNDECIDED)
_AGAIN = pl.col("lost") & (_ANSWER != answers.UNDECIDED) & (_ANSWER < answers.FIRST_VALID)
_PARSED = (
    pl.when(~_SURE)
    .then(_UNDECIDED)
    .when(_IS_TOO_SHORT)
    .then(_TOO_SHORT)
    .when(_DIGITS > _MOST_DIGITS)
    .then(_TOO_LONG)
    .when(_AGAIN)
    .then(_REFUSED)
    .otherwise(_ANSWER)
    .alias("answer")
)
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
    rows = dialled.select_seq("plus", "plan", "digits", "value", hidden=_HIDDEN, lost=_FALSE, sure=_TRUE)
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
    lined = _lined(rows, _VALUE, _LOT_OF_WHOLE, index)
    return _taken(lined, _IS_STRAIGHT, rows)


def _taken(
    lined: pl.DataFrame, condition: pl.Expr, rows: pl.DataFrame, number: str = "value"
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the answers of the rows for which the condition is true, and the other rows."""
    holds = holding(lined, condition)
    found = lined[["at", "answer", number]].rename({number: "number"})
    return kept(found, holds), kept(rows, ~holds)


def _roundabout(plussed: pl.DataFrame, bare: pl.DataFrame, index: RangeIndex) -> Iterator[pl.DataFrame]:
    """phonenumberutil.parse, for each way in which _maybe_extract_country_code finds a calling code."""
    abroad, lost = split(plussed.with_columns_seq(code=_CALLING_CODE), _CODE > 0)
    home, nowhere = split(together(bare, lost.drop("code")), _PLAN.is_not_null())
    yield _failed(nowhere, _NOWHERE)
    inlands = index.inlands
    inlands = index.inlands_for(_unbuilt(abroad, _MAIN_PLAN, inlands) + _unbuilt(home, _PLAN, inlands))
    if home.is_empty():  # second chances are mostly international numbers
        yield _judged(_abroad(abroad, inlands), inlands, index)
        return
    home = placed(home, inlands)
    odd, inland = split(home, _PLUS | (_exit_digits(inlands) > 0))
    left, strayed, stayed = _leaving(odd, inlands)
    yield _failed(strayed, _STRAYED)
    lost, stayed = split(stayed, _PLUS)
    yield _failed(lost, _LOST)
    inland = together(inland, stayed[inland.columns])
    grown = index.inlands_for(_unbuilt(left, _MAIN_PLAN, inlands))
    if grown is not inlands:  # with added ranges, the indexes of others may have changed
        inlands, inland = grown, placed(inland, grown)
    abroad = _abroad(together(abroad, left[abroad.columns]), inlands)
    owned, inland = split(_coded(inland), _IS_OWNED)
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


# Of all digits behind a plus sign, of those that begin with the region's own code, and of those behind one.
_LOT_OF_WHOLE = _lot(_CALLING_CODE, _DIGITS - of(DIGITS_OF_CODE, _CALLING_CODE))
_LOT_OF_OWNED, _LOT_BEHIND = _lot(_CODE, _DIGITS - _SIZE), _lot(_CODE, _DIGITS)


def _failed(rows: pl.DataFrame, answer: pl.Expr) -> pl.DataFrame:
    if rows.is_empty():
        return _NO_ANSWERS
    return rows.select_seq("at", answer.alias("answer"), pl.lit(0, pl.UInt64).alias("number"))


def _leaving(rows: pl.DataFrame, inlands: Inlands) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """phonenumberutil._parse_prefix_as_idd: an international prefix without a zero after it.

    Returns:
        The rows with a calling code after the prefix, without the prefix; those without a calling code after
        it; and those without such a prefix.
    """
    exit_digits = _exit_digits(inlands)
    rest = SHOWN - exit_digits
    zero = (rest > 0) & (_VALUE % power(rest) < power(rest - 1))
    left, stayed = split(rows, (exit_digits > 0) & ~zero)
    left = left.with_columns_seq(*behind(exit_digits), lost=_PLUS)
    return *split(left.with_columns_seq(code=_CODE_BEHIND), _CODE > 0), stayed


def _exit_digits(inlands: Inlands) -> pl.Expr:
    return of(inlands.prefixes["exit_digits"], _PLACE)


def _abroad(rows: pl.DataFrame, inlands: Inlands) -> pl.DataFrame:
    """Remove the calling code. From now on the main plan under it counts."""
    rows = rows.with_columns_seq(_BEHIND_CODE, plan=_MAIN_PLAN)
    return placed(rows, inlands)[_SUBSCRIBER]


def _coded(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns_seq(_CODED)


def _straight_at_home(owned: pl.DataFrame, index: RangeIndex) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the answers for rows that are valid only after the region's calling code, and the other rows.

    `_owned` has the same result if the region's plan is the main one and finds no prefix there.
    """
    return _taken(_lined(owned, _VALUE, _LOT_OF_OWNED, index), _IS_ONLY_OWNED, owned)


def _owned(owned: pl.DataFrame, inlands: Inlands) -> Iterator[pl.DataFrame]:
    """The end of phonenumberutil._maybe_extract_country_code: the region's own code without a plus sign."""
    if owned.is_empty():
        return
    owned = owned.with_columns_seq(pl.col("digits", "value", "place", "viable").name.prefix("whole_"))
    rest = stripped(placed(owned.with_columns_seq(_BEHIND_OWN), inlands), inlands)
    coded, uncoded = split(rest, (~pl.col("whole_viable") & pl.col("viable")) | pl.col("too_long"))
    yield placed(coded.with_columns_seq(plan=_MAIN_PLAN), inlands)[_SUBSCRIBER]
    whole = {name: f"whole_{name}" for name in ("digits", "value", "place")}
    yield uncoded.with_columns_seq(**whole)[_SUBSCRIBER]


def _judged(rows: pl.DataFrame, inlands: Inlands, index: RangeIndex) -> pl.DataFrame:
    """The last part of phonenumberutil.parse, then `numbering._judge`."""
    prefixed, rows = split(rows, acts(inlands) & ~_IS_TOO_SHORT)
    straight, prefixed = _straight_behind(prefixed, inlands, index)
    rows = _numbered(together(rows, fitting(prefixed, inlands)[_SUBSCRIBER]), index)
    judged = rows.with_columns_seq(answer=_JUDGED).select_seq("at", _PARSED, "number")
    return together(judged, straight)


def _straight_behind(
    prefixed: pl.DataFrame, inlands: Inlands, index: RangeIndex
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the answers for rows that are valid in their own plan without the prefix, and the other rows.

    `fitting` removes the prefix then, since the rest is viable and has a possible length.
    """
    if prefixed.is_empty():
        return _NO_ANSWERS, prefixed
    numbered = _numbered(dropped(prefixed, inlands), index)
    return _taken(numbered, _IS_VALID_AT_HOME, prefixed, number="number")


def _numbered(rows: pl.DataFrame, index: RangeIndex) -> pl.DataFrame:
    """Add the `number` under the calling code, with its `answer` and `plain`."""
    return _lined(adding(rows, number=_CODE * power(_DIGITS) + _VALUE), _NUMBER, _LOT_BEHIND, index)
