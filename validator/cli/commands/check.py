"""`validator check`: validate a list."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from validator.batch.asker import Asker
from validator.batch.asking.counters import RunCounters
from validator.batch.open_files import raise_limit
from validator.batch.output.targets import check_targets, require_room_for_output
from validator.batch.run import ListRun, RunSettings
from validator.batch.watching.stop import Stop
from validator.batch.wiring import locked
from validator.cli import file_options as file_opt
from validator.cli import options as opt
from validator.cli.ask_options import AskOptions, under_signals
from validator.cli.commands.plan import show_plan
from validator.cli.end_options import EndOptions, end_options
from validator.cli.kept_files import kept_files
from validator.cli.list_options import ListOptions
from validator.cli.logs import set_up_logging
from validator.cli.resume import next_command
from validator.cli.show import make_progress, show_summary
from validator.cli.values import SOURCE
from validator.errors import UsageError
from validator.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.batch.ask_settings import KeySettings
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


@click.command()
@click.argument("input", type=SOURCE, nargs=-1, required=True)
@opt.stack(
    file_opt.output_options,
    file_opt.input_options,
    opt.asking_options,
    opt.canary_options,
    opt.known_options,
    opt.stop_options,
    opt.ledger_option,
    end_options,
    click.option("--dry-run", is_flag=True, help="Show the plan and stop, as `validator plan` does."),
    opt.json_option,
    opt.logging_options,
)
def check(**given: Any) -> int:
    """Validate the recipients in INPUT and write it back with a verdict on every row.

    INPUT is a CSV, NDJSON, Parquet, Arrow or Excel file, or the s3://, gs://, az:// or https:// URL of one.
    Several, or a pattern of names, are one list, and - is standard input.

    The key comes from SENDAPI_API_KEY or --api-key-file. What is found out is kept in the ledger: the same
    command again goes on where the last run ended, and asks nobody twice.
    """
    ends = EndOptions.take(given)
    options = CheckOptions(reports=file_opt.take_reports(given), **given)
    set_up_logging(quiet=options.quiet, verbose=options.verbose, log_format=options.log_format)
    if options.dry_run:
        return show_plan(options, options.rate, options.base_url, max_invalid=options.max_invalid)
    return ends.reported("check", partial(_checked, options, ends), ca_file=options.ca_file)


def _checked(options: CheckOptions, ends: EndOptions) -> Summary:
    options.require_vouching()
    keys = options.keys()
    options.require_named_output()
    opened = options.opened(deadline=options.deadline)
    reports = {f"--{name}": path for name, path in options.reports.items()}
    check_targets(
        {**opened.job.targets, **reports, **ends.targets},
        opened.job,
        ledger=options.ledger,
        kept=[*kept_files(options.api_key_file, options.ca_file), *ends.kept],
    )
    require_room_for_output(opened)
    holder = f"validator check {opened.job.input.name}"
    raise_limit(options.concurrency * len(keys))
    with locked(keys, holder, ledger=options.ledger), Ledger.open(options.ledger, holder=holder) as ledger:
        summary = _run(options, keys, opened, ledger)
    show_summary(summary, as_json=options.as_json, quiet=options.quiet)
    return summary


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
    )
    run = ListRun(opened, ledger=ledger, counters=counters, progress=progress, settings=settings)
    return run.run(under_signals(asker, stop))
