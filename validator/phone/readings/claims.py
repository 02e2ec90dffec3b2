"""Claims: the valid numbers that the readings make from the cells of a column."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

from validator.model import Reason
from validator.phone import answers
from validator.phone.bulk.frames import beside, column_of, holding, kept, split, together, where
from validator.phone.bulk.search import by_number, of
from validator.phone.codes import LOT_SPAN
from validator.phone.readings.evidence import Evidence
from validator.phone.readings.grouped import as_grouped, without_beside
from validator.phone.readings.habits import with_habits
from validator.phone.readings.lost_zeros import LOSING_ZEROS
from validator.phone.readings.rules import (
    BARE,
    DIGITS,
    LONG_DISTANCE,
    MAY_BEGIN_00,
    PLAN,
    PLUS,
    RULES,
    STANDS_ABROAD,
    VALUE,
    ZERO_FIRST,
    NumberReading,
    Numbers,
    lot_of,
    may_begin_twice,
    may_begin_twice_behind_zeros,
    with_codes,
)
from validator.phone.readings.signatures import evidence_of, is_international, signed, with_claims
from validator.phone.readings.slots import CODE_AGAIN, Outcome, Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    LookUp = Callable[[pl.DataFrame], pl.DataFrame]

# Refusals after which another reading may still find a number; the others are final.
_OPEN_REASONS = (
    Reason.TOO_SHORT, Reason.TOO_LONG, Reason.NOT_IN_PLAN, Reason.UNKNOWN_COUNTRY, Reason.NO_COUNTRY,
)  # fmt: skip
_OPEN = [answers.of(reason) for reason in _OPEN_REASONS]
_RULE_OF = {Slot[rule.name.upper()]: rule for rule in RULES}
_APPLIES = {slot: rule.applies.fill_null(value=False).alias(slot.name) for slot, rule in _RULE_OF.items()}
_PLUS_LOST = _RULE_OF[Slot.PLUS_LOST]
# The readings of cells that begin with a zero.
_BEGUN = (Slot.ZERO_BEFORE_CODE, Slot.TRUNK_ZERO, Slot.PREFIX_00, Slot.PREFIX_00_ABROAD)
# No reading makes a number from more digits.
_MOST_DIGITS = 18

_ANSWER, _NUMBER = pl.col("answer"), pl.col("number")
_IS_LINE = _ANSWER >= answers.FIRST_VALID
# More than all outcomes.
_SLOT_SPAN = 32
_KEPT = ["row", "plan", "plus", "digits", "value", "answer", "number"]
_WORDS = [reading.value for reading in NumberReading]
# In the order of `NumberReading`.
READINGS = pl.Series(_WORDS, dtype=pl.Enum(_WORDS))
_PLAIN_READING = pl.Series([0], dtype=pl.UInt8)
_READING_OF = {reading: place for place, reading in enumerate(NumberReading)}
_REFUSALS: dict[int, int] = {
    Outcome.AMBIGUOUS: answers.of(Reason.AMBIGUOUS),
    Outcome.LOCAL: answers.of(Reason.TOO_SHORT),
    Outcome.NOT_INTERNATIONAL: answers.of(Reason.NOT_IN_PLAN),
}
_READ_BY: dict[int, int] = {slot: _READING_OF[rule.reading] for slot, rule in _RULE_OF.items()}
# By outcome, its answer and its reading; null if the cell keeps its own.
_REFUSED = pl.Series([_REFUSALS.get(one) for one in range(_SLOT_SPAN)], dtype=answers.ANSWER)
_READ = pl.Series([_READ_BY.get(one) for one in range(_SLOT_SPAN)], dtype=pl.UInt8)
_ROW, _FOUND = {"row": pl.UInt32()}, {"answer": answers.ANSWER, "number": pl.UInt64()}
_OPEN_SCHEMA = (
    _ROW
    | {"signature": pl.UInt64(), "plan": pl.UInt32(), "text": pl.String(), "digits": pl.UInt32()}
    | _FOUND
)
_CLAIM_SCHEMA = _ROW | {"slot": pl.UInt8()} | _FOUND
_SETTLED_SCHEMA = _ROW | _FOUND | {"reading": pl.UInt8()}


class Claims(Struct, frozen=True):
    """The claims to the cells of a column.

    Attributes:
        readings: how each cell is read as it stands, as an index of `NumberReading` (UInt8).
        open: the cells that may be read in another way, or refused: `row`, `signature` (UInt64), `plan`,
            `text`, `digits`, and `answer` and `number` as they stand.
        claims: the results of other readings: `row`, `slot`, `answer`, `number`.
        evidence: the counts of the cells that are compared with one another.
        numbers: how the column is written, if the user says so.
    """

    readings: pl.Series
    open: pl.DataFrame
    claims: pl.DataFrame
    evidence: Evidence
    numbers: Numbers

    @classmethod
    def none(cls, cells: int, numbers: Numbers) -> Claims:
        """Return the claims to so many cells that are each read as they stand: a column of plus signs."""
        return cls(
            _PLAIN_READING.new_from_index(0, cells),
            pl.DataFrame(schema=_OPEN_SCHEMA),
            pl.DataFrame(schema=_CLAIM_SCHEMA),
            Evidence(),
            numbers,
        )

    def settle(self, outcomes: Mapping[int, Outcome]) -> pl.DataFrame:
        """Return `row`, `answer`, `number` and `reading` (as in `readings`) of the open cells."""
        if self.open.is_empty():
            return pl.DataFrame(schema=_SETTLED_SCHEMA)
        outcome = by_number(self.open["signature"], outcomes.__getitem__, pl.UInt8())
        reading = self.readings[self.open["row"]]
        cells = beside(self.open, outcome.alias("outcome"), reading.alias("reading"))
        cells = as_grouped(cells) if self.numbers is Numbers.AUTO else cells
        return _read(cells, self.claims, self.numbers)[["row", "answer", "number", "reading"]]


def claims_to(cells: pl.DataFrame, ask: LookUp, numbers: Numbers) -> Claims:
    """Return the claims to a column.

    Args:
        cells: one row for each cell: `text`, `plan` (UInt32, or null), `answer` and `number` as it stands,
            and how it is written: `plus`, `digits`, `value`, null if it is more than digits.
        ask: asks libphonenumber: from `plus`, `plan`, `digits`, `value` to `answer`, `number`.
        numbers: how the column is written, if the user says so.
    """
    rows = cells.with_row_index("row")[_KEPT]
    may = holding(cells, _may_be_claimed(numbers))
    zero = may & holding(rows, ZERO_FIRST)
    bare, rare = kept(rows, may & ~zero & ~rows["plus"]), _rarely_claimed(rows, may, zero)
    if bare.is_empty() and rare.is_empty():
        return Claims.none(cells.height, numbers)
    abroad, others = split(bare, STANDS_ABROAD)
    claims = _claims(_questions(bare, others, rare), ask)
    claims = claims if numbers is Numbers.INTERNATIONAL else without_beside(claims, cells)
    others = with_habits(others)
    open_plans = _open_plans(abroad, others, claims, numbers)
    abroad_too, others_too = (where(some, _of_plans(open_plans)) for some in (abroad, others))
    compared = with_habits(together(abroad_too, _compared(rows, may, claims)))
    compared = together(others_too, compared)
    compared = with_claims(signed(compared), claims, numbers)
    left_open = kept(compared, compared["open"])
    texts = cells["text"].gather(left_open["row"])
    readings = _PLAIN_READING.new_from_index(0, cells.height)
    lost = where(abroad, _has_lost_plus(numbers))["row"]
    readings = readings.scatter(lost, _READING_OF[NumberReading.PLUS_LOST])
    readings = readings.scatter(others["row"], others["reading"])
    return Claims(readings, beside(left_open, texts), claims, evidence_of(compared), numbers)


@cache
def _may_be_claimed(numbers: Numbers) -> pl.Expr:
    bare = BARE if numbers is Numbers.INTERNATIONAL else False
    where = PLAN.is_not_null() | PLUS | bare | _IS_LINE
    return (DIGITS <= _MOST_DIGITS) & where & of(_may_be_numbers(), _ANSWER)


@lru_cache(maxsize=1)
def _may_be_numbers() -> pl.Series:
    """Return for each answer whether it is a number, or a refusal after which another reading is tried."""
    answer = pl.int_range(answers.in_words().height)
    return pl.select((answer >= answers.FIRST_LINE) | answer.is_in(_OPEN)).to_series()


def _open_plans(
    abroad: pl.DataFrame, others: pl.DataFrame, claims: pl.DataFrame, numbers: Numbers
) -> pl.Series:
    """Return the plans of bare cells that may be read in another way, or refused."""
    is_open = pl.col("row").is_in(claims["row"].implode()) | is_international(numbers)
    found = (
        where(abroad, is_open),
        where(others, is_open | pl.col("needs_column")),
    )
    return pl.concat(some["plan"] for some in found)


def _of_plans(plans: pl.Series) -> pl.Expr:
    return PLAN.is_in(plans.unique().implode(), nulls_equal=True)


def _rarely_claimed(rows: pl.DataFrame, may: pl.Series, zero: pl.Series) -> pl.DataFrame:
    """Return the few cells for the rules that do not apply to all bare cells."""
    twice = holding(rows, may_begin_twice())
    return together(kept(rows, may & twice & ~zero), where(kept(rows, zero), _begins()))


@lru_cache(maxsize=1)
def _begins() -> pl.Expr:
    """Return whether one of the rules for cells that begin with a zero may apply."""
    may = MAY_BEGIN_00 | _RULE_OF[Slot.ZERO_BEFORE_CODE].applies | _RULE_OF[Slot.TRUNK_ZERO].applies
    return may | may_begin_twice_behind_zeros()


def _questions(bare: pl.DataFrame, others: pl.DataFrame, rare: pl.DataFrame) -> pl.DataFrame:
    """Return the numbers that the rules make from bare cells, from the others, and from the rare ones."""
    losing = where(bare, PLAN.is_in(LOSING_ZEROS))
    parts = [_question(where(others, _PLUS_LOST.applies), Slot.PLUS_LOST)]
    parts += _questions_of(losing, Slot.ZERO_LOST)
    parts += _questions_of(rare if rare.is_empty() else with_codes(rare), *CODE_AGAIN, *_BEGUN)
    return _of_some_length(together(*parts))


def _questions_of(rows: pl.DataFrame, *slots: Slot) -> list[pl.DataFrame]:
    """Return the numbers that the rules make from rows to which they apply; few rules apply to any."""
    if rows.is_empty():
        return []
    applies = rows.select_seq(_APPLIES[slot] for slot in slots)
    return [_question(kept(rows, applies[slot.name]), slot) for slot in slots if applies[slot.name].any()]


def _of_some_length(questions: pl.DataFrame) -> pl.DataFrame:
    """Leave out numbers with a count of digits that no number under their calling code has."""
    if questions.is_empty():
        return questions
    from validator.phone.bulk.number_ranges import is_flat  # noqa: PLC0415 - cells with a plus ask nothing

    lot = lot_of(DIGITS, VALUE).alias("lot")
    lots = column_of(questions, lot)
    some = [one for one in lots.unique().drop_nulls() if not is_flat(*divmod(one, LOT_SPAN))]
    return kept(questions, lots.is_in(pl.Series(some, dtype=lots.dtype).implode()))


def _question(rows: pl.DataFrame, slot: Slot) -> pl.DataFrame:
    return rows.select_seq("row", "plan", *_asked_by(slot))


@cache
def _asked_by(slot: Slot) -> list[pl.Expr]:
    rule = _RULE_OF[slot]
    return [
        rule.digits.cast(pl.UInt32).alias("digits"),
        rule.value.cast(pl.UInt64).alias("value"),
        pl.lit(value=True).alias("plus"),
        pl.lit(int(slot), pl.UInt8).alias("slot"),
        pl.when(_IS_LINE).then("number").alias("stands"),
    ]


def _claims(questions: pl.DataFrame, ask: LookUp) -> pl.DataFrame:
    """Return the valid numbers that rules make, other than the number of the cell as it stands."""
    found = ask(questions[["plus", "plan", "digits", "value"]])
    claims = questions[["row", "slot", "stands"]].hstack(found)
    claims = where(claims, _IS_LINE & (pl.col("stands") != _NUMBER).fill_null(value=True)).drop("stands")
    again = claims[["row"]].is_duplicated() if claims.height else None
    if again is not None and again.any():
        claims = claims.sort("slot").unique(["row", "number"], keep="first", maintain_order=True)
    return claims


def _compared(rows: pl.DataFrame, may: pl.Series, claims: pl.DataFrame) -> pl.DataFrame:
    """Return the cells that begin with a zero or a plus sign, of plans in which one of them is claimed."""
    rare = where(claims, (pl.col("slot") != Slot.PLUS_LOST) & (pl.col("slot") != Slot.ZERO_LOST))["row"]
    if rare.is_empty():
        return rows.clear()
    claimed = where(rows[rare.unique()], ~BARE)
    if claimed.is_empty():
        return claimed
    return where(kept(rows, may), ~BARE & _of_plans(claimed["plan"]))


def _has_lost_plus(numbers: Numbers) -> pl.Expr:
    """Whether a cell that is read with a plus sign is not also a national number with its trunk prefix."""
    return pl.lit(numbers is Numbers.INTERNATIONAL) | ~LONG_DISTANCE.fill_null(value=False)


def _read(cells: pl.DataFrame, claims: pl.DataFrame, numbers: Numbers) -> pl.DataFrame:
    """Give each cell the answer of its outcome: as it stands, a refusal, or the answer of a claim."""
    outcome = pl.col("outcome")
    is_read = (outcome != Slot.PLUS_LOST) | _has_lost_plus(numbers)
    answer = pl.coalesce(of(_REFUSED, outcome), _ANSWER).alias("answer")
    reading = pl.coalesce(pl.when(is_read).then(of(_READ, outcome)), "reading").alias("reading")
    return _taking(cells.select_seq("row", "number", "outcome", answer, reading), claims)


def _taking(cells: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Give the cells that are read in another way the answer of that claim."""
    key, asked = _key(claims["row"], claims["slot"]), _key(cells["row"], cells["outcome"])
    claims = claims.with_columns_seq(key.alias("key")).sort("key")
    place = claims["key"].search_sorted(asked, side="left")
    is_claim = claims["key"].gather(place, null_on_oob=True).eq_missing(asked)
    rows = is_claim.arg_true()
    return beside(cells, *answers.put(cells, rows, claims[place[rows]]))


def _key(row: pl.Series, slot: pl.Series) -> pl.Series:
    """Return the row and the slot as one number."""
    return row.cast(pl.UInt64) * _SLOT_SPAN + slot.cast(pl.UInt64)
