"""The numbers in suppression lists, which must not be asked about or sent to."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import Struct, field, structs
from msgspec.structs import replace

from validator.batch.recipients.column_evidence import ColumnEvidence
from validator.batch.recipients.job import Unreadable
from validator.batch.recipients.recipients import Reading, recipients_of, surveys_of
from validator.batch.recipients.variants import with_both
from validator.errors import FileError
from validator.model import LineType, Reason
from validator.phone import Accept, Evidence, Numbers, apart, has_mobile_length
from validator.reports import masked_cell
from validator.tables import (
    DelimitedTable,
    ReadOptions,
    calling_code_column,
    find_area_codes,
    open_table,
    phone_columns,
    readable,
    region_columns,
    require_column,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from validator.batch.recipients.job import Job
    from validator.tables import Table

log = logging.getLogger(__name__)

EXAMPLES = 5
_PLACE = "\0place"
_REMEDY = (
    "Nothing was asked. Correct or complete the list, name its phone columns with --suppress-column, or the "
    "country of national numbers with --region, or go on without that protection with "
    "--suppress-unreadable allow"
)


class OptOuts(Struct, frozen=True):
    """The content of suppression lists.

    Attributes:
        numbers: the distinct numbers in them (UInt64).
        unreadable: how many rows cannot be read; the people in these rows are not protected.
    """

    numbers: pl.Series = field(default_factory=lambda: pl.Series("number", [], dtype=pl.UInt64))
    unreadable: int = 0


class CellsRead(Struct, frozen=True):
    """The cells of one phone column in some rows.

    Attributes:
        numbers: all numbers in them, in any order.
        is_read: a mask of the cells with numbers that can all be read.
        is_silent: a mask of the cells that are empty, or text without a digit.
    """

    numbers: pl.Series
    is_read: pl.Series
    is_silent: pl.Series


class UnreadRows(Struct):
    """The rows of a list that cannot be read, counted while it is read.

    Attributes:
        rows: the number of rows so far, without blank ones.
        count: how many of them cannot be read.
        places: the number of rows so far, with blank ones.
        examples: the first rows that cannot be read, as messages show them.
    """

    rows: int = 0
    count: int = 0
    places: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, rows: pl.DataFrame, read: Sequence[CellsRead], columns: Sequence[str]) -> None:
        """Count the next rows. A row is read if it has a number and none of its phone cells is unreadable."""
        is_blank = _is_blank(rows)
        is_any = _any(column.is_read for column in read)
        is_odd = _any(~(column.is_read | column.is_silent) for column in read)
        unread = (~is_blank & (is_odd | ~is_any)).arg_true()
        for place in unread[: EXAMPLES - len(self.examples)]:
            cells = [rows[column][place] for column in columns]
            shown = " / ".join(masked_cell(str(cell)) for cell in cells if cell is not None) or "no number"
            self.examples.append(f"row {self.places + place + 1:,} ({shown})")
        self.rows += rows.height - int(is_blank.sum())
        self.count += len(unread)
        self.places += rows.height


def _is_blank(rows: pl.DataFrame) -> pl.Series:
    """Return a mask of the rows in which every cell is empty."""
    texts = (kind in (pl.String, pl.Categorical, pl.Enum) for kind in rows.schema.values())
    nothing = [
        (pl.col(name).cast(pl.String).str.strip_chars() == "").fill_null(value=True)
        if is_text
        else pl.col(name).is_null()
        for name, is_text in zip(rows.columns, texts, strict=True)
    ]
    return rows.select(pl.all_horizontal(nothing)).to_series()


def _any(masks: Iterable[pl.Series]) -> pl.Series:
    first, *others = masks
    for other in others:
        first = first | other
    return first


def suppressed_in(job: Job) -> OptOuts:
    """Return the numbers in a job's suppression lists, also in their alternative spelling.

    Raises:
        FileError: a list, or a row of one, cannot be read, or a list has no rows or may be cut off.
    """
    job = _without(job, job.suppress_without)
    options = ReadOptions(ragged=job.options.ragged, sole_sheet=True)
    tables = (open_table(path, options=options) for path in job.suppress)
    found = suppressed_by(
        ((table, _suppression_reading(table, job)) for table in tables),
        unreadable=job.suppress_unreadable,
    )
    return structs.replace(found, numbers=with_both(found.numbers))


def _without(job: Job, settings: Sequence[str]) -> Job:
    """Return the job with some settings reset to their defaults."""
    unset: dict[str, dict[str, Any]] = {
        "region": {"region": None, "find_region": False},
        "region_column": {"region_column": None},
        "numbers": {"numbers": Numbers.AUTO},
    }
    return replace(job, **{name: value for one in settings for name, value in unset[one].items()})


def _suppression_reading(table: Table, job: Job) -> Reading:
    """Return how a suppression list is read: leniently, since its people must never be asked about.

    Every phone column counts. The region column has the same name as the input's, or is found the same way.
    """
    region_column = job.region_column if job.region_column in table.schema else None
    if job.find_region:
        region_column = _only(table, region_columns(table))
    elif region_column is None and job.region is None:
        region_column = calling_code_column(table)
    for column in job.suppress_column:
        require_column(table, column, "--suppress-column")
    first, *others = job.suppress_column or phone_columns(
        table, region=job.region, region_column=region_column, option="--suppress-column"
    )
    codes = None if others else find_area_codes(table, first, region=job.region, region_column=region_column)
    return Reading(
        column=first,
        others=tuple(others),
        before=() if codes is None else (codes,),
        region=job.region,
        region_column=region_column,
        accept=Accept.POSSIBLE,
        numbers=job.numbers,
    )


def _only(table: Table, columns: list[str]) -> str | None:
    if len(columns) > 1:
        names = " and ".join(map(repr, columns))
        raise FileError(f"{names} of {table.path} hold countries. Leave one of them out of the list.")
    return columns[0] if columns else None


def suppressed_by(
    tables: Iterable[tuple[Table, Reading]],
    *,
    unreadable: Unreadable = Unreadable.ERROR,
) -> OptOuts:
    """Return the distinct numbers of some suppression lists.

    Args:
        tables: the lists, each with how its rows are read.
        unreadable: what happens if a row cannot be read, or a list has no rows or may be cut off.

    Raises:
        FileError: a row cannot be read, or a list has no rows or may be cut off, unless that is allowed; or
            no row of a list can be read.
    """
    found = [_suppressed_by(table, reading, unreadable) for table, reading in tables]
    numbers = [OptOuts().numbers, *(one.numbers for one in found)]
    return OptOuts(pl.concat(numbers).drop_nulls().unique(), sum(one.unreadable for one in found))


def _suppressed_by(table: Table, reading: Reading, unreadable: Unreadable) -> OptOuts:
    """Return the numbers of all phone columns of a list; each of them belongs to a person who opted out."""
    each = [structs.replace(reading, column=column, others=()) for column in reading.columns]
    shown = _shown_by(table, reading).columns
    found, unread = [OptOuts().numbers], UnreadRows()
    wanted = list(dict.fromkeys([*reading.wanted, *table.schema]))
    for batch in table.batches(wanted):
        read = [_cells_read(batch, one, evidence) for one, evidence in zip(each, shown, strict=True)]
        found += [column.numbers for column in read]
        unread.add(batch, read, reading.columns)
    _require_all_read(table, reading, unread, unreadable)
    return OptOuts(pl.concat(found), unread.count)


def _shown_by(table: Table, reading: Reading) -> ColumnEvidence:
    """Return the evidence of how the cells of each phone column are written."""
    parts = (ColumnEvidence.of(surveys_of(batch, reading)) for batch in table.batches(reading.wanted))
    return sum(parts, ColumnEvidence(tuple(Evidence() for _ in reading.columns)))


def _cells_read(rows: pl.DataFrame, reading: Reading, shown: Evidence) -> CellsRead:
    """Return the numbers of a column; two numbers in a cell are two people.

    If a cell can be read in several ways, all its possible numbers count. The evidence of this column does
    not decide, because the evidence of the input's column may decide differently.
    """
    [surveyed] = surveys_of(rows, reading)
    recipients = surveyed.settle(shown.outcomes(reading.numbers))
    either = surveyed.numbers_of(pl.int_range(rows.height, eager=True, dtype=pl.UInt32))
    several = (recipients["reason"] == Reason.SEVERAL_NUMBERS.value).fill_null(value=False)
    ambiguous = (recipients["reason"] == Reason.AMBIGUOUS.value).fill_null(value=False)
    rows = rows.with_columns(readable(rows[reading.column])).with_row_index(_PLACE)
    cells = pl.col(reading.column).cast(pl.String)
    apart_rows = rows.filter(several).with_columns(apart(cells)).explode(reading.column)
    parts = recipients_of(apart_rows, reading)
    is_read = _is_read(recipients) | ambiguous
    is_silent = _says_nothing(recipients, rows[reading.column])
    part_fails = ~_is_read(parts) & ~_says_nothing(parts, apart_rows[reading.column])
    is_read |= several & ~rows[_PLACE].is_in(apart_rows[_PLACE].filter(part_fails).implode())
    return CellsRead(
        numbers=pl.concat([recipients["number"], parts["number"], either]),
        is_read=is_read,
        is_silent=is_silent,
    )


def _is_read(recipients: pl.DataFrame) -> pl.Series:
    """Return a mask of the cells with a number that a person can have.

    A mobile number with a missing digit is often still possible as a landline. So a number that is only
    possible has to be as long as a mobile number.
    """
    is_number = recipients["number"].is_not_null()
    only_possible = is_number & (recipients["line_type"] == LineType.UNKNOWN.value).fill_null(value=False)
    odd = recipients["number"].filter(only_possible).unique()
    long_enough = [number for number in odd if has_mobile_length(number)]
    return is_number & (~only_possible | recipients["number"].is_in(long_enough))


def _says_nothing(recipients: pl.DataFrame, cells: pl.Series) -> pl.Series:
    """Return a mask of the cells that are empty, or text without a digit."""
    no_number = recipients["reason"].is_in([Reason.EMPTY.value, Reason.NOT_A_NUMBER.value])
    has_digit = cells.cast(pl.String).str.contains(r"\p{Nd}").fill_null(value=False)
    return no_number.fill_null(value=False) & ~has_digit


def _require_all_read(table: Table, reading: Reading, unread: UnreadRows, unreadable: Unreadable) -> None:
    """Check that a suppression list has rows and is complete, and that each row suppresses a person."""
    flaw = _flaw_of(table, unread)
    if unread.rows and unread.count == unread.rows:
        raise FileError(
            f"no cell of column {' or '.join(map(repr, reading.columns))} of {table.path} is a number, so "
            "that nobody would be suppressed; name another column with --suppress-column, or, if the numbers "
            "lack the country code, name their country with --region"
        )
    if flaw and unreadable is Unreadable.ERROR:
        raise FileError(f"{flaw}. {_REMEDY}")
    if flaw:
        # Logged as an error, so that it is seen also if only errors are shown: people are left unprotected.
        log.error("%s; allowed by --suppress-unreadable", flaw)


def _flaw_of(table: Table, unread: UnreadRows) -> str:
    """Return why a suppression list may leave people unprotected; empty if it does not."""
    if not unread.rows:
        return f"{table.path} has no rows and suppresses nobody: the export may have failed"
    if unread.count:
        rows = f"{unread.count:,} of {unread.rows:,} rows" if unread.count > 1 else "a row"
        return (
            f"{rows} of the suppression list {table.path} cannot be read and would suppress nobody: "
            f"{', '.join(unread.examples)}"
        )
    if isinstance(table, DelimitedTable) and table.is_cut_off():
        return f"{table.path} ends within row {unread.rows:,}, without a line end: it may have been cut off"
    return ""
