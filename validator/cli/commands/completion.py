"""`validator completion`: the completion script of a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from validator.cli.options.completing import VARIABLE


def run(*, shell: str) -> None:
    """Print the completion script of a shell."""
    root = click.get_current_context().find_root()
    if kind := get_completion_class(shell):
        click.echo(kind(root.command, {}, root.info_name or "", VARIABLE).source())
