"""The plan of a file, and how its first rows are read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import polars as pl

from validator.batch.library_options import FileTargets, RunOptions
from validator.batch.library_run import job_of, progress_of
from validator.batch.planned import planned
from validator.batch.recipients.opening import open_job
from validator.batch.recipients.reading_counts import text_of
from validator.batch.recipients.recipients import cells_of
from validator.batch.verdict_columns import e164
from validator.gateways.registry import DEFAULT_GATEWAY
from validator.ledger import read

if TYPE_CHECKING:
    from pathlib import Path

    from validator.batch.recipients.opening import Opened
    from validator.reports import PlanSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """How one row of a list is read.

    Attributes:
        row: the number of the row; 1 is the first data row.
        cell: the unchanged cell of the phone column.
        e164: the number that the cell is read as; empty if it is not read as a number.
        reason: why the number would not be asked about; empty if it would be.
    """

    row: int
    cell: str
    e164: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The summary of a plan, and how the first rows are read."""

    plan: PlanSummary
    rows: tuple[PreviewRow, ...]


def preview_of(
    source: Path,
    options: RunOptions,
    rate_per_min: float | None,
    rows: int,
    gateway: str = DEFAULT_GATEWAY,
) -> Preview:
    """Read a list and make the plan, as described in `preview_file`."""
    opened = open_job(job_of(source, FileTargets(), options))
    with read(options.ledger_location) as ledger:
        progress = progress_of(options)
        plan, recipients = planned(opened, ledger, progress, rate_per_min=rate_per_min, gateway=gateway)
    return Preview(plan=plan, rows=_first_rows(opened, recipients.head(min(rows, recipients.height))))


def _first_rows(opened: Opened, recipients: pl.DataFrame) -> tuple[PreviewRow, ...]:
    """Return how a list's first rows are read."""
    if recipients.is_empty():
        return ()
    (first,) = islice(opened.table.batches(opened.reading.wanted), 1)
    cells = cells_of(first.head(recipients.height), opened.reading.column, opened.reading)
    shown = recipients.select(e164("number").fill_null(""), pl.col("reason").cast(pl.String).fill_null(""))
    return tuple(
        PreviewRow(row=place, cell=text_of(cell), e164=number, reason=reason)
        for place, (cell, (number, reason)) in enumerate(zip(cells, shown.iter_rows(), strict=False), start=1)
    )
