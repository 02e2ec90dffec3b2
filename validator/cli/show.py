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
    render_plan,
    render_summary,
)
from validator.reports.wording import headline, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from validator.reports import PlanSummary, Progress, Summary

log = logging.getLogger("validator.progress")


def make_progress(*, quiet: bool) -> Progress:
    """Return a live display on a terminal that can draw, log lines elsewhere, and nothing if quiet."""
    if quiet:
        return NoProgress()
    console = Console(stderr=True)
    if console.is_terminal and not console.is_dumb_terminal:
        return LiveProgress(console, clock=time.monotonic)
    return LogProgress(log, clock=time.monotonic)


def show_summary(summary: Summary, *, as_json: bool, quiet: bool) -> None:
    """Show a run's summary; if quiet, only why it did not end well."""
    if quiet and summary.exit_code:
        _, sentence = headline(summary)
        log.error("%s", printable(sentence))
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
        writer.writerows(map(_texts, rows))


def _texts(row: Iterable[object]) -> list[str]:
    """Return cells as files have them: `true` and `false`, and nothing for None."""
    return [
        "" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell) for cell in row
    ]


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    table = Table(*columns, box=None, header_style="bold")
    for row in rows:
        table.add_row(*map(escape, _texts(row)))
    return table
