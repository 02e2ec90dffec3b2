"""The tables `[keys.NAME]` of settings files, with the keys that `--keys NAME,...` uses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from validator.batch.ask_settings import KeySettings
from validator.batch.known_hosts import required_address
from validator.cli.settings.credentials import key_text
from validator.errors import UsageError
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import capabilities_of
from validator.nearest import suggestion
from validator.settings import Rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.cli.settings.credentials import ProviderOptions
    from validator.gateways.capabilities import Capabilities
    from validator.http.api_key import ApiKey

SETTINGS = frozenset(
    {"api-key-file", "api-key-variable", "base-url", "daily-cap", "gateway", "rate", "sessions"}
)


def keys_named(
    names: tuple[str, ...],
    tables: Mapping[str, Mapping[str, Any]],
    options: ProviderOptions,
    *,
    daily_cap: int | None = None,
) -> tuple[KeySettings, ...]:
    """Return the keys of the named tables.

    Args:
        names: the names of the tables, in the order in which their sessions take turns.
        tables: the tables of all settings files.
        options: the values that a table does not set: rate, timeout, base URL, proxy, CA file.
        daily_cap: the daily cap of a table that sets none; None for the default of its gateway.

    Raises:
        UsageError: a table is missing, or has a wrong value.
    """
    missing = [name for name in names if name not in tables]
    if missing:
        there = ", ".join(sorted(tables)) or "none"
        raise UsageError(
            f"--keys names {missing[0]!r}, and no settings file of yours has [keys.{missing[0]}]; there are: "
            f"{there}. Write the table into your own settings file, or into one named with --config"
        )
    return tuple(_in_table(name, tables[name], options, daily_cap) for name in dict.fromkeys(names))


def _in_table(
    name: str, table: Mapping[str, Any], options: ProviderOptions, daily_cap: int | None
) -> KeySettings:
    """Return the key of a table, whose errors name the table."""
    try:
        return _key(name, table, options, daily_cap)
    except UsageError as error:
        raise UsageError(f"[keys.{name}]: {error}") from None


def _key(name: str, table: Mapping[str, Any], options: ProviderOptions, daily_cap: int | None) -> KeySettings:
    if strange := sorted(set(table) - SETTINGS):
        hint = suggestion(strange[0], SETTINGS)
        raise UsageError(f"it has no setting {strange[0]!r}; there are: {', '.join(sorted(SETTINGS))}.{hint}")
    gateway = _text(table, "gateway") or options.gateway
    capabilities = capabilities_of(gateway)
    sessions = _sessions(table, capabilities.default_session)
    cap = table.get("daily-cap", daily_cap)
    if cap is not None and (isinstance(cap, bool) or not isinstance(cap, int) or cap < 2):  # noqa: PLR2004 - as --daily-cap
        raise UsageError(f"daily-cap is {cap!r}; a whole number from 2 is expected")
    rate = _text(table, "rate")
    return KeySettings(
        options=GatewayOptions(
            key=_credential(name, table, capabilities),
            base_url=_address(table, gateway, options),
            timeout_s=options.timeout,
            network=options.network,
        ),
        gateway=gateway,
        name=name,
        sessions=sessions,
        rate=Rate.parse(rate) if rate else options.rate,
        daily_cap=cap,
        allow_new_host=options.allow_new_host,
    )


def _address(table: Mapping[str, Any], gateway: str, options: ProviderOptions) -> str | None:
    """Return the base URL of a table. That of the options is another gateway's if the table names one."""
    base_url = _text(table, "base-url")
    if not base_url and gateway == options.gateway:
        return options.base_url
    required_address(gateway, base_url, setting="base-url in this table")
    return base_url


def _credential(name: str, table: Mapping[str, Any], capabilities: Capabilities) -> ApiKey:
    path, variable = (_text(table, setting) for setting in ("api-key-file", "api-key-variable"))
    if path and variable:
        raise UsageError("it names a file and a variable for the key; leave one of them out")
    variable = variable or capabilities.key_variable
    text = key_text(
        Path(path).expanduser() if path else None, variable, option=f"api-key-file in [keys.{name}]"
    )
    if not path and not text:
        raise UsageError(f"{variable} is not set; set it, or name a file with api-key-file")
    try:
        return capabilities.parse_key(text)
    except UsageError as flaw:
        raise UsageError(f"the key in {path or variable} cannot be used: {flaw}") from None


def _sessions(table: Mapping[str, Any], default: str) -> tuple[str, ...]:
    found = table.get("sessions", default)
    sessions = found if isinstance(found, list) else [found]
    if not sessions or not all(
        isinstance(one, str | int) and one != "" and not isinstance(one, bool) for one in sessions
    ):
        raise UsageError('it needs the sessions to check through: sessions = ["sess_..."]')
    return tuple(dict.fromkeys(map(str, sessions)))


def _text(table: Mapping[str, Any], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise UsageError(f"{name} is {value!r}; a text is expected")
    return value
