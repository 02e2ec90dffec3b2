"""`validator check`: validate a list."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from validator.batch.output.targets import check_targets, make_split_folder, require_room_for_output
from validator.batch.run import ListRun
from validator.cli import file_options as file_opt
from validator.cli import options as opt
from validator.cli.commands.plan import show_plan
from validator.cli.end_options import EndOptions, end_options
from validator.cli.kept_files import kept_files
from validator.cli.list_run import ListRunOptions, run_list
from validator.cli.logs import set_up_logging
from validator.cli.show import show_summary
from validator.cli.values import SOURCE

if TYPE_CHECKING:
    from validator.reports import Summary


@dataclass(frozen=True, kw_only=True)
class CheckOptions(ListRunOptions):
    """All options of `check`."""

    dry_run: bool


@click.command()
@click.argument("input", type=SOURCE, nargs=-1, required=True)
@opt.stack(
    file_opt.output_options,
    file_opt.input_options,
    opt.asking_options,
    opt.canary_options,
    opt.known_options,
    click.option(
        "--enough",
        type=click.IntRange(min=1),
        metavar="N",
        help="Stop once so many recipients can be sent to, those known before among them.",
    ),
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
    make_split_folder(opened.job)
    check_targets(
        {**opened.job.targets, **reports, **ends.targets},
        opened.job,
        ledger=options.ledger,
        kept=[*kept_files(options.api_key_file, options.ca_file), *ends.kept],
    )
    require_room_for_output(opened)
    settings = options.run_settings("check", options.reports)
    summary = run_list(options, keys, opened, settings, partial(ListRun, opened))
    show_summary(summary, as_json=options.as_json, quiet=options.quiet)
    return summary
