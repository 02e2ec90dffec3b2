"""What the command line shows: progress and summaries, on standard error; JSON on standard output."""

from __future__ import annotations

import csv
import json
import logging
import sys
import time
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from validator.reports import (
    LiveProgress,
    LogProgress,
    NoProgress,
    ProgressState,
    render_html,
    render_plan,
    render_summary,
)
from validator.tables import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from rich.console import RenderableType

    from validator.reports import PlanSummary, Progress, Summary

log = logging.getLogger("validator.progress")


def make_progress(*, quiet: bool) -> Progress:
    """Return a live display on a terminal, log lines elsewhere, and nothing where quiet was asked for."""
    if quiet:
        return NoProgress()
    console = Console(stderr=True)
    if console.is_terminal:
        return LiveProgress(console, clock=time.monotonic)
    return LogProgress(log, clock=time.monotonic)


LOOKING_UP = "looking up"
"""The phase in which the ledger is read."""


class Stage:
    """Tells a progress display of one local phase, and when it will be through if its total is known.

    Args:
        progress: the display.
        phase: the phase's name.
        total: rows or bytes in it, or 0 where that is not known.
        in_bytes: whether it is told of bytes.
    """

    def __init__(self, progress: Progress, phase: str, total: int = 0, *, in_bytes: bool = False) -> None:
        self._progress = progress
        self._phase = phase
        self._total = total
        self._in_bytes = in_bytes
        self._begun_s = time.monotonic()

    def tell(self, done: int, total: int | None = None) -> None:
        """Show how much is through, and of how much where that has become known."""
        self._total = self._total if total is None else total
        self._progress.update(
            ProgressState(
                phase=self._phase,
                total=self._total,
                done=done,
                in_bytes=self._in_bytes,
                eta_s=self._left_s(done),
            )
        )

    def _left_s(self, done: int) -> float | None:
        if not (self._total and done):
            return None
        return (time.monotonic() - self._begun_s) * (self._total - done) / done


def surveying(progress: Progress) -> dict[str, Callable[[int], None]]:
    """Return whom `survey` tells of the rows read and the numbers found."""
    return {"tell": Stage(progress, "reading").tell, "tell_known": Stage(progress, LOOKING_UP).tell}


def show_summary(summary: Summary, *, as_json: bool, quiet: bool) -> None:
    """Show a run's summary."""
    _show(render_summary(summary), summary.to_json(), as_json=as_json, quiet=quiet)


def show_plan_summary(plan: PlanSummary, *, as_json: bool, quiet: bool) -> None:
    """Show a plan."""
    _show(render_plan(plan), plan.to_json(), as_json=as_json, quiet=quiet)


def _show(text: RenderableType, facts: dict[str, object], *, as_json: bool, quiet: bool) -> None:
    if not quiet:
        Console(stderr=True).print(text)
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        sys.stdout.flush()


def show_rows(columns: Sequence[str], rows: Iterable[Sequence[object]], *, as_json: bool) -> None:
    """Print a table on standard output: laid out on a terminal, with tabs elsewhere, or as a line of JSON."""
    console = Console()
    if as_json:
        click.echo(
            json.dumps({"rows": [dict(zip(columns, row, strict=True)) for row in rows]}, ensure_ascii=False)
        )
    elif console.is_terminal:
        console.print(_table(columns, rows))
    else:
        writer = csv.writer(sys.stdout, dialect="excel-tab", lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    table = Table(*columns, box=None, header_style="bold")
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    return table


def write_reports(summary: Summary, *, report: Path | None, summary_file: Path | None) -> None:
    """Write the HTML report and the JSON summary where they were asked for, each whole or not at all."""
    if report is not None:
        with replacing(report) as file:
            file.write(render_html(summary).encode())
    if summary_file is not None:
        with replacing(summary_file) as file:
            file.write(json.dumps(summary.to_json(), ensure_ascii=False, indent=2).encode() + b"\n")
