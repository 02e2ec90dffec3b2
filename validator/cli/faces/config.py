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
        Example("What a check goes by, apart from defaults", "validator config"),
        Example("Every option of it", "validator config --all check"),
        Example("What becomes of it with a profile and a flag", "validator config check --rate 300/min"),
        Example("As one line of JSON", "validator config --json plan"),
    ),
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("words", metavar="[COMMAND] [OPTIONS]...", nargs=-1, type=click.UNPROCESSED)
@opt.stack(
    click.option("--all", "with_defaults", is_flag=True, help="Also those that have their default."),
    opt.json_option,
)
def config(**given: Any) -> int | None:
    """Show the settings of COMMAND (check, unless another is named), and where each comes from.

    Options after COMMAND count as they would there. At the end stand the settings files, and why one is not
    read. Keys, passwords and people's numbers are hidden.
    """
    return work("config", given)
