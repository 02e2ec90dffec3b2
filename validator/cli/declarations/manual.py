"""`validator manual`: its arguments, options and help text."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options.values import OWN


@click.command(
    cls=Command,
    examples=(
        Example("Read the page of a command", "validator manual check | man -l -"),
        Example("Install all pages for man", "validator manual --dir ~/.local/share/man/man1"),
    ),
)
@click.argument("words", metavar="[COMMAND]...", nargs=-1)
@click.option("--dir", "folder", type=OWN, help="Folder to write every page to; created if missing.")
def manual(**given: Any) -> int | None:
    """Print the manual page of COMMAND, or of the program, or write all pages into a folder."""
    return work("manual", given)
