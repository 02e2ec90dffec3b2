"""`validator lookup`: a few numbers, at once, on standard output."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from validator.batch.asker import Asker
from validator.batch.asking.counters import RunCounters
from validator.batch.lookup import any_unknown, look_up
from validator.batch.open_files import raise_limit
from validator.batch.planning.plan import second_round
from validator.batch.watching.stop import Stop
from validator.batch.wiring import locked
from validator.cli import file_options as file_opt
from validator.cli import options as opt
from validator.cli.ask_options import AskOptions, under_signals
from validator.cli.logs import set_up_logging
from validator.cli.show import make_progress, show_rows, show_suspects
from validator.cli.standard_streams import require_stdout
from validator.errors import EXIT_TOO_MANY_UNKNOWN
from validator.ledger import Ledger
from validator.model import Reason
from validator.phone import Accept, parse_region
from validator.settings import MaxAge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from validator.batch.planning.plan import Plan
    from validator.batch.run import Ask


log = logging.getLogger(__name__)


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
    file_opt.region_option,
    file_opt.accept_option,
    file_opt.variants_option,
    opt.asking_options,
    opt.canary_options,
    opt.bound_options,
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
    require_stdout()
    keys = options.keys()
    holder = "validator lookup"
    raise_limit(options.concurrency * len(keys))
    with ExitStack() as stack:
        stack.enter_context(locked(keys, holder, ledger=options.ledger))
        ledger = stack.enter_context(Ledger.open(options.ledger, holder=holder))
        progress = stack.enter_context(make_progress(quiet=options.quiet))
        max_age = MaxAge.none() if options.refresh else options.max_age
        now_ms, stop = int(datetime.now(UTC).timestamp() * 1000), Stop()
        asker = Asker(
            keys,
            options.ask_settings,
            ledger=ledger,
            counters=RunCounters(),
            progress=progress,
            stop=stop,
        )
        warnings: list[str] = []
        next_round = partial(second_round, ledger=ledger, max_age=max_age, now_ms=now_ms)
        rows = look_up(
            options.numbers,
            region=None if options.region is None else parse_region(options.region),
            accept=Accept(options.accept),
            ledger=ledger,
            max_age=max_age,
            now_ms=now_ms,
            confirms=options.confirm_negatives,
            variants=options.variants,
            ask=partial(_ask, under_signals(asker, stop), next_round, warnings),
        )
    show_rows(rows.columns, rows.iter_rows(), as_json=options.as_json)
    if not any_unknown(rows):
        return 0
    for warning in warnings:
        log.warning("%s", warning)
    if options.quiet:
        show_suspects(rows["reason"].to_list().count(Reason.SESSION_SUSPECT.value))
    return EXIT_TOO_MANY_UNKNOWN


def _ask(ask: Ask, next_round: Callable[[Plan], Plan], warnings: list[str], plan: Plan) -> None:
    if not len(plan.numbers):
        return
    asked = ask(plan, next_round)
    warnings += asked.warnings
    if asked.ending is not None:
        raise asked.ending
