"""`validator report`: its arguments, options and help text."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import file_options as file_opt
from validator.cli.options import shared_options as opt
from validator.cli.options.values import SOURCE


@click.command(
    cls=Command,
    first="report summary column region max-age ledger json",
    examples=(
        Example(
            "The HTML report of a checked list",
            "validator report leads.csv --region GB --report leads.html",
        ),
        Example("The summary as a JSON file", "validator report leads.csv --summary leads.json -q"),
    ),
)
@click.argument("input", type=SOURCE, nargs=-1, required=True)
@opt.stack(
    file_opt.report_options,
    file_opt.input_options,
    opt.max_age_option,
    opt.confirm_option,
    opt.ledger_option,
    opt.price_option,
    opt.json_option,
    opt.progress_option,
    opt.logging_options,
)
def report(**given: Any) -> int | None:
    """Show the earlier answers about INPUT as the summary and report of a check; no request is made.

    Requests, sessions, rates and changes are those of the last check of INPUT in the ledger.
    """
    return work("report", given)
