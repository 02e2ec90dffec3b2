"""`validator gateways`: its options and help text."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import shared_options as opt


@click.command(
    cls=Command,
    examples=(
        Example("Which providers can be asked, and how far each can be trusted", "validator gateways"),
    ),
)
@opt.json_option
def gateways(**given: Any) -> int | None:
    """List the gateways, with what each can do.

    `no` says how far a "no" can be trusted: a definite one was given because WhatsApp said so, a weak one
    needs a canary and a ready session to count. Pace and cap hold where you name none.
    """
    return work("gateways", given)
