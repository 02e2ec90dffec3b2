"""The option `--gateway`, and options whose environment variables and defaults depend on the gateway."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from validator.cli.settings.defaults import GATEWAYS_META, ORIGINS_META, as_defaults
from validator.errors import UsageError
from validator.gateways.registry import DEFAULT_GATEWAY, DEFAULT_VARIABLES, GATEWAYS, capabilities_of
from validator.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

GATEWAY_META = "validator.gateway"
"""The key in click's context for the name of the chosen gateway."""


class GatewayName(click.Choice[str]):
    """The name of a gateway; the message about a wrong name suggests the most similar one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name."""
        if value not in self.choices:
            names = ", ".join(self.choices)
            hint = suggestion(str(value), self.choices)
            self.fail(f"there is no gateway {value!r}; there are: {names}.{hint}", param, ctx)
        return str(value)


def chosen_gateway(context: click.Context) -> str:
    """Return the name of the gateway that a command uses."""
    return str(context.meta.get(GATEWAY_META, DEFAULT_GATEWAY))


def _choose(context: click.Context, option: click.Parameter, name: str) -> str:  # noqa: ARG001 - click's signature
    """Keep the choice, and use the gateway's table of the settings files as defaults."""
    tables: Mapping[str, Mapping[str, Any]] = context.meta.get(GATEWAYS_META, {})
    is_named = context.get_parameter_source("gateway") is not click.core.ParameterSource.DEFAULT
    marked = [one for one, table in tables.items() if table.get("default") is True]
    if len(marked) > 1 and not is_named:
        tables_named = " and ".join(f"[gateway.{one}]" for one in marked)
        raise UsageError(
            f"{tables_named} both say default = true; leave it with one, or name one with --gateway"
        )
    name = name if is_named or not marked else marked[0]
    context.meta[GATEWAY_META] = name
    if name in tables:
        given = {key: value for key, value in tables[name].items() if key not in {"default", "origin"}}
        given_in = dict.fromkeys(given, tables[name].get("origin", ""))
        of_table = as_defaults(context.command, given, given_in)
        context.default_map = {**(context.default_map or {}), **of_table}
        context.meta.get(ORIGINS_META, {}).setdefault(context.info_name, {}).update(given_in)
    return name


gateway_option = click.option(
    "--gateway",
    type=GatewayName(list(GATEWAYS)),
    metavar="NAME",
    default=DEFAULT_GATEWAY,
    show_default=True,
    is_eager=True,
    callback=_choose,
    help="Provider to ask; `validator gateways` lists them.",
)


class OfGateway(click.Option):
    """An option with an environment variable that depends on the chosen gateway.

    Args:
        variable: the field of `Capabilities` with the variable's name.
    """

    def __init__(self, *words: Any, variable: str, **given: Any) -> None:
        self.variable = variable
        super().__init__(*words, envvar=DEFAULT_VARIABLES[variable], **given)

    def variable_of(self, context: click.Context) -> str:
        """Return the name of the variable."""
        return str(getattr(capabilities_of(chosen_gateway(context)), self.variable))

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Return the value from the environment, as click's own method does."""
        if chosen_gateway(ctx) == DEFAULT_GATEWAY:
            return super().resolve_envvar_value(ctx)
        own = f"{ctx.auto_envvar_prefix}_{(self.name or '').upper()}"
        return os.environ.get(self.variable_of(ctx)) or os.environ.get(own)
