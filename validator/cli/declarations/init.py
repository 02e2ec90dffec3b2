"""`validator init`: its argument, options and help text."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import completing
from validator.cli.options.values import COLUMN, FILE


@click.command(
    cls=Command,
    examples=(
        Example("Settings for the lists of this folder, from one of them", "validator init leads.csv"),
        Example("With a known column and region", "validator init leads.csv -c mobile -r GB"),
    ),
)
@click.argument("path", metavar="[LIST]", type=FILE, required=False)
@click.option(
    "-c",
    "--column",
    type=COLUMN,
    multiple=True,
    shell_complete=completing.COLUMNS,
    help="Column with the phone numbers; repeat it for several.  [default: detected by name and content]",
)
@click.option(
    "-r",
    "--region",
    shell_complete=completing.REGIONS,
    help="Region of numbers without a country code: GB, +44 or Brazil.",
)
def init(**given: Any) -> int | None:
    """Write a settings file, validator.toml, into this folder, and show the next steps.

    Each line has a comment; lines that begin with # are off. From LIST come the column with the numbers, and
    the region that they look like. No request is made, and an existing file is kept.
    """
    return work("init", given)
