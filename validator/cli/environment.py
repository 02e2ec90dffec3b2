"""The variables `VALIDATOR_COMMAND_OPTION` of the environment, which click takes for options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from validator.cli.nearest import suggestion
from validator.cli.standard_streams import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PREFIX = "VALIDATOR"

NOTIFY_SECRET = f"{PREFIX}_NOTIFY_SECRET"
"""The variable with the secret of `--notify`, which is no option: those can be seen by others."""

# Kubernetes gives these to each container of a cluster that has a service of this name.
_OF_A_SERVICE = re.compile(rf"{PREFIX}_(SERVICE_(HOST|PORT\w*)|PORT(_\w+)?)")


def given(environment: Iterable[str]) -> list[str]:
    """Return the names of the environment that look like options."""
    return sorted(
        name
        for name in environment
        if name.startswith(f"{PREFIX}_") and name != NOTIFY_SECRET and not _OF_A_SERVICE.fullmatch(name)
    )


def warn_of_unknown(
    names: Iterable[str], group: click.Command, commands: Mapping[str, click.Command]
) -> None:
    """Say which names are no option's: click leaves them out without a word.

    Args:
        names: of variables that may be meant for an option.
        group: what holds the commands, and has options of its own.
        commands: all of them, by name.
    """
    known = set(_names(group, PREFIX))
    known.update(name for word, command in commands.items() for name in _names(command, f"{PREFIX}_{word}"))
    for name in names:
        if name not in known:
            hint = _suggestion(name, known) or " Names are VALIDATOR_COMMAND_OPTION."
            say(f"{name} in the environment is no option's and is ignored.{hint}")


def _suggestion(name: str, known: Iterable[str]) -> str:
    """Compare what follows the prefix, which all have in common."""
    near = suggestion(name.removeprefix(PREFIX), {one.removeprefix(PREFIX) for one in known})
    return near.replace("'_", f"'{PREFIX}_")


def _names(command: click.Command, prefix: str) -> Iterator[str]:
    """Yield the names that click reads for a command's options, and for those of its own commands."""
    for option in command.params:
        if isinstance(option, click.Option) and option.name:
            yield _name(prefix, option.name)
    if isinstance(command, click.Group):
        for word, inner in command.commands.items():
            yield from _names(inner, f"{prefix}_{word}")


def _name(prefix: str, option: str) -> str:
    return f"{prefix}_{option}".upper().replace("-", "_")
