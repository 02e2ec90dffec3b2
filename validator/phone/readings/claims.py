"""Claims: the numbers that the readings make of the cells of a column, and who claims each cell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from validator.model import Reason
from validator.phone import answers
from validator.phone.bulk.frames import kept, split, together
from validator.phone.bulk.number_ranges import LOT_SPAN, is_flat
from validator.phone.bulk.search import of
from validator.phone.cell.recoveries import FEWEST_DIGITS, UNMISTAKABLE_DIGITS
from validator.phone.readings.evidence import (
    CODE_AGAIN,
    FAMILY_BIT,
    MOBILE_BIT,
    PLAN_BIT,
    SHORT_BIT,
    TRUNK_KEPT_BIT,
    TRUNK_LOST_BIT,
    TRUNK_ODD_BIT,
    VALID_BIT,
    Evidence,
    Family,
    Outcome,
    Slot,
)
from validator.phone.readings.grouped import as_beside, as_grouped
from validator.phone.readings.habits import has_usual_digits, mobile_answers, with_habits
from validator.phone.readings.rules import (
    BARE,
    DIGITS,
    LONG_DISTANCE,
    LOSING_ZEROS,
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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    LookUp = Callable[[pl.DataFrame], pl.DataFrame]

# Refusals after which another reading may still find a number: the others say what the cell is.
_OPEN_REASONS = (
    Reason.TOO_SHORT, Reason.TOO_LONG, Reason.NOT_IN_PLAN, Reason.UNKNOWN_COUNTRY, Reason.NO_COUNTRY,
)  # fmt: skip
_OPEN = [answers.of(reason) for reason in _OPEN_REASONS]
_RULE_OF = {Slot[rule.name.upper()]: rule for rule in RULES}
_PLUS_LOST = _RULE_OF[Slot.PLUS_LOST]
# Those of cells that begin with a zero.
_BEGUN = (Slot.ZERO_BEFORE_CODE, Slot.TRUNK_ZERO, Slot.PREFIX_00, Slot.PREFIX_00_ABROAD)
# Of more digits no reading makes a number.
_MOST_DIGITS = 18
_POWERS_OF_TWO = pl.Series([1 << slot for slot in Slot], dtype=pl.UInt64)

_ANSWER, _NUMBER = pl.col("answer"), pl.col("number")
_IS_LINE = _ANSWER >= answers.FIRST_VALID
_REFUSALS = {
    Outcome.AMBIGUOUS: Reason.AMBIGUOUS,
    Outcome.LOCAL: Reason.TOO_SHORT,
    Outcome.NOT_INTERNATIONAL: Reason.NOT_IN_PLAN,
}
_KEPT = ("row", "plan", "plus", "digits", "value", "answer", "number")
_WORDS = [reading.value for reading in NumberReading]
# By place.
READINGS = pl.Series(_WORDS, dtype=pl.Enum(_WORDS))
_READING_OF = {reading: place for place, reading in enumerate(NumberReading)}


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims to the cells of a column.

    Attributes:
        readings: how each cell is read as it stands, by its place among `NumberReading` (UInt8).
        open: the cells that may be read in another way than they stand, or not at all: `row`, `signature`
            (UInt64), `plan`, `text`, `digits`, and `answer` and `number` as they stand.
        claims: what other readings make of them: `row`, `slot`, `answer`, `number`.
        evidence: what the cells that are compared with one another show.
        numbers: how the column is written, if that is said.
    """

    readings: pl.Series
    open: pl.DataFrame
    claims: pl.DataFrame
    evidence: Evidence
    numbers: Numbers

    def settle(self, outcomes: Mapping[int, Outcome]) -> pl.DataFrame:
        """Return `row`, `answer`, `number` and `reading` (as in `readings`) of the open cells."""
        known = {bits: int(outcomes[bits]) for bits in self.open["signature"].unique()}
        outcome = self.open["signature"].replace_strict(known, return_dtype=pl.UInt8, default=None)
        reading = self.readings.gather(self.open["row"]).alias("reading")
        cells = self.open.with_columns(outcome.alias("outcome"), reading)
        cells = as_beside(as_grouped(cells)) if self.numbers is Numbers.AUTO else cells
        return _read(cells, self.claims, self.numbers).select("row", "answer", "number", "reading")


def claims_to(cells: pl.DataFrame, ask: LookUp, numbers: Numbers) -> Claims:
    """Return the claims to a column.

    Args:
        cells: one row a cell: `text`, `plan` (UInt32, or null), `answer` and `number` as it stands, and how
            it is written: `plus`, `digits`, `value`, null where it is more than digits.
        ask: what libphonenumber makes of questions: `plus`, `plan`, `digits`, `value`, to `answer`, `number`.
        numbers: how the column is written, if that is said.
    """
    rows = cells.with_row_index("row").select(_KEPT)
    may = cells.select(_may_be_claimed(numbers)).to_series()
    zero = may & rows.select(ZERO_FIRST.fill_null(value=False)).to_series()
    bare = kept(rows, may & ~zero & ~rows["plus"])
    abroad, others = split(bare, STANDS_ABROAD)
    claims = _claims(_questions(bare, others, _rarely_claimed(rows, may, zero)), ask)
    others = with_habits(others)
    open_plans = _open_plans(abroad, others, claims, numbers)
    compared = together(abroad.filter(_of_plans(open_plans)), _compared(rows, may, claims))
    compared = together(others.filter(_of_plans(open_plans)), with_habits(compared))
    signed = _with_claims(_signed(compared), claims, numbers)
    left_open = signed.filter("open")
    texts = cells["text"].gather(left_open["row"])
    readings = pl.zeros(cells.height, pl.UInt8, eager=True)
    lost = abroad.filter(_has_lost_plus(numbers))["row"]
    readings = readings.scatter(lost, _READING_OF[NumberReading.PLUS_LOST])
    readings = readings.scatter(others["row"], others["reading"])
    return Claims(readings, left_open.with_columns(texts), claims, _evidence(signed), numbers)


def _may_be_claimed(numbers: Numbers) -> pl.Expr:
    bare = BARE if numbers is Numbers.INTERNATIONAL else False
    where = PLAN.is_not_null() | PLUS | bare | _IS_LINE
    return ((DIGITS <= _MOST_DIGITS) & where & of(_may_be_numbers(), _ANSWER)).fill_null(value=False)


@lru_cache(maxsize=1)
def _may_be_numbers() -> pl.Series:
    """Return by answer whether it is a number, or a refusal after which there may be one."""
    answer = pl.int_range(answers.in_words().height)
    return pl.select((answer >= answers.FIRST_LINE) | answer.is_in(_OPEN)).to_series()


def _open_plans(
    abroad: pl.DataFrame, others: pl.DataFrame, claims: pl.DataFrame, numbers: Numbers
) -> pl.Series:
    """Return the plans of bare cells that may be read in another way, or not at all."""
    is_open = pl.col("row").is_in(claims["row"].implode()) | _is_said_of(numbers)
    found = (
        abroad.select(PLAN.filter(is_open)),
        others.select(PLAN.filter(is_open | pl.col("needs_column"))),
    )
    return pl.concat(found)["plan"]


def _of_plans(plans: pl.Series) -> pl.Expr:
    return PLAN.is_in(plans.unique().implode(), nulls_equal=True)


def _rarely_claimed(rows: pl.DataFrame, may: pl.Series, zero: pl.Series) -> pl.DataFrame:
    """Return the few cells to which rules apply that are not for all bare ones."""
    twice = rows.select(may_begin_twice().fill_null(value=False)).to_series()
    begins = MAY_BEGIN_00 | pl.any_horizontal(_RULE_OF[one].applies for one in _BEGUN[:2])
    begins |= may_begin_twice_behind_zeros().fill_null(value=False)
    return pl.concat([kept(rows, may & twice & ~zero), kept(rows, zero).filter(begins)])


def _questions(bare: pl.DataFrame, others: pl.DataFrame, rare: pl.DataFrame) -> pl.DataFrame:
    """Return what the rules make of the bare cells, those others that do not stand abroad, and the rare."""
    losing = bare.filter(PLAN.is_in(LOSING_ZEROS))
    parts = [_question(others.filter(_PLUS_LOST.applies), Slot.PLUS_LOST)]
    parts += _questions_of(losing, Slot.ZERO_LOST)
    parts += _questions_of(rare if rare.is_empty() else with_codes(rare), *CODE_AGAIN, *_BEGUN)
    return _of_some_length(together(*parts))


def _questions_of(rows: pl.DataFrame, *slots: Slot) -> list[pl.DataFrame]:
    """Return what the rules make of those rows to which they apply, which few of them do to any."""
    if rows.is_empty():
        return []
    applies = rows.select(_RULE_OF[slot].applies.fill_null(value=False).alias(slot.name) for slot in slots)
    return [_question(rows.filter(applies[slot.name]), slot) for slot in slots if applies[slot.name].any()]


def _of_some_length(questions: pl.DataFrame) -> pl.DataFrame:
    """Leave out what has more or fewer digits than any number under its calling code."""
    lot = lot_of(DIGITS, VALUE).alias("lot")
    lots = questions.select(lot).to_series()
    some = [one for one in lots.unique().drop_nulls() if not is_flat(*divmod(one, LOT_SPAN))]
    return questions.filter(lots.is_in(pl.Series(some, dtype=lots.dtype).implode()))


def _question(rows: pl.DataFrame, slot: Slot) -> pl.DataFrame:
    rule = _RULE_OF[slot]
    return rows.select(
        "row",
        "plan",
        rule.digits.cast(pl.UInt32).alias("digits"),
        rule.value.cast(pl.UInt64).alias("value"),
        plus=pl.lit(value=True),
        slot=pl.lit(int(slot), pl.UInt8),
        stands=pl.when(_IS_LINE).then("number"),
    )


def _claims(questions: pl.DataFrame, ask: LookUp) -> pl.DataFrame:
    """Return where a rule makes a valid number of a cell that is not its number as it stands."""
    found = ask(questions.select("plus", "plan", "digits", "value"))
    claims = questions.select("row", "slot", "stands").hstack(found)
    claims = claims.filter(_IS_LINE & (pl.col("stands") != _NUMBER).fill_null(value=True)).drop("stands")
    again = claims.select("row").is_duplicated() if claims.height else None
    if again is not None and again.any():
        claims = claims.sort("slot").unique(["row", "number"], keep="first", maintain_order=True)
    return claims


def _compared(rows: pl.DataFrame, may: pl.Series, claims: pl.DataFrame) -> pl.DataFrame:
    """Return the cells that begin with a zero or a plus sign, of plans where any is claimed."""
    rare = claims.filter(~pl.col("slot").is_in([Slot.PLUS_LOST, Slot.ZERO_LOST]))["row"]
    claimed = rows[rare.unique()].filter(~BARE)
    if claimed.is_empty():
        return claimed
    return kept(rows, may).filter(~BARE & _of_plans(claimed["plan"]))


def _signed(cells: pl.DataFrame) -> pl.DataFrame:
    """Add `signature`, of each cell as it stands."""
    family = pl.when(ZERO_FIRST).then(Family.ZERO).when(PLUS).then(Family.PLUS).otherwise(Family.BARE)
    slot = pl.when("stands_abroad").then(1 << Slot.PLUS_LOST).otherwise(1 << Slot.PLAIN)
    # That one speaks for neither reading.
    speaks = ~(pl.col("stands_abroad") & LONG_DISTANCE)
    short = (DIGITS < UNMISTAKABLE_DIGITS) & ~((DIGITS == FEWEST_DIGITS) & ~pl.col("has_ten"))
    bits = {
        MOBILE_BIT: pl.col("mobile") * slot * speaks,
        VALID_BIT: _IS_LINE * slot,
        TRUNK_LOST_BIT: pl.col("trunk_lost"),
        TRUNK_KEPT_BIT: _IS_LINE & BARE & ~pl.col("stands_abroad") & ~pl.col("without_trunk"),
        TRUNK_ODD_BIT: pl.col("trunk_odd"),
        SHORT_BIT: short & ~pl.col("stands_abroad"),
        FAMILY_BIT: family,
        PLAN_BIT: (PLAN + 1).fill_null(0),
    }
    signature = pl.sum_horizontal(
        what.cast(pl.UInt64).fill_null(0) * (1 << bit) for bit, what in bits.items()
    )
    return cells.with_columns(signature=signature)


def _with_claims(cells: pl.DataFrame, claims: pl.DataFrame, numbers: Numbers) -> pl.DataFrame:
    """Add the claims to the signatures, and `open`: the cell may be read in another way, or not at all."""
    slot = of(_POWERS_OF_TWO, pl.col("slot"))
    usual = (pl.col("slot") == Slot.PLUS_LOST) | has_usual_digits(claims)
    mobile = of(mobile_answers(), _ANSWER) & usual
    bits = claims.select("row", bits=slot * (mobile.cast(pl.UInt64) * (1 << MOBILE_BIT) + (1 << VALID_BIT)))
    bits = bits.group_by("row").agg(pl.col("bits").sum())
    cells = cells.join(bits, on="row", how="left", maintain_order="left")
    return cells.with_columns(
        pl.col("signature") + pl.col("bits").fill_null(0),
        open=pl.col("bits").is_not_null() | pl.col("needs_column") | _is_said_of(numbers),
    )


def _is_said_of(numbers: Numbers) -> pl.Expr:
    """Whether nothing but an international number is expected of a cell."""
    return BARE if numbers is Numbers.INTERNATIONAL else pl.lit(value=False)


def _evidence(cells: pl.DataFrame) -> Evidence:
    """Return the distinct cells by signature, of plans and families with a cell that is open."""
    group = pl.col("signature") // (1 << FAMILY_BIT)
    groups = cells.filter("open").select(group).unique().to_series()
    distinct = cells.filter(group.is_in(groups.implode())).select("signature", "digits", "value").unique()
    return Evidence(Counter(dict(distinct["signature"].value_counts().iter_rows())))


def _has_lost_plus(numbers: Numbers) -> pl.Expr:
    """Whether a cell that is read with a plus sign is no national number with its trunk prefix as much."""
    return pl.lit(numbers is Numbers.INTERNATIONAL) | ~LONG_DISTANCE.fill_null(value=False)


def _read(cells: pl.DataFrame, claims: pl.DataFrame, numbers: Numbers) -> pl.DataFrame:
    """Give each cell the answer that its outcome says: as it stands, a refusal, or that of a claim."""
    outcome = pl.col("outcome")
    answer, reading = _ANSWER, pl.col("reading")
    for refused, reason in _REFUSALS.items():
        why = pl.lit(answers.of(reason), answers.ANSWER)
        answer = pl.when(outcome == refused).then(why).otherwise(answer)
    taken = cells.select("row", slot="outcome").join(
        claims, on=["row", "slot"], how="left", maintain_order="left"
    )
    cells = cells.hstack(taken.select("slot", taken_answer="answer", taken_number="number"))
    for slot, rule in _RULE_OF.items():
        number = _READING_OF[rule.reading]
        is_read = (outcome == slot) & (_has_lost_plus(numbers) if slot is Slot.PLUS_LOST else True)
        reading = pl.when(is_read).then(pl.lit(number, pl.UInt8)).otherwise(reading)
    return cells.select(
        "row",
        pl.coalesce("taken_answer", answer).alias("answer"),
        pl.coalesce("taken_number", "number").alias("number"),
        reading.alias("reading"),
    )
