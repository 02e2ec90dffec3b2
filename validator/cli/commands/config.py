"""`validator config`: each setting of a command, and where it comes from."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from validator.cli.help.option_groups import long_name
from validator.cli.options.gateway_options import OfGateway, chosen_gateway
from validator.cli.process.show import show_rows
from validator.cli.settings.defaults import FILES_META, ORIGINS_META, PROFILE_META
from validator.cli.settings.environment import leave_out, variables_of
from validator.cli.settings.settings_files import PROTECTING
from validator.cli.settings.settings_sources import not_read_remedy, why_not_read
from validator.errors import UsageError
from validator.gateways.registry import capabilities_of
from validator.ledger_url import ledger_location
from validator.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validator.cli.settings.settings_sources import SettingsFile

COLUMNS = ("setting", "value", "from")
DEFAULT_COMMAND = "check"
DEFAULT = "default"
HIDDEN = "(hidden)"

# Options whose values are people's numbers.
_OF_PEOPLE = frozenset({"canary", "number"})
# User name and password before the host of a URL, or of a proxy without a scheme. A password may hold
# an @ itself.
_USER = re.compile(r"^([a-z][a-z0-9+.-]*://)?.+(?=@)", re.IGNORECASE)
_URLS = frozenset({"proxy", "base-url"})
# The path of a webhook, which may let anybody post there who knows it.
_WEBHOOK_PATH = re.compile(r"^([a-z]+://[^/?#]*[/?#]).+", re.IGNORECASE)


class Setting(NamedTuple):
    """One option: its long name, its value as text, and where that comes from."""

    name: str
    value: str
    origin: str


def run(*, words: tuple[str, ...], with_defaults: bool, as_json: bool) -> None:
    """Show settings and settings files."""
    root = click.get_current_context().find_root()
    context, given = _context_of(root, list(words) or [DEFAULT_COMMAND])
    settings = _settings(root, context, given)
    found = [one for one in settings if with_defaults or one.origin != DEFAULT]
    rows = [*found, _key(context), *map(_file, root.meta[FILES_META])]
    show_rows(COLUMNS, rows, as_json=as_json)


def _context_of(root: click.Context, words: list[str]) -> tuple[click.Context, dict[str, Any]]:
    """Return the context of the command that is named, as if it was run, and the options it is given.

    Raises:
        UsageError: there is no such command.
        ClickException: the options are not those of the command.
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
            # Neither option nor file is looked up by these.
            words += ["x"] * len(arguments)
            context = command.make_context(name, list(words), parent)
            return context, command.make_parser(context).parse_args(words)[0]
    raise AssertionError("the root is a group")


def _settings(root: click.Context, context: click.Context, given: dict[str, Any]) -> Iterator[Setting]:
    of_group = context.parent is not None and context.parent is not root
    word = context.parent.info_name if of_group and context.parent else context.info_name
    origins = root.meta.get(ORIGINS_META, {}).get(word, {})
    for option in context.command.params:
        if isinstance(option, click.Option) and option.name:
            name = long_name(option)
            value, origin = _value(option, context, given, origins.get(name, ""))
            yield Setting(name, shown(name, value), origin)


def _value(
    option: click.Option, context: click.Context, given: dict[str, Any], origin: str
) -> tuple[Any, str]:
    """Return a value as it was given, and where: a flag, a variable, a file, or nowhere."""
    match context.get_parameter_source(option.name or ""):
        case ParameterSource.COMMANDLINE:
            return given[option.name or ""], f"flag --{long_name(option)}"
        case ParameterSource.ENVIRONMENT:
            own = (option.variable_of(context),) if isinstance(option, OfGateway) else ()
            names = (*own, *variables_of(option, context.auto_envvar_prefix or ""))
            name = next(name for name in names if os.environ.get(name))
            return os.environ[name], f"{name} in the environment"
        case ParameterSource.DEFAULT_MAP:
            return (context.default_map or {}).get(option.name or ""), origin
        case _:
            has_default = option.to_info_dict()["default"] is not None
            return option.get_default(context) if has_default else None, DEFAULT


def shown(name: str, value: Any) -> str:
    """Return a value as text, without a password, a key or a number of somebody."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(shown(name, part) for part in value)
    if name in _OF_PEOPLE:
        return HIDDEN
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if name == "ledger":
        return str(ledger_location(text))
    if name == "notify":
        text = _WEBHOOK_PATH.sub(rf"\1{HIDDEN}", text)
    return _USER.sub(rf"\1{HIDDEN}", text) if name in _URLS or "://" in text else text


def _key(context: click.Context) -> Setting:
    """Return where the key comes from, which is no option."""
    path = context.params.get("api_key_file")
    if path is not None:
        return Setting("(key)", HIDDEN, str(path))
    variable = capabilities_of(chosen_gateway(context)).key_variable
    is_set = bool(os.environ.get(variable))
    return Setting(
        "(key)", HIDDEN if is_set else "", f"{variable} in the environment" if is_set else "nowhere"
    )


def _file(file: SettingsFile) -> Setting:
    """Return whether a settings file is read, and why it is not."""
    if not file.is_there:
        return Setting("(settings file)", "not there", str(file.path))
    flaw = why_not_read(file)
    state = f"not read: {flaw}. {not_read_remedy(file)}" if flaw else "read"
    return Setting("(settings file)", state, str(file.path))
