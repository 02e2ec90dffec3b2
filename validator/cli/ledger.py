"""`validator ledger`: look into the record of what is known."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from validator.cli import options as opt
from validator.cli.show import show_rows
from validator.ledger import read

if TYPE_CHECKING:
    from pathlib import Path

    from validator.ledger import LedgerStats


@click.group()
def ledger() -> None:
    """Look into the ledger: what is known about each number, and the runs that found it out."""


@ledger.command()
@opt.stack(opt.ledger_option, opt.json_option)
def stats(*, ledger: Path, as_json: bool) -> None:
    """Show how many numbers are known, since when, and how large the file is."""
    with read(ledger) as reader:
        found = reader.stats()
    if as_json:
        click.echo(json.dumps({"path": str(ledger), **asdict(found)}))
    else:
        show_rows(("what", "value"), _facts(ledger, found).items(), as_json=False)


def _facts(path: Path, stats: LedgerStats) -> dict[str, str]:
    return {
        "ledger": str(path),
        "numbers": f"{stats.numbers:,}",
        **{verdict: f"{count:,}" for verdict, count in stats.by_verdict.items()},
        **{f"from {source}": f"{count:,}" for source, count in stats.by_source.items()},
        "oldest": _day(stats.oldest_ms),
        "newest": _day(stats.newest_ms),
        "runs": f"{stats.runs:,}",
        "size": f"{stats.size_bytes:,} bytes",
        "schema version": str(stats.schema_version),
    }


def _day(at_ms: int | None) -> str:
    return (
        "-" if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    )
