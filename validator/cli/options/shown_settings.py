"""Settings as text for users: each with its value and its origin, without secrets."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from validator.cli.help.option_groups import long_name
from validator.cli.options.gateway_options import OfGateway
from validator.cli.settings.defaults import ORIGINS_META
from validator.cli.settings.environment import variables_of
from validator.ledger_url import ledger_location

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT = "default"
HIDDEN = "(hidden)"
_ON_THE_LINE = "flag --"

# Options with people's numbers as values.
_OF_PEOPLE = frozenset({"canary", "number"})
# Patterns are compiled when they are used, since most runs use none of them.
# User name and password before the host of a URL, or of a proxy without a scheme. A password may itself
# contain an @.
_USER = r"(?i)^([a-z][a-z0-9+.-]*://)?.+(?=@)"
_URLS = frozenset({"proxy", "base-url"})
# The path of a webhook or a collector may be its only protection against unwanted messages.
_WITH_SECRET_PATHS = frozenset({"notify", "otlp"})
_AFTER_HOST = r"(?i)^([a-z]+://[^/?#]*[/?#]).+"


class Setting(NamedTuple):
    """One option: its long name, its value as text, and where the value comes from."""

    name: str
    value: str
    origin: str


def set_elsewhere(context: click.Context) -> dict[str, str]:
    """Return the settings of a command that are neither on its command line nor defaults.

    By name; the text has the value and its origin.
    """
    found = (one for one in settings_of(context, context.params) if not one.origin.startswith(_ON_THE_LINE))
    return {one.name: f"{one.value} ({one.origin})" for one in found if one.origin != DEFAULT}


def settings_of(context: click.Context, given: dict[str, Any]) -> Iterator[Setting]:
    """Yield each option of a command.

    Args:
        context: the context of the command.
        given: the values from its command line, unparsed.
    """
    root = context.find_root()
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
    """Return an unparsed value and its origin: a flag, a variable, a file, or the default."""
    match context.get_parameter_source(option.name or ""):
        case ParameterSource.COMMANDLINE:
            # Options with an effect at parsing, such as `--progress`, are not in the command's parameters.
            return given.get(option.name or ""), f"{_ON_THE_LINE}{long_name(option)}"
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
    """Return a value as text, without passwords, keys and phone numbers."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(shown(name, part) for part in value)
    if name in _OF_PEOPLE:
        return HIDDEN
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if name == "ledger":
        return str(ledger_location(text))
    if name in _WITH_SECRET_PATHS:
        text = re.sub(_AFTER_HOST, rf"\1{HIDDEN}", text)
    return re.sub(_USER, rf"\1{HIDDEN}", text) if name in _URLS or "://" in text else text
