"""The files that a run writes: checked before the first request, and written at the end of the run."""

from __future__ import annotations

import os
import re
from contextlib import nullcontext
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from validator.batch.output.annotate import annotate
from validator.batch.planning.several_numbers import deciding_rows
from validator.batch.recipients.job import require_written_endings
from validator.errors import FileError, UsageError
from validator.ledger import LEDGER_PARTS
from validator.tables import (
    FrameWriter,
    SeveralTables,
    as_written,
    is_stream,
    least_bytes,
    require_room,
    require_writable,
    same_file,
    without_other_sheets,
    writing,
    writing_as_one,
    writing_parts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    import polars as pl

    from validator.batch.output.annotate import Counts
    from validator.batch.output.segments import OpenWriter
    from validator.batch.planning.known_verdicts import KnownVerdicts
    from validator.batch.recipients.job import Job
    from validator.batch.recipients.opening import Opened
    from validator.ledger_url import Location
    from validator.tables import Table, Writer


_NOWHERE = Path(os.devnull)
_PRIVATE_FOLDER = 0o700
# The names of a key's files in the state folder (or in the ledger's folder if there is no state folder).
_OF_A_KEY = re.compile(r"key-[0-9a-f]{12}\.(lock|host)")


def check_targets(
    targets: Mapping[str, Path], job: Job, *, ledger: Location, kept: Sequence[tuple[str, Path]] = ()
) -> None:
    """Check that every target can be written, that targets differ, and that none of them is an input.

    Args:
        targets: the files to write, by the option that names them.
        job: the job.
        ledger: the ledger, which an output must not overwrite.
        kept: other files that must not be overwritten: a description and the path of each.

    Raises:
        FileError: a folder is missing or not writable, or a target is a folder.
        UsageError: two of the files are the same, or a name has the ending of a format that is not written.
    """
    suppress = [("a --suppress list", path) for path in job.suppress]
    refuse_kept(targets, [*(("the input", path) for path in job.inputs), *suppress, *kept], ledger=ledger)
    require_written_endings(job)
    for path in targets.values():
        require_writable(path)
    for (one, path), (other, other_path) in combinations(targets.items(), 2):
        if same_file(path, other_path) and path != _NOWHERE:
            raise UsageError(f"{one} and {other} name the same file, {path}; name another one")


def refuse_existing(targets: Mapping[str, Path]) -> None:
    """Raise `FileError` if a file to write exists already."""
    for option, path in targets.items():
        if not is_stream(path) and os.path.lexists(path):
            raise FileError(
                f"{option}: {path} is there already, and --no-clobber keeps it; name another file, or leave "
                "--no-clobber out"
            )


def refuse_kept(targets: Mapping[str, Path], kept: Sequence[tuple[str, Path]], *, ledger: Location) -> None:
    """Raise `UsageError` if a target is a file that must not be overwritten, or a part of the ledger."""
    parts = list(_files_of(ledger)) if isinstance(ledger, Path) else []
    for option, path in targets.items():
        if _OF_A_KEY.fullmatch(path.name):
            raise UsageError(f"{option} {path} has the name of a key's lock or host; name another file")
        for what, present in [*kept, *parts]:
            if same_file(path, present):
                raise UsageError(f"{option} {path} is {what} itself; name another file")


def _files_of(ledger: Path) -> Iterator[tuple[str, Path]]:
    yield "the ledger", ledger
    for part in LEDGER_PARTS:
        yield f"the {part} file of the ledger", Path(f"{ledger}{part}")


def make_split_folder(job: Job) -> None:
    """Create the folder of the segments if it is missing. Only its owner can read a new one.

    Raises:
        FileError: it cannot be created, or is a file.
    """
    if job.split is None or job.split.is_dir():
        return
    try:
        job.split.mkdir(mode=_PRIVATE_FOLDER)
    except FileExistsError as error:
        raise FileError(f"--split {job.split} is a file; name a folder") from error
    except OSError as error:
        raise FileError(f"the folder --split {job.split} cannot be made: {error.strerror}") from error


def require_room_for_output(opened: Opened) -> None:
    """Check that the disk has room for at least the annotated file, before hours are spent on its content.

    Raises:
        FileError: the disk does not have enough room.
    """
    job = opened.job
    if isinstance(job.output, Path) and not job.more:
        require_room(job.output, least_bytes(job.output, like=opened.table, format=job.format))


def write_output(
    opened: Opened, recipients: pl.DataFrame, known: KnownVerdicts, on_progress: Callable[[int], None]
) -> Counts:
    """Write the annotated file and the files of segments; return the counts.

    Args:
        opened: the list.
        recipients: its rows as they were read, including rows with several numbers.
        known: their known verdicts.
        on_progress: called with the number of rows written so far.

    Raises:
        FileError: the list has changed since it was opened, or a file cannot be written. Then all targets are
            as before.
    """
    job = opened.job

    def rows(*, cells: bool) -> Iterator[pl.DataFrame]:
        # Also before the first row, since rows written to a stream cannot be withdrawn.
        opened.require_same_numbers(recipients)
        yield from opened.rows(cells=cells)
        opened.require_same_numbers(recipients)

    decided, known = decided_by(recipients, known, job)
    return annotate(
        opened.table,
        rows,
        decided,
        known,
        prefix=job.prefix,
        extras=job.extras,
        output=_opener(opened, job.output),
        segments={verdict: _opener(opened, path, alone=True) for verdict, path in job.segments.items()},
        on_progress=on_progress,
    )


def decided_by(
    recipients: pl.DataFrame, known: KnownVerdicts, job: Job
) -> tuple[pl.DataFrame, KnownVerdicts]:
    """Return a list's rows, each with the number that decides it, and their known verdicts."""
    decided = deciding_rows(recipients, known, variants=job.variants)
    return decided, known if decided is recipients else replace(known, row_indices=None)


def _opener(
    opened: Opened, target: Path | BinaryIO | tuple[Path, ...] | FrameWriter, *, alone: bool = False
) -> OpenWriter:
    """Return a function that opens a target. Several lists have one output each, or one like the first list.

    Args:
        opened: the list.
        target: the file, files, stream or collecting writer.
        alone: whether to leave out other sheets of a workbook, since the file is passed on to other people.
    """
    if isinstance(target, FrameWriter):
        return lambda schema: nullcontext(_for_columns(target, schema))
    table = opened.table
    tables = table.tables if isinstance(table, SeveralTables) else (table,)
    if isinstance(target, tuple):
        parts = tuple(zip(target, tables, strict=True))
        return lambda schema: writing_parts([_writing(opened, path, schema, part) for path, part in parts])
    if len(tables) > 1:
        return lambda schema: writing_as_one(
            _writing(opened, target, schema, without_other_sheets(tables[0]))
        )
    like = without_other_sheets(table) if alone else table
    return lambda schema: _writing(opened, target, schema, like)


def _for_columns(writer: FrameWriter, schema: pl.Schema) -> FrameWriter:
    writer.schema = schema
    return writer


def _writing(
    opened: Opened, target: Path | BinaryIO, schema: pl.Schema, like: Table
) -> AbstractContextManager[Writer]:
    job = opened.job
    return writing(target, schema=schema, like=as_written(like), format=job.format, excel_safe=job.excel_safe)
