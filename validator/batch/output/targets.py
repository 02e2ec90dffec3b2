"""The files that a run writes: checked before it asks anybody, and written at its end."""

from __future__ import annotations

import os
import re
from contextlib import nullcontext
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from validator.batch.output.annotate import annotate
from validator.batch.planning.several_numbers import deciding_rows
from validator.errors import FileError, UsageError
from validator.ledger import LEDGER_PARTS
from validator.tables import (
    FrameWriter,
    SeveralTables,
    as_written,
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
# What the state folder has for each key, or the ledger's folder where there is none.
_OF_A_KEY = re.compile(r"key-[0-9a-f]{12}\.(lock|host)")


def check_targets(
    targets: Mapping[str, Path], job: Job, *, ledger: Location, kept: Sequence[tuple[str, Path]] = ()
) -> None:
    """See that every file to be written can be, that they differ, and that none is one that is read.

    Args:
        targets: the files to be written, by the option that names them.
        job: the job.
        ledger: the ledger; an output in its place would be the end of it.
        kept: other files that must not be written over, each after what it is.

    Raises:
        FileError: a folder is missing or closed, or a target is a folder.
        UsageError: two of the files are one and the same.
    """
    suppress = [("a --suppress list", path) for path in job.suppress]
    refuse_kept(targets, [*(("the input", path) for path in job.inputs), *suppress, *kept], ledger=ledger)
    for path in targets.values():
        require_writable(path)
    for (one, path), (other, other_path) in combinations(targets.items(), 2):
        if same_file(path, other_path) and path != _NOWHERE:
            raise UsageError(f"{one} and {other} name the same file, {path}; name another one")


def refuse_existing(targets: Mapping[str, Path]) -> None:
    """Raise `FileError` where a file to be written is there already."""
    for option, path in targets.items():
        if path != _NOWHERE and os.path.lexists(path):
            raise FileError(
                f"{option}: {path} is there already, and --no-clobber keeps it; name another file, or leave "
                "--no-clobber out"
            )


def refuse_kept(targets: Mapping[str, Path], kept: Sequence[tuple[str, Path]], *, ledger: Location) -> None:
    """Raise `UsageError` where a target is a file that must not be written over, or a part of the ledger."""
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
        yield f"the {part} file of the ledger", ledger.with_name(ledger.name + part)


def make_split_folder(job: Job) -> None:
    """Make the folder of the segments if it is missing; nobody but its owner reads a new one.

    Raises:
        FileError: it cannot be made, or is a file.
    """
    if job.split is None or job.split.is_dir():
        return
    try:
        job.split.mkdir(mode=_PRIVATE_FOLDER)
    except FileExistsError as error:
        raise FileError(f"--split {job.split} is a file, and a folder is wanted; name another one") from error
    except OSError as error:
        raise FileError(f"the folder --split {job.split} cannot be made: {error.strerror}") from error


def require_room_for_output(opened: Opened) -> None:
    """See that the disk has room for the annotated file at the least, before hours are spent on its content.

    Raises:
        FileError: it has not.
    """
    job = opened.job
    if isinstance(job.output, Path) and not job.more:
        require_room(job.output, least_bytes(job.output, like=opened.table, format=job.format))


def write_output(
    opened: Opened, recipients: pl.DataFrame, known: KnownVerdicts, on_progress: Callable[[int], None]
) -> Counts:
    """Write the annotated file and the files of the segments asked for; return what was written.

    Args:
        opened: the list.
        recipients: its rows as they were read, those with several numbers too.
        known: their known verdicts.
        on_progress: called with the rows written so far.

    Raises:
        FileError: the list has changed since it was opened, or a file cannot be written; all targets are
            then as they were.
    """
    job = opened.job

    def rows(*, cells: bool) -> Iterator[pl.DataFrame]:
        # Before the first row too: what a stream was given cannot be taken back.
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
    """Return what opens a target: for several lists one output each, or one that takes after the first.

    `alone` is for what is passed on to others: it has no other sheet of a workbook.
    """
    if isinstance(target, FrameWriter):
        return lambda _: nullcontext(target)
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


def _writing(
    opened: Opened, target: Path | BinaryIO, schema: pl.Schema, like: Table
) -> AbstractContextManager[Writer]:
    job = opened.job
    return writing(target, schema=schema, like=as_written(like), format=job.format, excel_safe=job.excel_safe)
