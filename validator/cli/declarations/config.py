"""`validator config`: its arguments, options and help text."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import shared_options as opt


@click.command(
    cls=Command,
    examples=(
        Example("Settings of a check that are not defaults", "validator config"),
        Example("All settings of a check", "validator config --all check"),
        Example("Settings of a check with this flag", "validator config check --rate 300/min"),
        Example("As one line of JSON", "validator config --json plan"),
    ),
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("words", metavar="[COMMAND] [OPTIONS]...", nargs=-1, type=click.UNPROCESSED)
@opt.stack(
    click.option(
        "--all", "with_defaults", is_flag=True, help="Include the settings that have their default."
    ),
    opt.json_option,
)
def config(**given: Any) -> int | None:
    """Show the settings of COMMAND (default: check), and where each comes from.

    Options after COMMAND are included. The last lines are the settings files, and why one is not read. Keys,
    passwords and people's numbers are hidden.
    """
    return work("config", given)
