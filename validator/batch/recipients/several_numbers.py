"""Cells that hold more than one number. They are split, and each part is read as a cell of its own.

cells ──► survey ──► several_numbers? ──► apart ──► survey of the parts
│                                          │
└────────► evidence of the column ◄────────┘
│
▼
merged: one number for each row, and `others`, which are asked about too
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

from validator.batch.recipients.job import Several
from validator.model import Reason
from validator.phone import Accept, Numbers, Surveyed, normalise, parts_of, survey

if TYPE_CHECKING:
    from validator.phone import Evidence

OTHERS = "others"
"""The column with a row's further numbers (List of UInt64); null if the row has one number or none."""

_ROW = "row"


class CellsApart(Struct, frozen=True):
    """The cells of a column, and the parts of the cells with several numbers.

    Attributes:
        whole: the cells.
        parts: the parts, in order; each is read as a cell.
        rows: the position of the cell (UInt32) that each part is from.
    """

    whole: Surveyed
    parts: Surveyed
    rows: pl.Series

    @property
    def evidence(self) -> Evidence:
        """The evidence of cells and parts about their column."""
        return self.whole.evidence + self.parts.evidence


def taken_apart(
    cells: pl.Series, regions: pl.Series | str | None, accept: Accept, numbers: Numbers
) -> CellsApart:
    """Return the survey of cells and of the parts of those that hold several numbers.

    Args:
        cells: a column.
        regions: the region of national numbers: one for all, one for each cell, or None.
        accept: which numbers are worth asking about.
        numbers: how numbers without a plus sign are written.
    """
    whole = survey(cells, regions, accept=accept, numbers=numbers)
    places = whole.with_several
    where = regions.gather(places) if isinstance(regions, pl.Series) else [regions] * len(places)
    texts = cells.gather(places).cast(pl.String)
    parts = [parts_of(text, region) for text, region in zip(texts, where, strict=True)]
    found = pl.DataFrame(
        {_ROW: places, "part": parts, "region": where},
        schema={_ROW: pl.UInt32, "part": pl.List(pl.String), "region": pl.String},
    ).explode("part")
    of_parts = survey(found["part"], found["region"], accept=accept, numbers=numbers)
    return CellsApart(whole, of_parts, found[_ROW])


def merged(recipients: pl.DataFrame, parts: pl.DataFrame, rows: pl.Series, several: Several) -> pl.DataFrame:
    """Return the recipients. A row with several numbers gets the first one that may be asked about.

    A row with a suppressed number is suppressed, since its person has opted out. If no part is a number, the
    row stays refused. With `EACH`, adds the column `OTHERS`.

    Args:
        recipients: one row for each whole cell.
        parts: one row for each part, with the same columns.
        rows: the row of each part (UInt32).
        several: `FIRST` or `EACH`.
    """
    numbers = parts.with_columns(rows.alias(_ROW)).filter(pl.col("number").is_not_null())
    ranked = numbers.sort(_ROW, _rank(), maintain_order=True)
    best = ranked.unique(_ROW, keep="first", maintain_order=True)
    chosen = _put(recipients, best)
    if several is Several.FIRST:
        return chosen
    suppressed = best.filter(_is_suppressed())[_ROW]
    asked = ranked.filter(pl.col("reason").is_null() & ~pl.col(_ROW).is_in(suppressed.implode()))
    further = asked.unique([_ROW, "number"], keep="first", maintain_order=True)
    further = further.filter(~pl.col(_ROW).is_first_distinct())
    lists = further.group_by(_ROW, maintain_order=True).agg(pl.col("number").alias(OTHERS))
    none = pl.Series(OTHERS, [None], pl.List(pl.UInt64)).new_from_index(0, recipients.height)
    return chosen.with_columns(_scattered(none, lists[_ROW], lists[OTHERS]))


def one_row_per_number(recipients: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each number: first the rows as they are, then one row for each of `OTHERS`.

    Without the column `OTHERS`, returns the recipients as they are.
    """
    if OTHERS not in recipients.columns:
        return recipients
    some = recipients.filter(pl.col(OTHERS).is_not_null())
    further = some.with_columns(number=OTHERS).explode("number").drop(OTHERS)
    return pl.concat([recipients.drop(OTHERS), with_kinds(further)])


def with_kinds(numbers: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with the country and the line type of their `number`."""
    cells = numbers.select(pl.lit("+") + pl.col("number").cast(pl.String)).to_series()
    read = normalise(cells, accept=Accept.POSSIBLE)
    return numbers.with_columns(
        read[name].cast(numbers.schema[name]).alias(name) for name in ("line_type", "country")
    )


def _rank() -> pl.Expr:
    """Order: suppressed numbers, then those that may be asked about, then the rest."""
    return pl.when(_is_suppressed()).then(0).when(pl.col("reason").is_null()).then(1).otherwise(2)


def _is_suppressed() -> pl.Expr:
    return (pl.col("reason") == Reason.SUPPRESSION_LIST.value).fill_null(value=False)


def _put(recipients: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the recipients with some rows replaced. The column `row` of the new rows has their positions."""
    if rows.is_empty():
        return recipients
    places = rows[_ROW]
    return recipients.select(_scattered(recipients[name], places, rows[name]) for name in recipients.columns)


def _scattered(column: pl.Series, places: pl.Series, values: pl.Series) -> pl.Series:
    """Return a column with new values at some positions. `Series.scatter` does not support lists."""
    taken = pl.int_range(len(column), eager=True, dtype=pl.UInt32).scatter(
        places, pl.int_range(len(column), len(column) + len(values), eager=True, dtype=pl.UInt32)
    )
    return pl.concat([column, values.cast(column.dtype)]).gather(taken).alias(column.name)
