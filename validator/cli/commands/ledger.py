"""`validator ledger`: counts, export, import, and deletion of the recorded answers."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import structs

from validator.batch.output.targets import refuse_kept
from validator.batch.planning.reading_known import latest_ms
from validator.batch.recipients.variants import every_spelling
from validator.batch.transfer.exporting import COLUMNS, export
from validator.batch.transfer.importing import read_facts
from validator.cli.commands.ledger_reading import require_ledger, require_named_ledger
from validator.cli.lists.copies import copy_of_stdin
from validator.cli.lists.inputs import STDIO, local_file
from validator.cli.process.show import show_rows
from validator.cli.process.standard_streams import end_stdout, say
from validator.cli.settings.kept_files import kept_files
from validator.errors import Interrupted, UsageError
from validator.ledger import Selection, open_ledger, read
from validator.ledger_url import LedgerUrl
from validator.phone import parse_region
from validator.reports import count_text
from validator.settings import parse_number
from validator.tables import (
    Ragged,
    ReadOptions,
    find_phone_column,
    is_stdout,
    open_table,
    require_writable,
    require_written_ending,
    writing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

    from validator.ledger import Purged, RunRecord
    from validator.ledger.stats import LedgerStats, SessionStats
    from validator.ledger_url import Location
    from validator.model import Number

LATEST_RUNS = 5


def stats(*, ledger: Location, as_json: bool) -> None:
    """Show the answers by verdict and age, the results of each session, the latest runs, and the size."""
    require_named_ledger(ledger)
    with read(ledger) as reader:
        found, runs = reader.stats(int(time.time() * 1000)), reader.runs(LATEST_RUNS)
    if as_json:
        latest = [
            {key: value for key, value in structs.asdict(run).items() if key != "summary_json"}
            for run in runs
        ]
        click.echo(json.dumps({"path": str(ledger), **asdict(found), "latest_runs": latest}))
    else:
        show_rows(("what", "value"), _facts(ledger, found, runs), as_json=False)


def purge(
    *,
    older_than: float | None,
    numbers: tuple[Number, ...],
    numbers_file: TextIO | None,
    dry_run: bool,
    yes: bool,
    ledger: Location,
    as_json: bool,
) -> None:
    """Delete answers, and overwrite them in the ledger's files."""
    now_ms = int(time.time() * 1000)
    selection = Selection(
        before_ms=None if older_than is None else int(now_ms - older_than * 1000),
        after_ms=None if older_than is None else latest_ms(now_ms),
        numbers=every_spelling([*numbers, *_lines(numbers_file)]),
    )
    _require_selection(selection, numbers_file)
    require_ledger(ledger)
    if dry_run:
        with read(ledger) as reader:
            _tell(reader.purgeable(selection), "would be deleted", as_json=as_json)
        return
    with open_ledger(ledger, holder="validator ledger purge") as opened:
        if not yes:
            _require_terminal()
            found = opened.purgeable(selection)
            if not found:
                _tell(found, "deleted", as_json=as_json)
                return
            if not _is_confirmed(found):
                return
        _tell(opened.purge(selection), "deleted", as_json=as_json)
    if isinstance(ledger, LedgerUrl):
        say(
            "PostgreSQL keeps copies that this does not reach: its WAL until it is recycled, archives of "
            "that, standbys that lag behind, and backups"
        )


def _lines(file: TextIO | None) -> Iterator[Number]:
    """Yield the numbers of a file. Messages do not quote a bad line, since it may name a person."""
    if file is None:
        return
    try:
        for place, line in enumerate(file, start=1):
            if line.strip():
                yield parse_number(line, option=f"number in line {place} of --numbers")
    except UnicodeDecodeError:
        raise UsageError(
            f"--numbers {file.name} is not a text file; save it with one number on each line"
        ) from None


def _require_selection(selection: Selection, file: TextIO | None) -> None:
    if selection.before_ms is not None or selection.numbers:
        return
    if file is not None:
        raise UsageError(f"--numbers {file.name} has no numbers, so nothing was deleted")
    raise UsageError("nothing to delete was chosen; add --older-than 30d, --number or --numbers")


def _require_terminal() -> None:
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask for confirmation; add --yes, or --dry-run")


def _is_confirmed(found: Purged) -> bool:
    """Ask whether to delete; say so if nothing is, also if a signal ends the question."""
    _say(found, "would be deleted")
    is_confirmed = False
    try:
        is_confirmed = click.confirm("Delete this permanently?", err=True)
    except (Interrupted, click.Abort):
        click.echo(err=True)  # the question has no end of line yet
        raise
    finally:
        if not is_confirmed:
            say("nothing was deleted")
    return is_confirmed


def _tell(purged: Purged, what: str, *, as_json: bool) -> None:
    _say(purged, what)
    if as_json:
        end_stdout(structs.asdict(purged))


def _say(purged: Purged, what: str) -> None:
    counted = {
        count_text(purged.numbers, "number"): purged.numbers,
        count_text(
            purged.older_facts, "older fact about others", "older facts about others"
        ): purged.older_facts,
        count_text(purged.runs, "run"): purged.runs,
        count_text(
            purged.blanked_runs, "run's name and summary", "runs' names and summaries"
        ): purged.blanked_runs,
    }
    parts = ", ".join(text for text, count in counted.items() if count)
    say(f"{what}: {parts or 'nothing'}")


def export_command(
    *,
    output: Path,
    format: str | None,  # noqa: A002 - the option's name
    ledger: Location,
    as_json: bool,
) -> None:
    """Write every fact to OUTPUT, a CSV, Parquet or NDJSON file with one row for each; `import` reads it."""
    require_ledger(ledger)
    refuse_kept({"OUTPUT": output}, kept_files(), ledger=ledger)
    require_written_ending("OUTPUT", output, format)
    if as_json and is_stdout(output):
        raise UsageError("OUTPUT and --json both want standard output; leave it to one of them")
    require_writable(output)
    with (
        read(ledger) as reader,
        writing(output, schema=COLUMNS, like=None, format=format, excel_safe=True) as writer,
    ):
        exported = export(reader, writer)
    say(f"{count_text(exported, 'fact')} written to {output}")
    if as_json:
        end_stdout({"facts": exported})


def import_command(
    *,
    path: Path,
    column: str | None,
    region: str | None,
    ledger: Location,
    as_json: bool,
    ragged: str,
    **reading: Any,
) -> None:
    """Import the facts in INPUT: another ledger's export, an annotated file, or another program's list."""
    name = "standard input" if path == Path(STDIO) else str(path)
    options = ReadOptions(ragged=Ragged(ragged), **reading)
    table = open_table(_local(path), options=options)
    chosen = None if region is None else parse_region(region)
    named = column or ("e164" if "e164" in table.schema else None)
    facts = read_facts(
        table,
        column=find_phone_column(table, named=named, region=chosen).name,
        region=chosen,
        now_ms=int(time.time() * 1000),
    )
    with open_ledger(ledger, holder="validator ledger import") as opened:
        news = opened.merge(facts.outcomes())
    counts = {"facts": facts.frame.height, "news": news, "skipped_rows": facts.skipped}
    say(
        f"{count_text(counts['facts'], 'fact')} read from {name}, {news:,} of them new; "
        f"{count_text(facts.skipped, 'row')} had no answer about a number"
    )
    if as_json:
        end_stdout({**counts})


def _local(path: Path) -> Path:
    """Return the file to read, which for standard input and pipes is a copy: it is read more than once."""
    return copy_of_stdin(quiet=True) if path == Path(STDIO) else local_file(path, quiet=True)


def _facts(path: Location, stats: LedgerStats, runs: Sequence[RunRecord]) -> Iterator[tuple[str, str]]:
    yield "ledger", str(path)
    yield "numbers", f"{stats.numbers:,}"
    for verdict, count in stats.by_verdict.items():
        yield verdict, f"{count:,}"
        yield from ((f"{verdict}, {age} old", f"{count:,}") for age, count in stats.by_age[verdict].items())
    yield from ((f"from {source}", f"{count:,}") for source, count in stats.by_source.items())
    yield "oldest", _moment(stats.oldest_ms)
    yield "newest", _moment(stats.newest_ms)
    yield from ((_session_name(found), _session(found)) for found in stats.sessions)
    yield "runs", f"{stats.runs:,}"
    yield from ((f"run of {_moment(run.started_at_ms)}", _run(run)) for run in runs)
    yield "size", f"{stats.size_bytes:,} bytes, {stats.free_bytes:,} of them free"
    yield "schema version", str(stats.schema_version)


def _session_name(found: SessionStats) -> str:
    of_gateway = f" of {found.gateway}" if found.gateway else ""
    return f"session {found.session or '(none)'}{of_gateway}"


def _session(found: SessionStats) -> str:
    waiting = f", {count_text(found.waiting, 'negative')} not confirmed yet" if found.waiting else ""
    attempts = count_text(found.attempts_24h, "attempt")
    return f"{count_text(found.numbers, 'number')}, {attempts} in 24 hours{waiting}"


def _run(run: RunRecord) -> str:
    exit_code = "did not end" if run.exit_code is None else f"exit {run.exit_code}"
    return f"{run.command} {run.input_name}: {exit_code}"


def _moment(at_ms: int | None) -> str:
    return "-" if at_ms is None else f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
