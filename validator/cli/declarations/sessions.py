"""`validator sessions`: its arguments, options and help text."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import shared_options as opt
from validator.cli.options import stop_options as stop
from validator.cli.options.values import DURATION


@click.command(
    cls=Command,
    examples=(
        Example("The sessions of the key in SENDAPI_API_KEY", "validator sessions"),
        Example(
            "The sessions of another key, as one line of JSON",
            "validator sessions --api-key-file client-a.key --json",
        ),
        Example("Look once a minute, and print each change", "validator sessions --watch 1min"),
    ),
)
@opt.stack(
    click.option(
        "--watch",
        type=DURATION,
        is_flag=False,
        flag_value="30s",
        help="Look again at this interval (default 30s, at least 5s), and print a line for each change, "
        "until Ctrl-C.",
    ),
    opt.provider_options,
    opt.rate_option,
    stop.max_wait_option,
    opt.ledger_option,
    opt.json_option,
    opt.logging_options,
)
def sessions(**given: Any) -> int | None:
    """List the WhatsApp sessions of the key, and whether they are connected."""
    return work("sessions", given)
