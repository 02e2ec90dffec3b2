"""`validator lookup`: a few numbers, at once, on standard output."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from validator.batch.asking.tally import Tally
from validator.batch.lookup import any_unknown, look_up
from validator.batch.output.summarise import EXIT_TOO_MANY_UNKNOWN
from validator.batch.recipients.variants import second_round
from validator.cli import options as opt
from validator.cli.asking import Asker, AskOptions
from validator.cli.credentials import key_lock, read_key, require_sessions
from validator.cli.logs import set_up_logging
from validator.cli.show import show_rows
from validator.ledger import Ledger
from validator.phone import Accept, parse_region
from validator.reports import NoProgress
from validator.settings import MaxAge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from validator.batch.planning.plan import Plan


@dataclass(frozen=True, kw_only=True)
class LookupOptions(AskOptions):
    """All options of `lookup`."""

    numbers: tuple[str, ...]
    region: str | None
    accept: str
    max_age: MaxAge
    refresh: bool
    variants: bool
    confirm_negatives: bool
    ledger: Path
    as_json: bool
    quiet: bool
    verbose: bool
    log_format: str


@click.command()
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@opt.stack(
    opt.region_option,
    opt.accept_option,
    opt.variants_option,
    opt.asking_options,
    opt.canary_options,
    opt.max_age_option,
    opt.refresh_option,
    opt.confirm_option,
    opt.ledger_option,
    opt.json_option,
    opt.logging_options,
)
def lookup(**given: Any) -> int:
    """Check a few numbers and print one line for each: a quick look, by the same rules as `check`.

    What is known already is not asked again, and what is found out goes into the ledger.
    """
    options = LookupOptions(**given)
    set_up_logging(quiet=options.quiet, verbose=options.verbose, log_format=options.log_format)
    key = read_key(options.api_key_file)
    require_sessions(options.sessions)
    with key_lock(key, "validator lookup"), Ledger.open(options.ledger, holder="validator lookup") as ledger:
        max_age = MaxAge(registered_s=0, not_registered_s=0) if options.refresh else options.max_age
        now_ms = int(datetime.now(UTC).timestamp() * 1000)
        asker = Asker(options, key, ledger=ledger, tally=Tally(), progress=NoProgress())
        then = partial(second_round, ledger=ledger, max_age=max_age, now_ms=now_ms)
        rows = look_up(
            options.numbers,
            region=None if options.region is None else parse_region(options.region),
            accept=Accept(options.accept),
            ledger=ledger,
            max_age=max_age,
            now_ms=now_ms,
            confirms=options.confirm_negatives,
            variants=options.variants,
            ask=partial(_ask, asker, then),
        )
    show_rows(rows.columns, rows.iter_rows(), as_json=options.as_json)
    return EXIT_TOO_MANY_UNKNOWN if any_unknown(rows) else 0


def _ask(asker: Asker, then: Callable[[Plan], Plan], plan: Plan) -> None:
    if (ending := asker.ask(plan, then).ending) is not None:
        raise ending
