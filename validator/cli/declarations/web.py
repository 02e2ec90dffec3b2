"""`validator web`: its arguments, options and help text."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import shared_options as opt
from validator.cli.options.values import FILE


@click.command(
    cls=Command,
    examples=(
        Example("Print a link that opens the page", "validator web"),
        Example("Open it in the browser at once", "validator web --open"),
        Example(
            "For a browser on another machine of the same network",
            "validator web --listen 192.168.1.20 --password-file web.password",
        ),
    ),
)
@opt.stack(
    click.option("--open", "open_browser", is_flag=True, help="Open the page in the browser."),
    opt.port_option(8765),
    click.option(
        "--listen",
        metavar="ADDRESS",
        default="127.0.0.1",
        show_default=True,
        help="Numeric address to listen on; any but a loopback one needs a password.",
    ),
    click.option(
        "--password-file",
        type=FILE,
        help="File that holds a password to sign in with; otherwise VALIDATOR_WEB_PASSWORD.",
    ),
    click.option(
        "--max-upload",
        type=click.IntRange(min=1),
        metavar="MB",
        default=500,
        show_default=True,
        help="Largest file that is accepted, in MB.",
    ),
    opt.session_option,
    opt.provider_options,
    opt.price_option,
    opt.ledger_option,
    opt.logging_options,
)
def web(**given: Any) -> int | None:
    """Serve a local web page for checking lists, for one person, until Ctrl-C."""
    return work("web", given)
