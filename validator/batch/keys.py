"""Makes the keys of the library: a key with its sessions and its gateway."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec.structs import replace

from validator.arguments import FILE, TEXT, require, several
from validator.batch.ask_settings import SESSION, KeySettings
from validator.errors import UsageError
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import DEFAULT_GATEWAY, capabilities_of
from validator.http.network import Network
from validator.settings import Rate


def key_from_environment(gateway: str = DEFAULT_GATEWAY) -> KeySettings:
    """Return the key of the environment variables, with its sessions and base URL, as for `validator check`.

    Args:
        gateway: the gateway's name; `sendapi` reads `SENDAPI_API_KEY`, `SENDAPI_SESSION_ID` and
            `SENDAPI_BASE_URL`.

    Raises:
        UsageError: a variable is missing or malformed, or there is no such gateway.

    Example:
        >>> os.environ["SENDAPI_API_KEY"] = "sk_test_0123456789"
        >>> os.environ["SENDAPI_SESSION_ID"] = "sess_1"
        >>> key_from_environment().sessions
        ('sess_1',)
    """
    capabilities = capabilities_of(gateway)
    key, sessions = (
        os.environ.get(name, "") for name in (capabilities.key_variable, capabilities.session_variable)
    )
    sessions = sessions or capabilities.default_session
    if not key or not sessions:
        missing = capabilities.session_variable if key else capabilities.key_variable
        raise UsageError(f"{missing} is not set; set it, or give the function keys=[make_key(...)]")
    return make_key(
        key, *sessions.split(), gateway=gateway, base_url=os.environ.get(capabilities.url_variable) or None
    )


_KINDS = {
    "key": TEXT,
    "gateway": TEXT,
    "base_url": TEXT.or_none,
    "proxy": TEXT.or_none,
    "ca_file": FILE.or_none,
}


def make_key(
    key: str,
    *sessions: str | int,
    gateway: str = DEFAULT_GATEWAY,
    name: str = "",
    base_url: str | None = None,
    timeout_s: float = 30.0,
    rate: Rate | str | None = None,
    daily_cap: int | None = None,
    allow_new_host: bool = False,
    proxy: str | None = None,
    ca_file: Path | str | None = None,
) -> KeySettings:
    """Return a key to ask with.

    Args:
        key: the credential itself; it appears in no repr, message, log or file.
        sessions: the ids of the sessions to ask through, at least one.
        gateway: the gateway's name.
        name: the key's name in messages; needed if a run has several keys.
        base_url: the gateway's address; None for the provider's own.
        timeout_s: how long one request may take, in seconds.
        rate: how the pace is decided, also as a text (`300/min`); None follows the limit that the gateway
            announces.
        daily_cap: the most numbers a day through each session; None for the gateway's default.
        allow_new_host: whether the key may be sent to another host than the one it was first used with.
        proxy: the URL of an HTTP proxy (`http://USER:PASSWORD@HOST:PORT`), `none` for no proxy, or None to
            use `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.
        ca_file: a PEM file of authorities to trust in addition to the system's.

    Raises:
        UsageError: the key is malformed, there is no such gateway, or an argument has a wrong type.

    Example:
        >>> make_key("sk_test_0123456789", "sess_1", "sess_2").sessions
        ('sess_1', 'sess_2')
    """
    require(
        _KINDS,
        key=key,
        gateway=gateway,
        base_url=base_url,
        proxy=proxy,
        ca_file=ca_file,
    )
    options = GatewayOptions(
        key=capabilities_of(gateway).parse_key(key),
        base_url=base_url,
        timeout_s=timeout_s,
        network=Network(proxy=proxy, ca_file=None if ca_file is None else Path(ca_file)),
    )
    made = KeySettings(
        options=options,
        gateway=gateway,
        name=name,
        sessions=tuple(map(str, several("sessions", sessions, SESSION))),
        daily_cap=daily_cap,
        allow_new_host=allow_new_host,
    )
    chosen = Rate.parse(rate) if isinstance(rate, str) else rate
    return made if chosen is None else replace(made, rate=chosen)
