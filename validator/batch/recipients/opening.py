"""One list, from its file to its numbers, its plan and its output."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from validator.batch.output.annotate import LINE_TYPE, MATCHED, annotate, output_schema
from validator.batch.planning.plan import Only, Order
from validator.batch.recipients.columns import reading_of
from validator.batch.recipients.recipients import PHONE_COLUMN, Landlines
from validator.errors import FileError, UsageError
from validator.phone import Accept
from validator.settings import MaxAge
from validator.tables import (
    ReadOptions,
    SeveralTables,
    least_bytes,
    open_table,
    require_room,
    require_writable,
    same_file,
    together,
    writing,
    writing_as_one,
    writing_parts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    import polars as pl

    from validator.batch.output.annotate import Counts, OpenWriter
    from validator.batch.planning.known_verdicts import Knowledge
    from validator.batch.recipients.recipients import Reading
    from validator.tables import Table, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be done with which files.

    Attributes:
        input: the list, or the first of several that are read as one.
        more: the others.
        names: what messages call lists, where that is not their file.
        output: the annotated file, or a stream for standard output; or a file for each of the lists.
        sendable: the file with the registered recipients, or None for none.
        columns: the phone columns, the first with a number counting; none of them to find it.
        region: as in `Reading`.
        region_column: as in `Reading`.
        find_region: whether to find the region column.
        accept: as in `Reading`.
        landlines: as in `Reading`.
        options: how the list's file is read.
        suppress: lists of people who must not be asked or sent to.
        suppress_columns: their phone columns; none of them to find these.
        prefix: put before the names of the added columns.
        format: of the output, or None for the input's.
        excel_safe: whether formulas in the output are made harmless.
        max_age: how long answers of earlier runs hold.
        order: in which to ask.
        only: restricts whom to ask.
        limit: asks about at most so many numbers.
        confirm_negatives: whether a "no" counts only once it has been said twice.
        variants: whether the other spelling of a number is asked about after a "no".
        line_type: whether the output tells the kind of line.
    """

    input: Path
    more: tuple[Path, ...] = ()
    names: Mapping[Path, str] = field(default_factory=dict)
    output: Path | BinaryIO | tuple[Path, ...]
    sendable: Path | None = None
    columns: tuple[str, ...] = ()
    region: str | None = None
    region_column: str | None = None
    find_region: bool = False
    accept: Accept = Accept.VALID
    landlines: Landlines = Landlines.KEEP
    options: ReadOptions = field(default_factory=ReadOptions)
    suppress: tuple[Path, ...] = ()
    suppress_columns: tuple[str, ...] = ()
    prefix: str = ""
    format: str | None = None
    excel_safe: bool = False
    max_age: MaxAge = field(default_factory=MaxAge)
    order: Order = Order.SHUFFLED
    only: Only = Only.ALL
    limit: int | None = None
    confirm_negatives: bool = False
    variants: bool = False
    line_type: bool = False

    @property
    def extras(self) -> tuple[str, ...]:
        """The columns that the output gets on request."""
        asked_for = {
            LINE_TYPE: self.line_type,
            MATCHED: self.variants,
            PHONE_COLUMN: len(self.columns) > 1,
        }
        return tuple(name for name, wanted in asked_for.items() if wanted)

    @property
    def inputs(self) -> tuple[Path, ...]:
        """All lists, in their order."""
        return (self.input, *self.more)

    @property
    def input_name(self) -> str:
        """What messages call the input."""
        return _name_of(tuple(self.names.get(path, str(path)) for path in self.inputs))

    @property
    def output_name(self) -> str:
        """What messages call the output; `-` for a stream."""
        match self.output:
            case Path():
                return str(self.output)
            case tuple():
                return _name_of(tuple(map(str, self.output)))
            case _:
                return "-"

    @property
    def targets(self) -> dict[str, Path]:
        """The files to be written, by the option that names them."""
        parts = zip(self.inputs, self.output, strict=True) if isinstance(self.output, tuple) else ()
        named = {"--output": self.output, "--sendable": self.sendable}
        return {
            **{option: path for option, path in named.items() if isinstance(path, Path)},
            **{f"the output of {given}": path for given, path in parts},
        }


@dataclass(frozen=True, slots=True)
class Opened:
    """A job whose files have been looked at: nothing that can be known beforehand stands in its way.

    Attributes:
        job: the job.
        table: its list.
        reading: how the list's rows are read as numbers.
        stamps: what the list's files looked like, to notice a change.
    """

    job: Job
    table: Table
    reading: Reading
    stamps: tuple[tuple[int, ...], ...]

    def rows(self, *, cells: bool) -> Iterator[pl.DataFrame]:
        """Yield the list's rows again, as `Table.verbatim` does, and see that the list is as it was opened.

        Verdicts go to rows by their place. A list that was saved anew while its numbers were asked about
        would get them on the wrong rows.

        Raises:
            FileError: the file has changed.
        """
        for batch in self.table.verbatim(cells=cells):
            self._require_unchanged()
            yield batch
        self._require_unchanged()

    def _require_unchanged(self) -> None:
        if _stamps(self.job) != self.stamps:
            raise FileError(
                f"{self.job.input_name} was changed while the run went on, so no output was written. Nothing "
                "that was found out is lost: run the same command again"
            )


def _name_of(names: tuple[str, ...]) -> str:
    first, *more = names
    return f"{first} and {len(more)} more" if more else first


def _stamps(job: Job) -> tuple[tuple[int, ...], ...]:
    return tuple(map(_stamp, job.inputs))


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        seen = path.stat()
    except OSError:
        return ()
    return (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns)


def open_job(job: Job) -> Opened:
    """Open the list and find its columns.

    Raises:
        FileError: the list cannot be read, or a column is missing.
        UsageError: a column of the list has the name of one that the output adds.
    """
    stamps = _stamps(job)
    table = together([open_table(path, options=job.options) for path in job.inputs])
    reading = reading_of(table, job)
    output_schema(table, job.prefix, job.extras)
    return Opened(job, table, reading, stamps)


def check_targets(targets: Mapping[str, Path], job: Job, *, ledger: Path) -> None:
    """See that every file to be written can be, that they differ, and that none is one that is read.

    Args:
        targets: the files to be written, by the option that names them.
        job: the job.
        ledger: what is known; an output in its place would be the end of it.

    Raises:
        FileError: a folder is missing or closed, or a target is a folder.
        UsageError: two of the files are one and the same.
    """
    suppress = [("a --suppress list", path) for path in job.suppress]
    read = [*(("the input", path) for path in job.inputs), ("the ledger", ledger), *suppress]
    for option, path in targets.items():
        for what, present in read:
            if same_file(path, present):
                raise UsageError(f"{option} {path} is {what} itself; name another file")
        require_writable(path)
    for (one, path), (other, other_path) in combinations(targets.items(), 2):
        if same_file(path, other_path):
            raise UsageError(f"{one} and {other} name the same file, {path}; name another one")


def require_room_for_output(opened: Opened) -> None:
    """See that the disk has room for the annotated file at the least, before hours are spent on its content.

    Raises:
        FileError: it has not.
    """
    job = opened.job
    if isinstance(job.output, Path) and not job.more:
        require_room(job.output, least_bytes(job.output, like=opened.table, format=job.format))


def write_output(
    opened: Opened, people: pl.DataFrame, knowledge: Knowledge, tell: Callable[[int], None]
) -> Counts:
    """Write the annotated file and, where one was asked for, the sendable file; return what was written.

    Raises:
        FileError: the list has changed since it was opened, or a file cannot be written; both targets are
            then as they were.
    """
    job = opened.job
    return annotate(
        opened.table,
        opened.rows,
        people,
        knowledge,
        prefix=job.prefix,
        extras=job.extras,
        output=_opener(opened, job.output),
        sendable=None if job.sendable is None else _opener(opened, job.sendable),
        tell=tell,
    )


def _opener(opened: Opened, target: Path | BinaryIO | tuple[Path, ...]) -> OpenWriter:
    """Return what opens a target: for several lists one output each, or one that takes after the first."""
    table = opened.table
    tables = table.tables if isinstance(table, SeveralTables) else (table,)
    if isinstance(target, tuple):
        parts = tuple(zip(target, tables, strict=True))
        return lambda schema: writing_parts([_writing(opened, path, schema, part) for path, part in parts])
    if len(tables) > 1:
        return lambda schema: writing_as_one(_writing(opened, target, schema, tables[0]))
    return lambda schema: _writing(opened, target, schema, table)


def _writing(
    opened: Opened, target: Path | BinaryIO, schema: pl.Schema, like: Table
) -> AbstractContextManager[Writer]:
    job = opened.job
    return writing(target, schema=schema, like=like, format=job.format, excel_safe=job.excel_safe)
