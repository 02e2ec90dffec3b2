"""What the settings files say, as click takes defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from validator.settings import read_defaults

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def default_map(commands: Mapping[str, click.Command], *, user: Path, project: Path) -> dict[str, Any]:
    """Return the defaults of all commands from the user's and the project's file.

    In both files an option is called as on the command line; a group's options are those of all its commands.

    Raises:
        UsageError: a file is not TOML, or names a command or an option that does not exist.
    """
    known = {name: set(_options(command)) for name, command in commands.items()}
    told = read_defaults(known, user=user, project=project)
    return {name: _defaults(command, told[name]) for name, command in commands.items()}


def _options(command: click.Command) -> dict[str, click.Option]:
    """Return the options of a command, or of all commands of a group, by their long name."""
    if isinstance(command, click.Group):
        return {name: one for inner in command.commands.values() for name, one in _options(inner).items()}
    options = [option for option in command.params if isinstance(option, click.Option)]
    return {max(option.opts, key=len).lstrip("-"): option for option in options}


def _defaults(command: click.Command, told: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(command, click.Group):
        return {name: _defaults(inner, told) for name, inner in command.commands.items()}
    options = _options(command)
    return {options[name].name or name: _value(options[name], told[name]) for name in told if name in options}


def _value(option: click.Option, told: Any) -> Any:
    """Return a value as the command line would have it: texts, and a list where it may be repeated."""
    if option.is_flag:
        return told
    parts = [str(part) for part in (told if isinstance(told, list) else [told])]
    return parts if option.multiple else ", ".join(parts)
