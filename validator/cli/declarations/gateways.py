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
        Example("Which providers are supported, and how far each can be trusted", "validator gateways"),
    ),
)
@opt.json_option
def gateways(**given: Any) -> int | None:
    """List the gateways, and what each can do.

    The column `no` shows how far a "no" can be trusted: a definite "no" comes from WhatsApp, and a weak "no"
    needs a canary and a ready session to count. The pace and the daily cap are defaults.
    """
    return work("gateways", given)
