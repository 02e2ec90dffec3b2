"""The input's rows as numbers: who is in the list, who cannot be asked, and why."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from validator.errors import FileError
from validator.model import LineType, Reason
from validator.phone import Accept, normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from validator.tables import Table

log = logging.getLogger(__name__)

REASON = pl.Enum([reason.value for reason in Reason])

SCHEMA = pl.Schema(
    {
        "number": pl.UInt64(),
        "reason": REASON,
        "line_type": pl.Enum([line_type.value for line_type in LineType]),
        "country": pl.Categorical(),
    }
)


class Landlines(StrEnum):
    """What happens to numbers that are fixed lines for certain."""

    KEEP = "keep"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the rows of a list are read as numbers.

    Attributes:
        column: the column that holds the phone numbers.
        region: ISO 3166 alpha-2 region of numbers in national form, or None where they all are international.
        region_column: a column with the region of each row; rows without one fall back to `region`.
        accept: which numbers are worth asking about.
        landlines: whether fixed lines are asked about.
    """

    column: str
    region: str | None = None
    region_column: str | None = None
    accept: Accept = Accept.VALID
    landlines: Landlines = Landlines.KEEP


def read_people(
    table: Table, reading: Reading, *, suppressed: pl.Series | None = None, tell: Callable[[int], None]
) -> pl.DataFrame:
    """Return one row per input row, in order, at some twenty bytes each.

    Args:
        table: the input list.
        reading: how its cells are to be read.
        suppressed: numbers that must not be asked or sent to (UInt64, in any order).
        tell: called with the rows read so far.

    Returns:
        `number` (UInt64; null where the cell is none), `reason` (null where the number may be asked about),
        `line_type` and `country` (null where the cell is no number).
    """
    wanted = list(dict.fromkeys(name for name in (reading.column, reading.region_column) if name))
    parts = [pl.DataFrame(schema=SCHEMA)]
    rows = 0
    for batch in table.batches(wanted):
        parts.append(people_of(batch, reading, suppressed=suppressed))
        rows += batch.height
        tell(rows)
    return pl.concat(parts, rechunk=True)


def people_of(rows: pl.DataFrame, reading: Reading, *, suppressed: pl.Series | None = None) -> pl.DataFrame:
    """Return the numbers of some rows, as `read_people` does of a whole list."""
    return _numbers_of(rows, reading).pipe(_withhold, reading.landlines, suppressed)


def suppressed_by(tables: Iterable[tuple[Table, Reading]]) -> pl.Series:
    """Return the distinct numbers of some suppression lists (UInt64).

    Raises:
        FileError: nobody in a list can be read, so that it would silently suppress nobody.
    """
    found = [_suppressed_by(table, reading) for table, reading in tables]
    return pl.concat([pl.Series("number", [], dtype=pl.UInt64), *found]).drop_nulls().unique()


def _suppressed_by(table: Table, reading: Reading) -> pl.Series:
    numbers = read_people(table, reading, tell=lambda _: None)["number"]
    unread = numbers.null_count()
    if unread and unread == len(numbers):
        raise FileError(
            f"no cell of column {reading.column!r} of {table.path} is a number, so that nobody would be "
            "suppressed; where its numbers lack the country code, say which one with --region"
        )
    if unread:
        log.warning(
            "%d of %d cells of %s are no numbers and suppress nobody", unread, len(numbers), table.path
        )
    return numbers


def askable(people: pl.DataFrame) -> pl.Series:
    """Return a mask of the rows that hold a number which may be asked about."""
    return people.select(pl.col("number").is_not_null() & pl.col("reason").is_null()).to_series()


def _numbers_of(batch: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    regions = _regions_of(batch, reading)
    found = normalise(batch[reading.column], regions, accept=reading.accept)
    return found.select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())


def _regions_of(batch: pl.DataFrame, reading: Reading) -> pl.Series | str | None:
    if reading.region_column is None:
        return reading.region
    regions = batch[reading.region_column].cast(pl.String).str.strip_chars()
    named = pl.when(regions.str.len_bytes() > 0).then(regions)
    return batch.select(named.fill_null(pl.lit(reading.region)).alias("region")).to_series()


def _withhold(people: pl.DataFrame, landlines: Landlines, suppressed: pl.Series | None) -> pl.DataFrame:
    """Give the rows that are not to be asked their reason; suppression outranks every other."""
    reason = pl.col("reason")
    if landlines is Landlines.SKIP:
        is_fixed = reason.is_null() & (pl.col("line_type") == LineType.FIXED.value)
        reason = pl.when(is_fixed).then(pl.lit(Reason.LANDLINE.value, dtype=REASON)).otherwise(reason)
    if suppressed is not None:
        opted_out = pl.col("number").is_in(suppressed.implode())
        reason = (
            pl.when(opted_out).then(pl.lit(Reason.SUPPRESSION_LIST.value, dtype=REASON)).otherwise(reason)
        )
    return people.with_columns(reason.alias("reason"))
