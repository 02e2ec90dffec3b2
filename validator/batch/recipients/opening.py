"""Opens a list: finds its columns, and notices if its files change during the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from validator.batch.recipients.job import Several
from validator.batch.recipients.recipients import Reading, read_recipients
from validator.batch.verdict_columns import earlier_columns, output_schema, segment_columns, with_columns_of
from validator.errors import FileError
from validator.phone import Numbers
from validator.tables import (
    FoundBy,
    RenewedTable,
    SampledTable,
    calling_code_column,
    find_phone_column,
    find_region_column,
    names_region,
    names_whatsapp_id,
    open_table,
    require_column,
    stamp,
    together,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import polars as pl

    from validator.batch.recipients.job import Job, ListSettings
    from validator.tables import Table


class Opened(Struct, frozen=True):
    """A job with its opened list. Everything that can be checked before the run has been checked.

    Attributes:
        job: the job.
        table: its list.
        reading: how the list's rows are read as numbers.
        stamps: the state of the list's files when they were opened, to notice a change; see `stamp`.
    """

    job: Job
    table: Table
    reading: Reading
    stamps: tuple[tuple[int, ...], ...]

    @property
    def read_as(self) -> dict[str, str | int]:
        """The columns that were found in the list, how they were found, and the format of the file."""
        reading = self.reading
        found: dict[str, str | int | None] = {
            "column": " + ".join((*reading.before, reading.column)),
            "found_by": reading.found_by.value,
            "others": ", ".join(reading.others) or None,
            "region": reading.region,
            "region_column": reading.region_column,
            "numbers": None if reading.numbers is Numbers.AUTO else reading.numbers.value,
            "several": None if reading.several is Several.REFUSE else reading.several.value,
            "format": self.table.format,
            **self.table.manner,
        }
        return {name: value for name, value in found.items() if value is not None}

    def rows(self, *, cells: bool) -> Iterator[pl.DataFrame]:
        """Yield the list's rows again, as `Table.verbatim` does, and check that its files have not changed.

        Verdicts are matched to rows by position. If the list was saved again during the run, they would go
        to the wrong rows.

        Raises:
            FileError: the file has changed.
        """
        for batch in self.table.verbatim(cells=cells):
            self._require_unchanged()
            yield batch
        self._require_unchanged()

    def require_same_numbers(self, recipients: pl.DataFrame) -> None:
        """Check that each row still holds the number that was checked for it. Reads the list only if touched.

        A program can write to a file and restore its size and its time of change (mtime), but not its ctime.
        The ctime also changes if only the mode or a link changes, so then the rows are read and compared.

        Raises:
            FileError: a row holds another number.
        """
        if stamps_of(self.job.inputs) == self.stamps:
            return
        found = read_recipients(self.table, self.reading, on_progress=lambda _: None)
        if not found["number"].equals(recipients["number"]):
            raise self._changed()

    def _require_unchanged(self) -> None:
        if [seen[:-1] for seen in stamps_of(self.job.inputs)] != [seen[:-1] for seen in self.stamps]:
            raise self._changed()

    def _changed(self) -> FileError:
        return FileError(
            f"{self.job.input_name} was changed while the run went on, so no output was written. Nothing "
            "that was found out is lost: run the same command again"
        )


def stamps_of(paths: Iterable[Path]) -> tuple[tuple[int, ...], ...]:
    """Return the state of the files of a list, to notice a change; see `stamp`."""
    return tuple(map(stamp, paths))


def open_job(job: Job, *, table: Table | None = None) -> Opened:
    """Open the list and find its columns.

    Args:
        job: the job.
        table: the list, if it is not a file; without the columns that an earlier run has added.

    Raises:
        FileError: the list cannot be read, or a column is missing.
        UsageError: a column of the list has the same name as an added column.
    """
    stamps = stamps_of(job.inputs)
    table = table or together([open_list(path, job) for path in job.inputs])
    reading = reading_of(SampledTable(table), job)
    output_schema(table, job.prefix, job.extras)
    for verdict in job.segments:
        with_columns_of(table, job.prefix, segment_columns(verdict, job.extras))
    return Opened(job, table, reading, stamps)


def open_list(path: Path, job: ListSettings) -> Table:
    """Open one file of a list, without the columns that an earlier run has added.

    Raises:
        FileError: it cannot be read.
    """
    return without_earlier(open_table(path, options=job.options), job.prefix)


def without_earlier(table: Table, prefix: str) -> Table:
    """Return a list without the columns that an earlier run has added."""
    earlier = earlier_columns(table.schema, prefix)
    return RenewedTable(table, earlier) if earlier else table


def reading_of(table: Table, job: Job) -> Reading:
    """Return how the rows of a job's list are read as numbers.

    Raises:
        FileError: a column is missing, or several columns could be meant.
    """
    region_column = _region_column(table, job)
    if job.join:
        return _joined(table, job, region_column)
    first, *others = (
        find_phone_column(table, named=column, region=job.region, region_column=region_column)
        for column in job.column or (None,)
    )
    return Reading(
        column=first.name,
        others=tuple(other.name for other in others),
        before=() if first.area_codes is None else (first.area_codes,),
        found_by=first.by,
        region=job.region,
        region_column=region_column,
        accept=job.accept,
        numbers=_numbers(table, job, first.name),
        landlines=job.landlines,
        several=job.several,
    )


def _numbers(table: Table, job: Job, column: str) -> Numbers:
    """Return how numbers without a plus sign are written; WhatsApp ids are always international."""
    is_ids = job.numbers is Numbers.AUTO and names_whatsapp_id(table.header.get(column, column))
    return Numbers.INTERNATIONAL if is_ids else job.numbers


def _region_column(table: Table, job: Job) -> str | None:
    """Return the column with the region of each row, if any; by default, a column of calling codes."""
    if job.find_region:
        return find_region_column(table)
    if job.region_column is not None:
        require_column(table, job.region_column, "--region-column")
        return job.region_column
    return None if job.join else calling_code_column(table, job.region)


def _joined(table: Table, job: Job, region_column: str | None) -> Reading:
    """Return how rows are read if each number is spread over the columns of `job.join`."""
    for column in job.join:
        require_column(table, column, "--join")
    *before, last = job.join
    return Reading(
        column=last,
        before=tuple(before),
        international=names_region(table.header.get(before[0], before[0])),
        found_by=FoundBy.ASKED,
        region=job.region,
        region_column=region_column,
        accept=job.accept,
        numbers=job.numbers,
        landlines=job.landlines,
        several=job.several,
    )
