"""`validator completion`: the script that a shell needs."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from validator.cli.options.completing import VARIABLE


def run(*, shell: str) -> None:
    """Print the script of a shell that click knows."""
    root = click.get_current_context().find_root()
    if kind := get_completion_class(shell):
        click.echo(kind(root.command, {}, root.info_name or "", VARIABLE).source())
