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
_ELSEWHERE = (ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP)

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
    found = (
        _setting_of(option, context, context.params)
        for option in _options_of(context)
        if context.get_parameter_source(option.name or "") in _ELSEWHERE
    )
    return {one.name: f"{one.value} ({one.origin})" for one in found}


def settings_of(context: click.Context, given: dict[str, Any]) -> Iterator[Setting]:
    """Return each option of a command, in order.

    Args:
        context: the context of the command.
        given: the values from its command line, unparsed.
    """
    return (_setting_of(option, context, given) for option in _options_of(context))


def _options_of(context: click.Context) -> Iterator[click.Option]:
    return (one for one in context.command.params if isinstance(one, click.Option) and one.name)


def _setting_of(option: click.Option, context: click.Context, given: dict[str, Any]) -> Setting:
    name = long_name(option)
    value, origin = _value(option, context, given, _file_of(option, context))
    return Setting(name, shown(name, value), origin)


def with_place(message: str, option: click.Parameter | None, context: click.Context | None) -> str:
    """Return the message about a value that is not understood, with the place where it is set.

    The place is the flag, the environment variable, or the settings file with the option's name.
    """
    if context is None or not isinstance(option, click.Option):
        return message
    flag = f"--{long_name(option)}"
    match context.get_parameter_source(option.name or ""):
        case ParameterSource.COMMANDLINE:
            return message if flag in message else f"{flag}: {message}"
        case ParameterSource.ENVIRONMENT:
            return f"{_variable_of(option, context)}: {message}"
        case ParameterSource.DEFAULT_MAP:
            return f"{_file_of(option, context)}: {long_name(option)}: {message}"
        case _:
            return message


def placed(error: click.BadParameter) -> click.BadParameter:
    """Return click's error about a value; if it is not from the command line, the message names its place."""
    name = "" if error.param is None else error.param.name or ""
    if error.ctx is None or error.ctx.get_parameter_source(name) not in _ELSEWHERE:
        return error
    message = with_place(error.message, error.param, error.ctx)
    return click.BadParameter(message, error.ctx, error.param, error.param_hint)


def _file_of(option: click.Option, context: click.Context) -> str:
    """Return the settings file, and the profile in it, which sets an option; empty if there is none."""
    root = context.find_root()
    of_group = context.parent is not None and context.parent is not root
    word = context.parent.info_name if of_group and context.parent else context.info_name
    return str(root.meta.get(ORIGINS_META, {}).get(word, {}).get(long_name(option), ""))


def _variable_of(option: click.Option, context: click.Context) -> str:
    """Return the environment variable with the value of an option."""
    own = (option.variable_of(context),) if isinstance(option, OfGateway) else ()
    names: tuple[str, ...] = (*own, *variables_of(option, context.auto_envvar_prefix or ""))
    return next(name for name in names if os.environ.get(name))


def _value(
    option: click.Option, context: click.Context, given: dict[str, Any], origin: str
) -> tuple[Any, str]:
    """Return an unparsed value and its origin: a flag, a variable, a file, or the default."""
    match context.get_parameter_source(option.name or ""):
        case ParameterSource.COMMANDLINE:
            # Options with an effect at parsing, such as `--progress`, are not in the command's parameters.
            return given.get(option.name or ""), f"{_ON_THE_LINE}{long_name(option)}"
        case ParameterSource.ENVIRONMENT:
            name = _variable_of(option, context)
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
