"""The tables `[keys.NAME]` of settings files, with the keys that `--keys NAME,...` uses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from validator.batch.ask_settings import KeySettings
from validator.cli.settings.credentials import key_text
from validator.errors import UsageError
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import capabilities_of
from validator.settings import Rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.cli.settings.credentials import ProviderOptions
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
    return tuple(_key(name, tables[name], options, daily_cap) for name in dict.fromkeys(names))


def _key(name: str, table: Mapping[str, Any], options: ProviderOptions, daily_cap: int | None) -> KeySettings:
    where = f"[keys.{name}]"
    if strange := sorted(set(table) - SETTINGS):
        raise UsageError(f"{where} has no setting {strange[0]!r}; there are: {', '.join(sorted(SETTINGS))}")
    gateway, sessions = _text(where, table, "gateway") or options.gateway, _sessions(where, table)
    cap = table.get("daily-cap", daily_cap)
    if cap is not None and (isinstance(cap, bool) or not isinstance(cap, int) or cap < 2):  # noqa: PLR2004 - as --daily-cap
        raise UsageError(f"{where}: daily-cap is {cap!r}; a whole number from 2 is expected")
    rate = _text(where, table, "rate")
    return KeySettings(
        options=GatewayOptions(
            key=_credential(where, table, gateway),
            base_url=_text(where, table, "base-url")
            or (options.base_url if gateway == options.gateway else None),
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


def _credential(where: str, table: Mapping[str, Any], gateway: str) -> ApiKey:
    path, variable = (_text(where, table, name) for name in ("api-key-file", "api-key-variable"))
    if path and variable:
        raise UsageError(f"{where} names a file and a variable for the key; leave one of them out")
    capabilities = capabilities_of(gateway)
    variable = variable or capabilities.key_variable
    text = key_text(Path(path).expanduser() if path else None, variable, option=f"api-key-file in {where}")
    if not path and not text:
        raise UsageError(f"{where}: {variable} is not set; set it, or name a file with api-key-file")
    try:
        return capabilities.parse_key(text)
    except UsageError as flaw:
        raise UsageError(f"{where}: the key in {path or variable} cannot be used: {flaw}") from None


def _sessions(where: str, table: Mapping[str, Any]) -> tuple[str, ...]:
    found = table.get("sessions")
    sessions = found if isinstance(found, list) else [found]
    if not sessions or not all(isinstance(one, str | int) and not isinstance(one, bool) for one in sessions):
        raise UsageError(f'{where} needs the sessions to check through: sessions = ["sess_..."]')
    return tuple(dict.fromkeys(map(str, sessions)))


def _text(where: str, table: Mapping[str, Any], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise UsageError(f"{where}: {name} is {value!r}; a text is expected")
    return value
