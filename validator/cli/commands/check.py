"""`validator check`: validate a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from validator.batch.asker import Asker
from validator.batch.asking.counters import RunCounters
from validator.batch.open_files import raise_limit
from validator.batch.output.summarise import summarise_plan
from validator.batch.output.targets import check_targets, require_room_for_output
from validator.batch.run import ListRun, RunSettings
from validator.batch.watching.stop import Stop
from validator.batch.wiring import locked
from validator.cli import file_options as file_opt
from validator.cli.ask_options import AskOptions, under_signals
from validator.cli.commands.plan import show_plan
from validator.cli.kept_files import kept_files
from validator.cli.list_options import ListOptions
from validator.cli.logs import set_up_logging
from validator.cli.resume import next_command, send_command
from validator.cli.show import make_progress, show_start, show_summary
from validator.errors import UsageError
from validator.gateways.registry import capabilities_of
from validator.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.batch.ask_settings import KeySettings
    from validator.batch.planning.plan import Plan
    from validator.batch.recipients.opening import Opened
    from validator.reports import Summary
    from validator.settings import Tolerance


@dataclass(frozen=True, kw_only=True)
class CheckOptions(ListOptions, AskOptions):
    """All options of `check`."""

    max_unknown: Tolerance
    strict: bool
    max_invalid: float
    dry_run: bool

    def require_vouching(self) -> None:
        """Raise `UsageError` where answers are to be vouched for and nothing is to do so."""
        if self.strict and self.no_canaries:
            raise UsageError(
                "--strict wants answers that something vouches for, and --no-canaries believes them all; "
                "leave one of them out"
            )


def run(**given: Any) -> int:
    """Validate the recipients in INPUT and write it back with a verdict on every row."""
    options = CheckOptions(reports=file_opt.take_reports(given), **given)
    set_up_logging(quiet=options.quiet, verbose=options.verbose, log_format=options.log_format)
    if options.dry_run:
        return show_plan(options, options.rate, options.base_url, max_invalid=options.max_invalid)
    options.require_vouching()
    keys = options.keys()
    options.require_named_output()
    opened = options.opened(deadline=options.deadline)
    reports = {f"--{name}": path for name, path in options.reports.items()}
    check_targets(
        {**opened.job.targets, **reports},
        opened.job,
        ledger=options.ledger,
        kept=kept_files(options.api_key_file, options.ca_file),
    )
    require_room_for_output(opened)
    holder = f"validator check {opened.job.input.name}"
    raise_limit(options.concurrency * len(keys))
    with locked(keys, holder, ledger=options.ledger), Ledger.open(options.ledger, holder=holder) as ledger:
        summary = _run(options, keys, opened, ledger)
    show_summary(summary, as_json=options.as_json, quiet=options.quiet)
    return summary.exit_code


def _run(options: CheckOptions, keys: Sequence[KeySettings], opened: Opened, ledger: Ledger) -> Summary:
    counters, stop = RunCounters(), Stop()
    progress = make_progress(quiet=options.quiet)
    asker = Asker(keys, options.ask_settings, ledger=ledger, counters=counters, progress=progress, stop=stop)
    settings = RunSettings(
        max_unknown=options.max_unknown,
        strict=options.strict,
        max_invalid=options.max_invalid,
        reports=options.reports,
        next_command=partial(next_command, click.get_current_context().obj),
        send_command=_send_command(options, opened),
        on_plan=partial(_show_start, options, keys, opened),
    )
    run = ListRun(opened, ledger=ledger, counters=counters, progress=progress, settings=settings)
    return run.run(under_signals(asker, stop))


def _show_start(options: CheckOptions, keys: Sequence[KeySettings], opened: Opened, plan: Plan) -> None:
    rates = [key.rate.per_min for key in keys]
    limits = capabilities_of(keys[0].gateway).plans if len(keys) == 1 else {}
    start = summarise_plan(
        opened.job,
        plan,
        rate_per_min=options.rate_share * sum(filter(None, rates)) if all(rates) else None,
        now=datetime.now(UTC),
        plans={name: round(options.rate_share * limit) for name, limit in limits.items()},
        read_as=opened.read_as,
    )
    show_start(start, quiet=options.quiet)


def _send_command(options: CheckOptions, opened: Opened) -> str | None:
    """Return what writes a sendable file for one list that lies in a file; None for any other."""
    path = opened.job.input
    if options.input != (path,):
        return None
    return send_command(click.get_current_context().obj, path.name)
