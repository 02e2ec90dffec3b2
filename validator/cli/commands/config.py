"""`validator config`: each setting of a command, and where it comes from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from validator.cli.options.gateway_options import chosen_gateway
from validator.cli.options.shown_settings import DEFAULT, HIDDEN, Setting, settings_of
from validator.cli.process.show import show_rows
from validator.cli.settings.defaults import FILES_META, PROFILE_META, PROTECTING
from validator.cli.settings.environment import leave_out
from validator.cli.settings.settings_sources import not_read_remedy, why_not_read
from validator.errors import UsageError
from validator.gateways.registry import capabilities_of
from validator.nearest import suggestion

if TYPE_CHECKING:
    from validator.cli.settings.settings_sources import SettingsFile

COLUMNS = ("setting", "value", "from")
DEFAULT_COMMAND = "check"


def run(*, words: tuple[str, ...], with_defaults: bool, as_json: bool) -> None:
    """Show settings and settings files."""
    root = click.get_current_context().find_root()
    context, given = _context_of(root, list(words) or [DEFAULT_COMMAND])
    settings = settings_of(context, given)
    found = [one for one in settings if with_defaults or one.origin != DEFAULT]
    rows = [*found, _key(context), *map(_file, root.meta[FILES_META])]
    show_rows(COLUMNS, rows, as_json=as_json)


def _context_of(root: click.Context, words: list[str]) -> tuple[click.Context, dict[str, Any]]:
    """Return the context of the named command, as if it ran, and the options of its command line.

    Raises:
        UsageError: there is no such command.
        ClickException: the command has no such options.
    """
    parent, group = root, root.command
    while isinstance(group, click.Group):
        names = group.list_commands(parent)
        name = words.pop(0) if words else ""
        command = group.get_command(parent, name)
        if command is None:
            hint = suggestion(name, names)
            raise UsageError(f"there is no command {name!r}; there are: {', '.join(names)}.{hint}")
        if isinstance(command, click.Group):
            parent, group = click.Context(command, parent, info_name=name), command
        else:
            top = parent.command if parent is not root else command
            sets = root.meta.get(PROFILE_META, {}).get(top.name, set())
            leave_out(sets, top, os.environ, protecting=PROTECTING)
            arguments = [one for one in command.params if isinstance(one, click.Argument) and one.required]
            # Placeholders: no setting depends on the required arguments.
            words += ["x"] * len(arguments)
            context = command.make_context(name, list(words), parent)
            return context, command.make_parser(context).parse_args(words)[0]
    raise AssertionError("the root is a group")


def _key(context: click.Context) -> Setting:
    """Return where the key comes from; the key itself is not an option."""
    path = context.params.get("api_key_file")
    if path is not None:
        return Setting("(key)", HIDDEN, str(path))
    variable = capabilities_of(chosen_gateway(context)).key_variable
    is_set = bool(os.environ.get(variable))
    return Setting(
        "(key)", HIDDEN if is_set else "", f"{variable} in the environment" if is_set else "nowhere"
    )


def _file(file: SettingsFile) -> Setting:
    """Return whether a settings file is read, and if not, why."""
    if not file.is_there:
        return Setting("(settings file)", "not there", str(file.path))
    flaw = why_not_read(file)
    state = f"not read: {flaw}. {not_read_remedy(file)}" if flaw else "read"
    return Setting("(settings file)", state, str(file.path))
