"""`validator plan`: its arguments, options and help text."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import file_options as file_opt
from validator.cli.options import shared_options as opt
from validator.cli.options.cluster_option import cluster_option
from validator.cli.options.gateway_options import gateway_option
from validator.cli.options.values import SOURCE


@click.command(
    cls=Command,
    first="column region region-column numbers sheet suppress max-age limit rate json",
    examples=(
        Example("What a check of a list would do", "validator plan leads.csv --region GB"),
        Example(
            "How long it takes at 300 requests a minute",
            "validator plan leads.xlsx --sheet Customers --rate 300/min",
        ),
        Example(
            "Show how the column is read with these options",
            "validator plan leads.csv --column Mobile --numbers national --region IN",
        ),
    ),
)
@click.argument("input", type=SOURCE, nargs=-1, required=True)
@opt.stack(
    file_opt.input_options,
    opt.known_options,
    opt.rate_option,
    gateway_option,
    opt.base_url_option,
    opt.ledger_option,
    cluster_option,
    opt.price_option,
    opt.json_option,
    opt.progress_option,
    opt.logging_options,
)
def plan(**given: Any) -> int | None:
    """Show what `validator check INPUT` would do: rows, duplicates, known verdicts, and requests to make.

    Sends nothing, writes nothing, and needs no key.
    """
    return work("plan", given)
