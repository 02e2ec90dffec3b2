"""The input's rows as numbers: who is in the list, who cannot be asked, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from validator.batch.prefetch import ahead, made_of
from validator.batch.recipients.column_evidence import ColumnEvidence
from validator.batch.recipients.job import Landlines, Several
from validator.batch.recipients.reading_counts import ReadingCounts
from validator.batch.recipients.several_numbers import OTHERS, CellsApart, merged, taken_apart
from validator.batch.verdict_columns import PHONE_COLUMN, REASON
from validator.model import LineType, Reason
from validator.phone import COUNTRIES, Accept, Numbers, survey, without_fractions
from validator.tables import FoundBy, joined, readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from validator.phone import Outcome, Surveyed
    from validator.tables import Table

# Rows whose cells are read as numbers at a time. Some hundred small queries go with that, however many they
# are: 131,072 rows take half as long again for each (measured), and beyond half a million little is gained.
READING_ROWS = 500_000

SCHEMA = pl.Schema(
    {
        "number": pl.UInt64(),
        "reason": REASON,
        "line_type": pl.Enum([line_type.value for line_type in LineType]),
        "country": pl.Enum(COUNTRIES),
    }
)

# How each row was read, and from which column: needed while its batch is counted, and kept no longer.
_PASSING = ("reading", "read_from")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the rows of a list are read as numbers.

    Attributes:
        column: the column that holds the phone numbers.
        others: further columns, in order, for rows without a number to ask about in those before.
        before: columns whose cells stand before those of `column` in one number: its area code.
        international: whether the first of these has calling codes.
        found_by: what `column` was found by.
        region: ISO 3166 alpha-2 region of numbers in national form, or None where they all are international.
        region_column: a column with the region of each row; rows without one fall back to `region`.
        accept: which numbers are worth asking about.
        numbers: how numbers without a plus sign are written, where the column is not to decide it.
        landlines: whether fixed lines are asked about.
        several: what becomes of cells with several numbers.
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
        """The columns of the recipients read so."""
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
    """Return one row per input row, in order, at some twenty bytes each.

    Args:
        table: the input list.
        reading: how its cells are to be read.
        suppressed: numbers that must not be asked or sent to (UInt64, in any order).
        on_progress: called with the rows read so far.
        readings: counts the rows by how their cells were read.
        evidence: what the whole list shows of how its cells were meant, if this is a part of one; None if it
            is the whole.

    Returns:
        `number` (UInt64; null where the cell is none), `reason` (null where the number may be asked about),
        `line_type` and `country` (null where the cell is no number); with several phone columns, also
        `phone_column`, the one that the number is from; and if each of several numbers in a cell counts,
        `others` (List of UInt64), those beside the first.
    """
    parts = [pl.DataFrame(schema=reading.schema)]
    shown, settled, rows = evidence or ColumnEvidence(), list[ColumnEvidence](), 0
    readings = ReadingCounts() if readings is None else readings
    batches = ahead(gathered(table.batches(reading.wanted)))
    for batch, surveyed in made_of(batches, lambda rows: cells_read(rows, reading)):
        shown += ColumnEvidence.of(surveyed) if evidence is None else ColumnEvidence()
        parts.append(_counted(_recipients(surveyed, shown, reading, suppressed), batch, reading, readings))
        settled.append(shown)
        rows += batch.height
        on_progress(rows)
    # The last batches may have shown that the first were meant in another way. Then all are read again.
    if any(not before.decides_as(shown, reading.numbers) for before in settled):
        again = gathered(table.batches(reading.wanted))
        readings.clear()
        parts[1:] = (
            _counted(
                _recipients(cells_read(one, reading), shown, reading, suppressed), one, reading, readings
            )
            for one in again
        )
    return pl.concat(parts, rechunk=True)


def surveys_of(rows: pl.DataFrame, reading: Reading) -> list[Surveyed]:
    """Return the survey of each phone column."""
    regions = _regions_of(rows, reading)
    return [
        survey(cells_of(rows, column, reading), regions, accept=reading.accept, numbers=reading.numbers)
        for column in reading.columns
    ]


def cells_read(rows: pl.DataFrame, reading: Reading) -> Sequence[Surveyed | CellsApart]:
    """Return the survey of each phone column, cells with several numbers taken apart if that is wanted."""
    if reading.several is Several.REFUSE:
        return surveys_of(rows, reading)
    regions = _regions_of(rows, reading)
    return [
        taken_apart(cells_of(rows, column, reading), regions, reading.accept, reading.numbers)
        for column in reading.columns
    ]


def _recipients(
    surveyed: Sequence[Surveyed | CellsApart],
    shown: ColumnEvidence,
    reading: Reading,
    suppressed: pl.Series | None,
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


def _counted(
    recipients: pl.DataFrame, rows: pl.DataFrame, reading: Reading, readings: ReadingCounts
) -> pl.DataFrame:
    """Count how the rows were read, and return them without that."""

    def cell_of(place: int) -> object:
        return cells_of(rows[place : place + 1], recipients["read_from"][place], reading)[0]

    readings.add(recipients, cell_of)
    return recipients.drop(_PASSING)


def gathered(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Put batches together until there are `READING_ROWS` rows or more."""
    waiting: list[pl.DataFrame] = []
    for batch in batches:
        waiting.append(batch)
        if sum(part.height for part in waiting) >= READING_ROWS:
            yield pl.concat(waiting, rechunk=True)
            waiting = []
    if waiting:
        yield pl.concat(waiting, rechunk=True)


def recipients_of(
    rows: pl.DataFrame, reading: Reading, *, suppressed: pl.Series | None = None
) -> pl.DataFrame:
    """Return the numbers of some rows, as `read_recipients` does of a whole list."""
    surveyed = cells_read(rows, reading)
    return _recipients(surveyed, ColumnEvidence.of(surveyed), reading, suppressed).drop(_PASSING)


def askable(recipients: pl.DataFrame) -> pl.Series:
    """Return a mask of the rows that hold a number which may be asked about."""
    return recipients.select(pl.col("number").is_not_null() & pl.col("reason").is_null()).to_series()


def _chosen(found: Sequence[pl.DataFrame], reading: Reading) -> pl.DataFrame:
    """Return for each row what its first column with a number to ask about says.

    A row with a suppressed number in any column is suppressed: its person has opted out. Without a number to
    ask about, the first cell with something in it says why.
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
    """Return recipients with their `phone_column`, and `rank`: the lowest of a row's columns counts."""
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
    """Return the cells of a phone column, with those that stand before them in the same number."""
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
    return recipients.with_columns(reason.alias("reason"))
