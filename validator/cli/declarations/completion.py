"""`validator completion`: its argument and help text."""

from __future__ import annotations

from typing import Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options.values import SHELLS


@click.command(
    cls=Command,
    examples=(
        Example("In this bash, or in ~/.bashrc for every bash", 'eval "$(validator completion bash)"'),
        Example("For zsh, in ~/.zshrc after compinit", 'eval "$(validator completion zsh)"'),
        Example("For every fish", "validator completion fish > ~/.config/fish/completions/validator.fish"),
    ),
)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(**given: Any) -> int | None:
    """Print the script with which SHELL completes commands, options and their values.

    Values are the columns and sheets of the named list, regions, and the sessions, keys and profiles of the
    settings files. No request is made.
    """
    return work("completion", given)
