"""Reads the settings files, and makes their values the defaults of the commands."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from validator.cli.process.logs import set_up_logging
from validator.cli.process.standard_streams import say
from validator.cli.settings import environment
from validator.cli.settings.defaults import (
    FILES_META,
    GATEWAYS_META,
    GUARDED_META,
    KEYS_META,
    ORIGINS_META,
    PROFILE_META,
    PROTECTING,
    as_defaults,
    options_of,
)
from validator.cli.settings.settings_files import read_defaults

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from validator.cli.settings.settings_files import Defaults
    from validator.cli.settings.settings_sources import SettingsFile


def apply_settings(
    context: click.Context, commands: Mapping[str, click.Command], profile: str | None
) -> None:
    """Use settings files and a profile as defaults, and warn of environment variables without an option.

    Args:
        context: the context of the program, with the files under `FILES_META`.
        commands: all commands, by name.
        profile: the chosen profile.

    Raises:
        UsageError: as `read_defaults`, or as `environment.leave_out`.
    """
    command = context.invoked_subcommand or ""
    environment.warn_of_unknown(environment.given(os.environ), context.command, commands, command)
    on_settings = partial(_apply_log_format, context)
    context.default_map = default_map(commands, context.meta[FILES_META], profile, on_settings)
    sets = context.meta[PROFILE_META].get(command, set())
    environment.leave_out(sets, commands[command], os.environ, protecting=PROTECTING)


def _apply_log_format(context: click.Context, settings: Mapping[str, Any]) -> None:
    """Log lines of JSON from here on if a settings file says so and no argument overrides it."""
    table = settings.get(context.invoked_subcommand or "")
    named = {**settings, **(table if isinstance(table, dict) else {})}
    wants_json = "json" in (named.get("log-format"), named.get("log_format"))
    if wants_json and not any(word.startswith("--log-format") for word in context.obj or ()):
        set_up_logging(quiet=False, verbose=False, log_format="json")


def default_map(
    commands: Mapping[str, click.Command],
    files: Sequence[SettingsFile],
    profile: str | None = None,
    on_settings: Callable[[Mapping[str, Any]], None] = lambda _: None,
) -> dict[str, Any]:
    """Return the defaults of all commands from the settings files, and from a profile in them.

    Options have the same names in files and on the command line; a group has the options of all its commands.
    Puts keys, gateways, origins and the profile's options into click's context, if there is one, and prints
    the warnings for its command.
    `on_settings` is as for `read_defaults`.

    Raises:
        UsageError: as `read_defaults`, or a value does not have the option's type.
    """
    found = settings_in(commands, files, profile, on_settings)
    if (context := click.get_current_context(silent=True)) is not None:
        context.meta[KEYS_META] = found.keys
        context.meta[GATEWAYS_META] = found.gateways
        context.meta[GUARDED_META] = found.guarded
        context.meta[ORIGINS_META] = found.origins
        context.meta[PROFILE_META] = found.profiles.get(profile or "", {})
        for warning in found.warnings.get(context.invoked_subcommand or "", ()):
            say(warning)
    return {
        name: as_defaults(command, found.options[name], found.origins[name])
        for name, command in commands.items()
    }


def settings_in(
    commands: Mapping[str, click.Command],
    files: Sequence[SettingsFile],
    profile: str | None = None,
    on_settings: Callable[[Mapping[str, Any]], None] = lambda _: None,
) -> Defaults:
    """Return the values of the settings files for all commands.

    Raises:
        UsageError: as `read_defaults`.
    """
    known = {name: set(options_of(one)) for name, one in commands.items()}
    return read_defaults(known, files, profile, on_settings)
