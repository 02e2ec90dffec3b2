"""`validator check`: its arguments, options and help text."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import file_options as file_opt
from validator.cli.options import shared_options as opt
from validator.cli.options import stop_options as stop
from validator.cli.options.cluster_option import cluster_option
from validator.cli.options.end_options import end_options
from validator.cli.options.values import SOURCE


@click.command(
    cls=Command,
    first="sendable output column region session api-key-file rate deadline dry-run report",
    examples=(
        Example(
            "Validate a list, and write the recipients to send to",
            "validator check leads.csv --region GB --sendable send.csv",
        ),
        Example("See the plan first", "validator check leads.csv --region GB --dry-run"),
        Example(
            "Check every file of a folder as one list, at half the key's limit",
            "validator check 'lists/*.csv' --rate-share 50%",
        ),
        Example(
            "At night: end before the office opens, and resume the next night",
            "validator check leads.csv --deadline 06:30 --json -q",
        ),
        Example(
            "Leave out people who opted out, and write the rows to standard output",
            "validator check leads.csv --suppress opted-out.csv -o -",
        ),
    ),
)
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
        help="Stop when this many recipients can be sent to, including those known before.",
    ),
    stop.stop_options,
    opt.ledger_option,
    cluster_option,
    end_options,
    click.option(
        "--no-clobber",
        is_flag=True,
        help="End before the first request if a file to write exists; only --metrics is replaced.",
    ),
    click.option("--dry-run", is_flag=True, help="Show the plan and stop, as `validator plan` does."),
    opt.price_option,
    opt.json_option,
    opt.progress_option,
    opt.logging_options,
)
def check(**given: Any) -> int | None:
    """Validate the recipients in INPUT, and write the list with a verdict on every row.

    INPUT is a CSV, NDJSON, Parquet, Arrow or Excel file, or the s3://, gs://, az:// or https:// URL of one.
    Several files, or a pattern of names, count as one list; - is standard input.

    The key comes from SENDAPI_API_KEY or --api-key-file. The ledger keeps all answers: the same command again
    resumes where the last run ended, and asks about no number twice.
    """
    return work("check", given)
