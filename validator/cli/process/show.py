"""Shows progress and summaries on standard error, and tables and JSON on standard output."""

from __future__ import annotations

import csv
import logging
import os
import sys
import time
from typing import TYPE_CHECKING, TextIO

import click

from validator import reports
from validator.cli.process.standard_streams import (
    PROGRESS_META,
    as_line,
    end_stdout,
    is_json_wanted,
    require_stdout,
)
from validator.model import Reason
from validator.reports.plan_facts import start_line
from validator.reports.wording import headline, legible, printable, sample_headline
from validator.tables import defused_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.console import Console, RenderableType

    from validator.reports import PlanSummary, Progress, SampleSummary, Summary
    from validator.reports.fitting import FittingTable

log = logging.getLogger("validator.progress")

# Columns with cells that may be longer than a line.
_SENTENCES = frozenset({"from", "value", "what"})
# With these, rich may call any stream a terminal, or interactive (see `rich.console.Console`).
_TERMINAL_BY_NAME = frozenset({"FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"})


def make_progress(*, quiet: bool) -> Progress:
    """Return the display of a run's progress, according to `--progress`; if quiet, it shows nothing.

    `auto` draws on an interactive terminal, and logs lines elsewhere. With JSON logs nothing is drawn.
    """
    context = click.get_current_context(silent=True)
    style = context.meta.get(PROGRESS_META, "auto") if context else "auto"
    if quiet or style == "none":
        return reports.NoProgress()
    if style != "bar" and not _may_be_terminal(sys.stderr):
        return reports.LogProgress(log, clock=time.monotonic)
    forced = True if style == "bar" else None
    console = _console(stderr=True, force_terminal=forced, force_interactive=forced)
    if style != "lines" and console.is_interactive and not is_json_wanted():
        return reports.LiveProgress(console, clock=time.monotonic)
    return reports.LogProgress(log, clock=time.monotonic)


def show_start(plan: PlanSummary, *, quiet: bool) -> None:
    """Show the plan of a run before its first request: a block on a terminal, a log line elsewhere."""
    if quiet:
        return
    console = None if is_json_wanted() else _terminal(stderr=True)
    if console is not None:
        # Printed by this console it would mix with the live display, which prints the captured text above it.
        with console.capture() as drawn:
            console.print(reports.render_start(plan))
        sys.stderr.write(drawn.get())
    else:
        log.info("%s", start_line(plan), extra={"plan": plan.to_json()})


def show_summary(summary: Summary, *, as_json: bool, quiet: bool) -> None:
    """Show a run's summary; if quiet, only why it failed, and how many answers are not trusted."""
    if quiet and summary.exit_code:
        _, sentence = headline(summary)
        log.error("%s", printable(sentence))
    if quiet:
        show_suspects(summary.reasons.get(Reason.SESSION_SUSPECT.value, 0))
    _show(lambda: reports.render_summary(summary), summary.to_json(), as_json=as_json, quiet=quiet)


def show_suspects(rows: int) -> None:
    """Print how many rows are unknown because their answers are not trusted; also with `-q`."""
    if rows:
        log.error(
            "%s rows are unknown although they were answered, since nothing shows that the session's "
            "answers can be trusted: name a number that is on WhatsApp with --canary",
            f"{rows:,}",
        )


def show_plan_summary(plan: PlanSummary, *, as_json: bool, quiet: bool) -> None:
    """Show a plan."""
    _show(lambda: reports.render_plan(plan), plan.to_json(), as_json=as_json, quiet=quiet)


def show_sample(sample: SampleSummary, *, as_json: bool, quiet: bool) -> None:
    """Show the result of a sample; if quiet, only why it failed."""
    if quiet and sample.exit_code:
        _, sentence = sample_headline(sample)
        log.error("%s", printable(sentence))
    _show(lambda: reports.render_sample(sample), sample.to_json(), as_json=as_json, quiet=quiet)


def _show(
    text: Callable[[], RenderableType], facts: dict[str, object], *, as_json: bool, quiet: bool
) -> None:
    """Show how a run ended. A failure to show it does not change the exit code."""
    if not quiet and is_json_wanted():
        log.info("the summary", extra={"summary": facts})
    elif not quiet:
        _console(stderr=True).print(text())
    if as_json:
        end_stdout(facts)


def show_rows(columns: Sequence[str], rows: Iterable[Sequence[object]], *, as_json: bool) -> None:
    """Print a table on standard output: aligned on a terminal, with tabs elsewhere, or as a line of JSON.

    With tabs, formulas in cells are made harmless for spreadsheets, since some cells are the provider's text.
    """
    require_stdout()
    rows = [[legible(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    if as_json:
        click.echo(as_line({"rows": [dict(zip(columns, row, strict=True)) for row in rows]}))
    elif (console := _terminal()) is not None:
        console.print(_table(columns, rows))
    else:
        _tabbed((columns, *defused_rows(rows)))


def show_row(columns: Sequence[str], row: Sequence[object], *, as_json: bool) -> None:
    """Print one row of a growing table: with tabs, as `show_rows` does, or as a line of JSON."""
    if as_json:
        click.echo(as_line(dict(zip(columns, row, strict=True))))
    else:
        _tabbed(defused_rows([row]))


def _tabbed(rows: Iterable[Sequence[object]]) -> None:
    writer = csv.writer(sys.stdout, dialect="excel-tab", lineterminator="\n")
    writer.writerows(map(_texts, rows))


def _texts(row: Iterable[object]) -> list[str]:
    """Return cells as they are in files: `true` and `false`, and an empty text for None."""
    return [
        "" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell) for cell in row
    ]


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> FittingTable:
    """Return rows as a table that breaks no word, so that ids and numbers can be copied."""
    from validator.reports.fitting import FittingTable  # noqa: PLC0415 - as for `_console`

    table = FittingTable(*columns, figures=frozenset(), texts=_SENTENCES)
    for row in rows:
        table.add_row(*map(printable, _texts(row)))
    return table


def _terminal(*, stderr: bool = False) -> Console | None:
    """Return a console that draws on standard output (or standard error); None if that is no terminal."""
    if not _may_be_terminal(sys.stderr if stderr else sys.stdout):
        return None
    console = _console(stderr=stderr)
    return console if console.is_terminal else None


def _may_be_terminal(stream: TextIO) -> bool:
    """Return whether rich may call a stream a terminal. If not, it need not be loaded, which takes 15 ms."""
    return stream.isatty() or not _TERMINAL_BY_NAME.isdisjoint(os.environ)


def _console(
    *, stderr: bool = False, force_terminal: bool | None = None, force_interactive: bool | None = None
) -> Console:
    from rich.console import Console  # noqa: PLC0415 - it loads slowly, and `--quiet` does not need it

    return Console(stderr=stderr, force_terminal=force_terminal, force_interactive=force_interactive)
