"""Whom suppression lists name: people who must not be asked or sent to."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from validator.batch.recipients.recipients import ColumnEvidence, Reading, recipients_of, surveys_of
from validator.batch.recipients.variants import with_both
from validator.errors import FileError
from validator.model import Reason
from validator.phone import Accept, Evidence, apart
from validator.tables import (
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
    from collections.abc import Iterable

    from validator.batch.recipients.job import Job
    from validator.tables import Table

log = logging.getLogger(__name__)


def suppressed_in(job: Job) -> pl.Series:
    """Return the numbers (UInt64) that a job's suppression lists name, by either spelling.

    Raises:
        FileError: a list cannot be read, or names nobody that can be made out.
    """
    options = ReadOptions(ragged=job.options.ragged)
    tables = (open_table(path, options=options) for path in job.suppress)
    return with_both(suppressed_by((table, _suppression_reading(table, job)) for table in tables))


def _suppression_reading(table: Table, job: Job) -> Reading:
    """Return how a suppression list is read: generously, since its people must not be asked in any case.

    Every phone column counts, and a region column that is called as the input's, or found as it is.
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


def suppressed_by(tables: Iterable[tuple[Table, Reading]]) -> pl.Series:
    """Return the distinct numbers of some suppression lists (UInt64).

    Raises:
        FileError: nobody in a list can be read, so that it would silently suppress nobody.
    """
    found = [_suppressed_by(table, reading) for table, reading in tables]
    return pl.concat([pl.Series("number", [], dtype=pl.UInt64), *found]).drop_nulls().unique()


def _suppressed_by(table: Table, reading: Reading) -> pl.Series:
    """Return the numbers of all phone columns of a list: each of them is somebody who opted out."""
    each = [replace(reading, column=column, others=()) for column in reading.columns]
    found, rows, unread_rows = [pl.Series("number", [], dtype=pl.UInt64)], 0, 0
    shown = _shown_by(table, reading).columns
    for batch in table.batches(reading.wanted):
        read = [_numbers_of(batch, one, evidence) for one, evidence in zip(each, shown, strict=True)]
        found += [numbers for numbers, _ in read]
        rows += batch.height
        unread_rows += (
            pl.DataFrame([unread.alias(str(place)) for place, (_, unread) in enumerate(read)])
            .select(pl.all_horizontal(pl.all()).sum())
            .item()
        )
    _require_somebody(table, reading, rows=rows, unread_rows=unread_rows)
    return pl.concat(found)


def _shown_by(table: Table, reading: Reading) -> ColumnEvidence:
    """Return what each phone column shows of how its cells were meant."""
    parts = (ColumnEvidence.of(surveys_of(batch, reading)) for batch in table.batches(reading.wanted))
    return sum(parts, ColumnEvidence(tuple(Evidence() for _ in reading.columns)))


def _numbers_of(rows: pl.DataFrame, reading: Reading, shown: Evidence) -> tuple[pl.Series, pl.Series]:
    """Return the numbers in a column, and a mask of its cells without any; two in a cell are two people.

    Of a cell that can be meant in two ways both numbers count: its person has opted out.
    """
    [surveyed] = surveys_of(rows, reading)
    recipients = surveyed.settle(shown.outcomes(reading.numbers))
    ambiguous = (recipients["reason"] == Reason.AMBIGUOUS.value).fill_null(value=False)
    either = surveyed.numbers_of(ambiguous.arg_true())
    several = (recipients["reason"] == Reason.SEVERAL_NUMBERS.value).fill_null(value=False)
    rows = rows.with_columns(readable(rows[reading.column]))
    cells = pl.col(reading.column).cast(pl.String)
    parts = recipients_of(rows.filter(several).with_columns(apart(cells)).explode(reading.column), reading)
    unread = recipients["number"].is_null() & ~several & ~ambiguous
    return pl.concat([recipients["number"], parts["number"], either]), unread


def _require_somebody(table: Table, reading: Reading, *, rows: int, unread_rows: int) -> None:
    """See that a suppression list, unless it is empty, suppresses somebody."""
    if not rows:
        log.warning("%s has no rows and suppresses nobody", table.path)
    elif unread_rows == rows:
        raise FileError(
            f"no cell of column {' or '.join(map(repr, reading.columns))} of {table.path} is a number, so "
            "that nobody would be suppressed; name another column with --suppress-column, and where the "
            "numbers lack the country code, say which one with --region"
        )
    elif unread_rows:
        log.warning("%d of %d rows of %s hold no number and suppress nobody", unread_rows, rows, table.path)
