"""What the settings files say, as click takes defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from validator.cli.help.option_groups import long_name
from validator.cli.settings.settings_files import read_defaults
from validator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from validator.cli.settings.settings_files import Defaults
    from validator.cli.settings.settings_sources import SettingsFile

FILES_META = "validator.files"
"""Where click's context has the settings files that may be there; a later one beats an earlier one."""
GUARDED_META = "validator.guarded"
"""Where it has the commands for which the user's own files name lists that protect people."""
GATEWAYS_META = "validator.gateways"
"""Where it has the tables `[gateway.NAME]`."""
KEYS_META = "validator.keys"
"""Where click's context has the tables `[keys.NAME]` of the settings files."""
ORIGINS_META = "validator.origins"
"""Where it has the origin of each value of theirs: by command, then by option."""
PROFILE_META = "validator.profile"
"""Where it has the options that the chosen profile sets, by command."""


def default_map(
    commands: Mapping[str, click.Command],
    files: Sequence[SettingsFile],
    profile: str | None = None,
    heed: Callable[[Mapping[str, Any]], None] = lambda _: None,
) -> dict[str, Any]:
    """Return the defaults of all commands from the settings files, and from a profile in them.

    In each file an option is called as on the command line; a group's options are those of all its commands.
    The tables `[keys.NAME]`, origins and the profile's options go into click's context, if there is one;
    `heed` is as for `read_defaults`.

    Raises:
        UsageError: as `read_defaults`, or a value is not of the option's kind.
    """
    found = settings_in(commands, files, profile, heed)
    if (context := click.get_current_context(silent=True)) is not None:
        context.meta[KEYS_META] = found.keys
        context.meta[GATEWAYS_META] = found.gateways
        context.meta[GUARDED_META] = found.guarded
        context.meta[ORIGINS_META] = found.origins
        context.meta[PROFILE_META] = found.profiles.get(profile or "", {})
    return {name: as_defaults(command, found.options[name]) for name, command in commands.items()}


def settings_in(
    commands: Mapping[str, click.Command],
    files: Sequence[SettingsFile],
    profile: str | None = None,
    heed: Callable[[Mapping[str, Any]], None] = lambda _: None,
) -> Defaults:
    """Return what the settings files say about all commands.

    Raises:
        UsageError: as `read_defaults`.
    """
    return read_defaults({name: set(options_of(one)) for name, one in commands.items()}, files, profile, heed)


def options_of(command: click.Command) -> dict[str, click.Option]:
    """Return the options of a command, or of all commands of a group, by their long name."""
    if isinstance(command, click.Group):
        return {name: one for inner in command.commands.values() for name, one in options_of(inner).items()}
    return {long_name(option): option for option in command.params if isinstance(option, click.Option)}


def as_defaults(command: click.Command, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values, by the long names of options, as click takes them for defaults of a command."""
    if isinstance(command, click.Group):
        return {name: as_defaults(inner, values) for name, inner in command.commands.items()}
    options = options_of(command)
    return {
        options[name].name or name: _value(name, options[name], values[name])
        for name in values
        if name in options
    }


def _value(name: str, option: click.Option, value: Any) -> Any:
    """Return a value as the command line would have it: texts, and a list if it may be repeated."""
    if option.is_flag != isinstance(value, bool):
        wanted = "true or false" if option.is_flag else "a text or a number, and not true or false"
        raise UsageError(f"a settings file has {name} = {value!r}, and {name} needs {wanted}")
    if option.is_flag:
        return value
    parts = [str(part) for part in (value if isinstance(value, list) else [value])]
    return parts if option.multiple else ", ".join(parts)
