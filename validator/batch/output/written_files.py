"""The files of a run that hold a list's rows; its report links to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from validator.model import Verdict
from validator.reports import legible
from validator.reports.written_file import WrittenFile
from validator.tables import is_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validator.batch.recipients.job import Job
    from validator.reports import Summary

_HOLDS = {
    Verdict.REGISTERED: "recipients to send to, each number once",
    Verdict.NOT_REGISTERED: "not on WhatsApp, each number once",
    Verdict.INVALID: "to correct; the column hint says how",
    Verdict.UNKNOWN: "no answer, or not asked yet",
}


def written_files(job: Job, summary: Summary) -> tuple[WrittenFile, ...]:
    """Return the files that a run has written: first the segments, then annotated files; without streams."""
    rows = {Verdict.REGISTERED.value: summary.sendable_rows, **summary.split_rows}
    segments = (WrittenFile(path, _HOLDS[of], rows[of.value]) for of, path in job.segments.items())
    return tuple(file for file in (*segments, *_annotated(job, summary.rows)) if not is_stream(file.path))


def _annotated(job: Job, rows: int) -> Iterator[WrittenFile]:
    match job.output:
        case Path():
            yield WrittenFile(job.output, "every row, with its verdict", rows)
        case tuple():
            for given, path in zip(job.inputs, job.output, strict=True):
                name = legible(job.names.get(given, given.name))
                yield WrittenFile(path, f"every row of {name}, with its verdict")
