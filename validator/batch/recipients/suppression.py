"""The numbers in suppression lists, which must not be asked about or sent to."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import Struct, field, structs
from msgspec.structs import replace

from validator.batch.recipients.column_evidence import ColumnEvidence
from validator.batch.recipients.job import Unreadable
from validator.batch.recipients.recipients import Reading, surveys_of
from validator.batch.recipients.suppressed_cells import CellsRead, UnreadRows, cells_read
from validator.batch.recipients.variants import with_both
from validator.errors import FileError
from validator.phone import Accept, Evidence, Numbers
from validator.tables import (
    DelimitedTable,
    ReadOptions,
    calling_code_column,
    find_area_codes,
    open_table,
    phone_columns,
    region_columns,
    require_column,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from validator.batch.recipients.job import Job
    from validator.tables import Table

log = logging.getLogger(__name__)

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

    Every phone column counts. The region column has the same name as the input's, or is found.
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
        region_column=region_column or _other_regions(table, job),
        accept=Accept.POSSIBLE,
        numbers=job.numbers,
    )


def _other_regions(table: Table, job: Job) -> str | None:
    """Return the column that says that rows are in another region than that of the run, if there is one."""
    if job.region is None:
        return None
    columns = region_columns(table)
    return calling_code_column(table) or (columns[0] if len(columns) == 1 else None)


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
    shown = [(way, _shown_by(table, way).columns) for way in _ways(reading)]
    found, unread = [OptOuts().numbers], UnreadRows()
    wanted = list(dict.fromkeys([*reading.wanted, *table.schema]))
    for batch in table.batches(wanted):
        read = [
            CellsRead.by_any(
                [
                    cells_read(batch, structs.replace(way, column=column, others=()), evidence[place])
                    for way, evidence in shown
                ]
            )
            for place, column in enumerate(reading.columns)
        ]
        found += [column.numbers for column in read]
        unread.add(batch, read, reading.columns)
    _require_all_read(table, reading, unread, unreadable)
    return OptOuts(pl.concat(found), unread.count)


def _ways(reading: Reading) -> list[Reading]:
    """Return the ways to read a list: in the region of each row, and in that of the run, if both are known.

    The run's own list may be read in either, so the numbers of both count.
    """
    is_both = reading.region is not None and reading.region_column is not None
    return [reading, structs.replace(reading, region_column=None)] if is_both else [reading]


def _shown_by(table: Table, reading: Reading) -> ColumnEvidence:
    """Return the evidence of how the cells of each phone column are written."""
    parts = (ColumnEvidence.of(surveys_of(batch, reading)) for batch in table.batches(reading.wanted))
    return sum(parts, ColumnEvidence(tuple(Evidence() for _ in reading.columns)))


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
