"""The environment variables `VALIDATOR_COMMAND_OPTION`, which click reads as options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from validator.cli.help.option_groups import long_name
from validator.cli.process.standard_streams import say
from validator.errors import UsageError
from validator.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, MutableMapping

PREFIX = "VALIDATOR"

NOTIFY_SECRET = f"{PREFIX}_NOTIFY_SECRET"
"""The variable with the secret of `--notify`. It is not an option, since other users can see arguments."""
WEB_PASSWORD = f"{PREFIX}_WEB_PASSWORD"
"""The variable with the password of `web`, which is not an option either."""
_NO_OPTIONS = frozenset({NOTIFY_SECRET, WEB_PASSWORD})

# Kubernetes sets these in each container of a cluster that has a service of this name.
_OF_A_SERVICE = rf"{PREFIX}_(SERVICE_(HOST|PORT\w*)|PORT(_\w+)?)"


def given(environment: Iterable[str]) -> list[str]:
    """Return the names of environment variables that look like options."""
    return sorted(
        name
        for name in environment
        if name.startswith(f"{PREFIX}_") and name not in _NO_OPTIONS and not re.fullmatch(_OF_A_SERVICE, name)
    )


def warn_of_unknown(
    names: Iterable[str], group: click.Command, commands: Mapping[str, click.Command], invoked: str
) -> None:
    """Print a warning about variables that belong to no option; click ignores them silently.

    Args:
        names: names of variables that look like options.
        group: the main command, which has options of its own.
        commands: all its commands, by name.
        invoked: the name of the command that runs; its variables are suggested first.
    """
    options = [(option, PREFIX) for option in group.params]
    options += [one for word, command in commands.items() for one in _options(command, f"{PREFIX}_{word}")]
    # By the name of the option, from which click's name may differ: that of `--json` ends in AS_JSON.
    variables = {
        _variable(prefix, long_name(option)): name
        for option, prefix in options
        for name in _auto(option, prefix)
    }
    known = set(variables.values())
    for name in names:
        if name not in known:
            # A name without a command (`VALIDATOR_REGION`) is meant for the one that runs.
            of_invoked = _variable(f"{PREFIX}_{invoked}", name.removeprefix(f"{PREFIX}_"))
            meant = variables.get(name) or variables.get(of_invoked)
            hint = f" Did you mean {meant!r}?" if meant else _suggestion(name, known)
            hint = hint or " Names are VALIDATOR_COMMAND_OPTION."
            say(f"{name} in the environment belongs to no option and is ignored.{hint}")


def _suggestion(name: str, known: Iterable[str]) -> str:
    """Return a similar name; compares the names without the prefix, which all have in common."""
    near = suggestion(name.removeprefix(PREFIX), {one.removeprefix(PREFIX) for one in known})
    return near.replace("'_", f"'{PREFIX}_")


def variables_of(option: click.Parameter, prefix: str) -> tuple[str, ...]:
    """Return the variables that click reads for an option; the first one that is set counts.

    Args:
        option: the option.
        prefix: the prefix of its command's variables: `VALIDATOR_CHECK`.
    """
    own = option.envvar or ()
    return (*([own] if isinstance(own, str) else own), *_auto(option, prefix))


def leave_out(
    options: Container[str],
    command: click.Command,
    variables: MutableMapping[str, str],
    *,
    protecting: str,
) -> None:
    """Remove the variables of options that a profile sets, since a profile overrides the environment.

    Args:
        options: the long names of those options, without dashes.
        command: the command that runs.
        variables: the environment; it is changed.
        protecting: the option with suppression lists. Neither of its values may be ignored.

    Raises:
        UsageError: both set the `protecting` option.
    """
    for option, prefix in _options(command, f"{PREFIX}_{command.name}"):
        if (long := long_name(option)) in options:
            found = [name for name in variables_of(option, prefix) if variables.get(name)]
            if found and long == protecting:
                raise UsageError(
                    f"{found[0]} in the environment and the profile both name lists to {long}; unset the "
                    f"variable, and name all of them with --{long}"
                )
            for name in found:
                del variables[name]


def _options(command: click.Command, prefix: str) -> Iterator[tuple[click.Parameter, str]]:
    """Yield the options of a command, or of all commands of a group, with the prefix of their variables."""
    if isinstance(command, click.Group):
        for word, inner in command.commands.items():
            yield from _options(inner, f"{prefix}_{word}")
    yield from ((option, prefix) for option in command.params)


def _auto(option: click.Parameter, prefix: str) -> Iterator[str]:
    if isinstance(option, click.Option) and option.name:
        yield _variable(prefix, option.name)


def _variable(prefix: str, name: str) -> str:
    return f"{prefix}_{name}".upper().replace("-", "_")
