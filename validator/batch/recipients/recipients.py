"""Reads the rows of the list as numbers, each with a reason if it must not be asked about."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

from validator.batch.one_frame import one_frame
from validator.batch.recipients.column_evidence import ColumnEvidence
from validator.batch.recipients.job import Landlines, Several
from validator.batch.recipients.reading_counts import ReadingCounts
from validator.batch.recipients.several_numbers import OTHERS, CellsApart, merged, taken_apart
from validator.batch.verdict_columns import PHONE_COLUMN, REASON
from validator.model import LineType, Reason
from validator.phone import COUNTRIES, Accept, Numbers, survey, without_fractions
from validator.pipeline import FEW_ROWS, ahead, map_ahead
from validator.tables import FoundBy, joined, readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from validator.phone import Outcome, Surveyed
    from validator.tables import Table

    CellsRead = Sequence[Surveyed | CellsApart]

# The number of rows that are read at a time. Each time needs about a hundred small queries. With 131,072 rows
# at a time, a row takes 50 % longer (measured). More than half a million rows gain little.
READING_ROWS = 500_000

SCHEMA = pl.Schema(
    {
        "number": pl.UInt64(),
        "reason": REASON,
        "line_type": pl.Enum([line_type.value for line_type in LineType]),
        "country": pl.Enum(COUNTRIES),
    }
)

# How each row was read, and from which column. Dropped after the rows of its batch are counted.
_PASSING = ("reading", "read_from")


class Reading(Struct, frozen=True, kw_only=True):
    """How the rows of a list are read as numbers.

    Attributes:
        column: the column that holds the phone numbers.
        others: further phone columns, in order. A row uses the first column with a number to ask about.
        before: columns with the first digits of the number, such as its area code; `column` has the rest.
        international: whether the first column of `before` holds calling codes.
        found_by: how `column` was found.
        region: ISO 3166 alpha-2 region of numbers in national form, or None if all are international.
        region_column: a column with the region of each row; rows without one use `region`.
        accept: which numbers are worth asking about.
        numbers: how numbers without a plus sign are written; by default, the cells of the column decide it.
        landlines: whether fixed lines are asked about.
        several: what happens to cells with several numbers.
    """

    column: str
    others: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    international: bool = False
    found_by: FoundBy = FoundBy.ASKED
    region: str | None = None
    region_column: str | None = None
    accept: Accept = Accept.VALID
    numbers: Numbers = Numbers.AUTO
    landlines: Landlines = Landlines.KEEP
    several: Several = Several.REFUSE

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that hold phone numbers."""
        return (self.column, *self.others)

    @property
    def wanted(self) -> list[str]:
        """All columns that are read."""
        wanted = (*self.before, *self.columns, self.region_column)
        return list(dict.fromkeys(name for name in wanted if name))

    @property
    def schema(self) -> pl.Schema:
        """The schema of the recipients."""
        chosen = {PHONE_COLUMN: pl.Enum(self.columns)} if self.others else {}
        others = {OTHERS: pl.List(pl.UInt64())} if self.several is Several.EACH else {}
        return pl.Schema({**SCHEMA, **others, **chosen})


def read_recipients(
    table: Table,
    reading: Reading,
    *,
    suppressed: pl.Series | None = None,
    on_progress: Callable[[int], None],
    readings: ReadingCounts | None = None,
    evidence: ColumnEvidence | None = None,
) -> pl.DataFrame:
    """Return one row per input row, in order. A row takes about twenty bytes.

    Args:
        table: the input list.
        reading: how its cells are read.
        suppressed: numbers that must not be asked about or sent to (UInt64, in any order).
        on_progress: called with the number of rows read so far.
        readings: counts the rows by how their cells were read.
        evidence: the evidence of the whole list, if `table` is a part of it; None if it is the whole list.

    Returns:
        `number` (UInt64; null if the cell is not a number), `reason` (null if the number may be asked about),
        `line_type` and `country` (null if the cell is not a number). If there are several phone columns, also
        `phone_column`: the column that the number is from. If each number of a cell counts, also `others`
        (List of UInt64): the numbers after the first.
    """
    parts = [pl.DataFrame(schema=reading.schema)]
    shown, settled, rows = evidence or ColumnEvidence(), list[ColumnEvidence](), 0
    readings = ReadingCounts() if readings is None else readings

    def counted(batch: pl.DataFrame, surveyed: CellsRead) -> pl.DataFrame:
        found = _recipients(surveyed, shown, reading, suppressed)

        def cell_of(row: int) -> object:
            return cells_of(batch[row : row + 1], found["read_from"][row], reading)[0]

        readings.add(found, cell_of)
        return found.drop(_PASSING)

    for batch, surveyed in _batches_read(table, reading):
        shown += ColumnEvidence.of(surveyed) if evidence is None else ColumnEvidence()
        parts.append(counted(batch, surveyed))
        settled.append(shown)
        rows += batch.height
        on_progress(rows)
    # The evidence in late batches may show that early batches were misread. Then all are read again.
    if any(not before.decides_as(shown, reading.numbers) for before in settled):
        readings.clear()
        again = gathered(table.batches(reading.wanted))
        parts[1:] = (counted(batch, cells_read(batch, reading)) for batch in again)
    return one_frame(parts)


def _batches_read(table: Table, reading: Reading) -> Iterator[tuple[pl.DataFrame, CellsRead]]:
    """Yield the batches of a list with the result of `cells_read`; nothing runs ahead of a short list."""
    batches = gathered(table.batches(reading.wanted))
    first = next(batches, None)
    if first is None:
        return
    few = first.height <= FEW_ROWS  # then it is the last one, too
    following = ahead(chain([first], batches), few=few)
    yield from map_ahead(following, lambda rows: cells_read(rows, reading), few=few)


def surveys_of(rows: pl.DataFrame, reading: Reading) -> list[Surveyed]:
    """Return the survey of each phone column."""
    regions = _regions_of(rows, reading)
    return [
        survey(cells_of(rows, column, reading), regions, accept=reading.accept, numbers=reading.numbers)
        for column in reading.columns
    ]


def cells_read(rows: pl.DataFrame, reading: Reading) -> CellsRead:
    """Return the survey of each phone column. Cells with several numbers are split, unless refused."""
    if reading.several is Several.REFUSE:
        return surveys_of(rows, reading)
    regions = _regions_of(rows, reading)
    return [
        taken_apart(cells_of(rows, column, reading), regions, reading.accept, reading.numbers)
        for column in reading.columns
    ]


def _recipients(
    surveyed: CellsRead, shown: ColumnEvidence, reading: Reading, suppressed: pl.Series | None
) -> pl.DataFrame:
    outcomes = shown.outcomes(reading.numbers)
    found = [
        _column_of(one, said, column, reading, suppressed)
        for one, said, column in zip(surveyed, outcomes, reading.columns, strict=True)
    ]
    return _chosen(found, reading) if reading.others else found[0]


def _column_of(
    cells: Surveyed | CellsApart,
    outcomes: dict[int, Outcome],
    column: str,
    reading: Reading,
    suppressed: pl.Series | None,
) -> pl.DataFrame:
    def recipients_in(surveyed: Surveyed) -> pl.DataFrame:
        numbers = _numbers_of(surveyed, outcomes, column, reading)
        return _withhold(numbers, reading.landlines, suppressed)

    if not isinstance(cells, CellsApart):
        return recipients_in(cells)
    return merged(recipients_in(cells.whole), recipients_in(cells.parts), cells.rows, reading.several)


def gathered(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield larger batches, each with `READING_ROWS` rows or more, except for the last.

    Of several workbooks, one may have a column as numbers and another one as texts.
    """
    waiting: list[pl.DataFrame] = []
    for batch in batches:
        waiting.append(batch)
        if sum(part.height for part in waiting) >= READING_ROWS:
            yield pl.concat(waiting, how="vertical_relaxed", rechunk=True)
            waiting = []
    if waiting:
        yield pl.concat(waiting, how="vertical_relaxed", rechunk=True)


def recipients_of(
    rows: pl.DataFrame, reading: Reading, *, suppressed: pl.Series | None = None
) -> pl.DataFrame:
    """Return the numbers of some rows, as `read_recipients` does for a whole list."""
    surveyed = cells_read(rows, reading)
    return _recipients(surveyed, ColumnEvidence.of(surveyed), reading, suppressed).drop(_PASSING)


def askable(recipients: pl.DataFrame) -> pl.Series:
    """Return a mask of the rows that hold a number which may be asked about."""
    return recipients.select(pl.col("number").is_not_null() & pl.col("reason").is_null()).to_series()


def _chosen(found: Sequence[pl.DataFrame], reading: Reading) -> pl.DataFrame:
    """Return for each row the result of its first column with a number to ask about.

    If any column has a suppressed number, the row is suppressed, since its person has opted out. If no column
    has a number to ask about, the row gets the reason of its first non-empty cell.
    """
    best, *others = (
        _ranked(part, column, reading) for part, column in zip(found, reading.columns, strict=True)
    )
    for other in others:
        better = other["rank"] < best["rank"]
        best = best.select(
            pl.when(better).then(other[name]).otherwise(name).alias(name) for name in best.columns
        )
    return best.drop("rank")


def _ranked(recipients: pl.DataFrame, column: str, reading: Reading) -> pl.DataFrame:
    """Return recipients with `phone_column` and `rank`. The column with the lowest rank counts for a row."""
    numbered = pl.when(pl.col("number").is_not_null()).then(pl.lit(column, reading.schema[PHONE_COLUMN]))
    rank = (
        pl.when(pl.col("reason") == Reason.SUPPRESSION_LIST.value)
        .then(0)
        .when(askable(recipients))
        .then(1)
        .when(pl.col("reason") != Reason.EMPTY.value)
        .then(2)
        .otherwise(3)
    )
    return recipients.with_columns(numbered.alias(PHONE_COLUMN), rank.cast(pl.UInt8).alias("rank"))


def _numbers_of(
    surveyed: Surveyed, outcomes: dict[int, Outcome], column: str, reading: Reading
) -> pl.DataFrame:
    found = surveyed.settle(outcomes)
    read_from = pl.lit(column, pl.Enum(reading.columns)).alias("read_from")
    kept = (pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())
    return found.select(*kept, "reading", read_from)


def cells_of(batch: pl.DataFrame, column: str, reading: Reading) -> pl.Series:
    """Return the cells of a phone column, joined with the cells of `reading.before`."""
    if not reading.before or column != reading.column:
        return readable(batch[column])
    return joined(batch, (*reading.before, column), international=reading.international)


def _regions_of(batch: pl.DataFrame, reading: Reading) -> pl.Series | str | None:
    if reading.region_column is None:
        return reading.region
    regions = without_fractions(batch[reading.region_column]).cast(pl.String).str.strip_chars()
    named = pl.when(regions.str.len_bytes() > 0).then(regions)
    return batch.select(named.fill_null(pl.lit(reading.region)).alias("region")).to_series()


def _withhold(recipients: pl.DataFrame, landlines: Landlines, suppressed: pl.Series | None) -> pl.DataFrame:
    """Add the reason to rows that must not be asked about. Suppression replaces any other reason."""
    reason = pl.col("reason")
    if landlines is Landlines.SKIP:
        is_fixed = reason.is_null() & (pl.col("line_type") == LineType.FIXED.value)
        reason = pl.when(is_fixed).then(pl.lit(Reason.LANDLINE.value, dtype=REASON)).otherwise(reason)
    if suppressed is not None:
        opted_out = pl.col("number").is_in(suppressed.implode())
        reason = (
            pl.when(opted_out).then(pl.lit(Reason.SUPPRESSION_LIST.value, dtype=REASON)).otherwise(reason)
        )
    return recipients.with_columns(reason.alias("reason"))
