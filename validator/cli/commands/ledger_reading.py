"""`validator ledger show` and `validator ledger runs`: the records of numbers, and of runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from validator.batch.recipients.variants import every_spelling
from validator.cli.process.show import show_rows
from validator.cli.process.standard_streams import say
from validator.errors import FileError
from validator.ledger import read
from validator.ledger.values import LARGEST
from validator.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from validator.ledger import LedgerReader, RunRecord
    from validator.ledger.values import FactRow
    from validator.ledger_url import Location
    from validator.model import Number

FACT_COLUMNS = (
    *("e164", "verdict", "reason", "whatsapp_id", "source", "gateway", "session", "attempts", "checked_at"),
)
RUN_COLUMNS = (
    *("id", "command", "input", "started_at", "finished_at", "exit_code"),
    *("rows", "asked", "registered", "not_registered", "unknown"),
)


def show(*, numbers: tuple[Number, ...], ledger: Location, as_json: bool) -> None:
    """Show the facts about numbers, each with its time."""
    wanted = every_spelling(numbers)
    require_ledger(ledger)
    with read(ledger) as reader:
        found = facts_about(reader, [int(number) for number in wanted])
    show_rows(FACT_COLUMNS, [tuple(_fact(row)) for row in found], as_json=as_json)
    if not found:
        say("nothing is known about this; `validator lookup` asks")


def facts_about(reader: LedgerReader, numbers: Sequence[int]) -> list[FactRow]:
    """Return all facts, in order of number: the last answer for each, then a failure after it, if any."""
    nothing_holds = dict.fromkeys(Verdict, LARGEST)
    answers = [row for rows in reader.known(numbers) for row in rows]
    failures = [row for rows in reader.known(numbers, fresh_from_ms=nothing_holds) for row in rows]
    return sorted({*answers, *failures}, key=lambda row: (row.number, row.checked_at_ms))


def runs(*, input_name: str | None, limit: int, ledger: Location, as_json: bool) -> None:
    """List the latest runs; if a name is given, only those over lists of that name."""
    name = None if input_name is None else Path(input_name).name
    require_ledger(ledger)
    with read(ledger) as reader:
        found = reader.runs(min(limit, LARGEST), input_name=name)
    show_rows(RUN_COLUMNS, [tuple(_run(run)) for run in found], as_json=as_json)


def require_ledger(path: Location) -> None:
    """Check that the ledger's file exists. For a database, opening it is the check.

    Raises:
        FileError: it does not exist.
    """
    if isinstance(path, Path) and not path.exists():
        raise FileError(f"there is no ledger {path}; name the right one with --ledger")


def require_named_ledger(path: Location) -> None:
    """Check the ledger's file as `require_ledger`, but allow that the default one does not exist yet.

    Raises:
        FileError: an option, a variable or a settings file names a ledger that does not exist.
    """
    if click.get_current_context().get_parameter_source("ledger") is not ParameterSource.DEFAULT:
        require_ledger(path)


def _fact(row: FactRow) -> Iterator[object]:
    yield f"+{row.number}"
    yield from (row.verdict, row.reason, row.whatsapp_id, row.source, row.gateway, row.session, row.attempts)
    yield _moment(row.checked_at_ms)


def _run(run: RunRecord) -> Iterator[object]:
    summary = json.loads(run.summary_json or "{}")
    verdicts = summary.get("verdicts", {})
    yield from (run.id, run.command, run.input_name)
    yield from (_moment(run.started_at_ms), _moment(run.finished_at_ms), run.exit_code)
    yield from (summary.get("rows"), summary.get("asked"))
    yield from (verdicts.get(word) for word in ("registered", "not_registered", "unknown"))


def _moment(at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
