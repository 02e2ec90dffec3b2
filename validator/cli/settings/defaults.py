"""Values of settings files as defaults of click options, and where click's context keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from validator.cli.help.option_groups import long_name
from validator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

PROTECTING = "suppress"
"""The option with suppression lists: a folder's file or a profile adds lists, and replaces none."""

FILES_META = "validator.files"
"""The key in click's context for the settings files that may exist; a later one overrides an earlier one."""
GUARDED_META = "validator.guarded"
"""The key for the commands for which the user's own files name suppression lists."""
GATEWAYS_META = "validator.gateways"
"""The key for the tables `[gateway.NAME]`."""
KEYS_META = "validator.keys"
"""The key for the tables `[keys.NAME]`."""
ORIGINS_META = "validator.origins"
"""The key for the origin of each value, by command, then by option."""
PROFILE_META = "validator.profile"
"""The key for the options that the chosen profile sets, by command."""


def options_of(command: click.Command) -> dict[str, click.Option]:
    """Return the options of a command, or of all commands of a group, by their long name."""
    if isinstance(command, click.Group):
        return {name: one for inner in command.commands.values() for name, one in options_of(inner).items()}
    return {long_name(option): option for option in command.params if isinstance(option, click.Option)}


def as_defaults(
    command: click.Command, values: Mapping[str, Any], origins: Mapping[str, str]
) -> dict[str, Any]:
    """Return values by long option names in click's form for the defaults of a command.

    Args:
        command: the command.
        values: the values.
        origins: the settings file of each value, for messages.

    Raises:
        UsageError: a value does not have the option's type.
    """
    if isinstance(command, click.Group):
        return {name: as_defaults(inner, values, origins) for name, inner in command.commands.items()}
    options = options_of(command)
    return {
        options[name].name or name: _value(origins[name], name, options[name], values[name])
        for name in values
        if name in options
    }


def _value(origin: str, name: str, option: click.Option, value: Any) -> Any:
    """Return a value in the form of the command line: a text, or a list of texts for a repeatable option."""
    if option.is_flag != isinstance(value, bool):
        wanted = "true or false" if option.is_flag else "a text or a number, and not true or false"
        raise UsageError(f"{origin}: {name} = {value!r}, and {name} needs {wanted}")
    if option.is_flag:
        return value
    parts = [str(part) for part in (value if isinstance(value, list) else [value])]
    return parts if option.multiple else ", ".join(parts)
