"""Signatures: for each cell of a column, the readings that claim it, as bits of one number."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import polars as pl

from validator.phone import answers
from validator.phone.bulk.frames import adding, kept
from validator.phone.bulk.search import of
from validator.phone.cell.recoveries import FEWEST_DIGITS, UNMISTAKABLE_DIGITS
from validator.phone.readings.evidence import Evidence
from validator.phone.readings.habits import has_usual_digits, mobile_answers
from validator.phone.readings.rules import (
    BARE,
    DIGITS,
    LONG_DISTANCE,
    OWN_CODE_FIRST,
    PLAN,
    PLUS,
    ZERO_FIRST,
    Numbers,
)
from validator.phone.readings.slots import (
    COMPLETE_BIT,
    FAMILY_BIT,
    MOBILE_BIT,
    OWN_CODE_BIT,
    PLAN_BIT,
    SHORT_BIT,
    TRUNK_KEPT_BIT,
    TRUNK_LOST_BIT,
    TRUNK_ODD_BIT,
    VALID_BIT,
    Family,
    Slot,
)

_POWERS_OF_TWO = pl.Series([1 << slot for slot in Slot], dtype=pl.UInt64)
_IS_LINE = pl.col("answer") >= answers.FIRST_VALID


def signed(cells: pl.DataFrame) -> pl.DataFrame:
    """Add the `signature` of each cell as it stands."""
    return adding(cells, signature=_signature())


@lru_cache(maxsize=1)
def _signature() -> pl.Expr:
    family = pl.when(ZERO_FIRST).then(Family.ZERO).when(PLUS).then(Family.PLUS).otherwise(Family.BARE)
    slot = pl.when("stands_abroad").then(1 << Slot.PLUS_LOST).otherwise(1 << Slot.PLAIN)
    # Such a cell is evidence for neither reading.
    speaks = ~(pl.col("stands_abroad") & LONG_DISTANCE)
    short = (DIGITS < UNMISTAKABLE_DIGITS) & ~((DIGITS == FEWEST_DIGITS) & ~pl.col("has_ten"))
    bits = {
        MOBILE_BIT: pl.col("mobile") * slot * speaks,
        VALID_BIT: _IS_LINE * slot,
        TRUNK_LOST_BIT: pl.col("trunk_lost"),
        TRUNK_KEPT_BIT: _IS_LINE & BARE & ~pl.col("stands_abroad") & ~pl.col("without_trunk"),
        TRUNK_ODD_BIT: pl.col("trunk_odd"),
        SHORT_BIT: short & ~pl.col("stands_abroad"),
        COMPLETE_BIT: pl.col("complete"),
        OWN_CODE_BIT: OWN_CODE_FIRST,
        FAMILY_BIT: family,
        PLAN_BIT: (PLAN + 1).fill_null(0),
    }
    return pl.sum_horizontal(what.cast(pl.UInt64).fill_null(0) * (1 << bit) for bit, what in bits.items())


def with_claims(cells: pl.DataFrame, claims: pl.DataFrame, numbers: Numbers) -> pl.DataFrame:
    """Add the claims to the signatures, and `open`: the cell may be read in another way, or refused."""
    claims = claims.sort("row")
    slot = of(_POWERS_OF_TWO, pl.col("slot"))
    usual = (pl.col("slot") == Slot.PLUS_LOST) | has_usual_digits(claims)
    mobile = of(mobile_answers(), pl.col("answer")) & usual
    bits = slot * (mobile.cast(pl.UInt64) * (1 << MOBILE_BIT) + (1 << VALID_BIT))
    # Running sums: those of a cell are the sum at the end of its claims less the sum before them.
    sums = pl.concat([pl.Series([0], dtype=pl.UInt64), claims.select_seq(bits.cum_sum()).to_series()])
    before = claims["row"].search_sorted(cells["row"], side="left")
    end = claims["row"].search_sorted(cells["row"], side="right")
    return cells.with_columns_seq(
        pl.col("signature") + (sums[end] - sums[before]),
        open=(end > before) | pl.col("needs_column") | is_international(numbers),
    )


def evidence_of(cells: pl.DataFrame) -> Evidence:
    """Count the distinct cells by signature, of plans and families with an open cell."""
    group = cells["signature"] // (1 << FAMILY_BIT)
    counts = group.is_in(group.filter(cells["open"]).unique().implode())
    distinct = kept(cells[["signature", "digits", "value"]], counts).unique()
    return Evidence(Counter(dict(distinct["signature"].value_counts().iter_rows())))


def is_international(numbers: Numbers) -> pl.Expr:
    """Whether the user says that the cell is an international number."""
    return BARE if numbers is Numbers.INTERNATIONAL else pl.lit(value=False)
