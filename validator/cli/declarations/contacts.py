"""`validator contacts`: its arguments, options and help text."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import file_options as file_opt
from validator.cli.options import shared_options as opt
from validator.cli.options import stop_options as stop
from validator.cli.options.values import OUTPUT


@click.command(
    cls=Command,
    examples=(
        Example(
            "Export all contacts of a session to a file",
            "validator contacts --session sess_01H8BKF -o contacts.csv",
        ),
        Example("As one line of JSON", "validator contacts --session sess_01H8BKF --json"),
    ),
)
@opt.stack(
    opt.session_option,
    click.option(
        "-o",
        "--output",
        "--export",
        type=OUTPUT,
        help="File to export to; - for standard output, as CSV.  [default: a table]",
    ),
    file_opt.format_option,
    opt.provider_options,
    opt.rate_option,
    stop.max_wait_option,
    opt.ledger_option,
    opt.json_option,
    opt.progress_option,
    opt.logging_options,
)
def contacts(**given: Any) -> int | None:
    """List the contacts synced to the sessions, or export them to a file.

    If the provider does not give the whole list, this is an error, and no file is written.
    """
    return work("contacts", given)
