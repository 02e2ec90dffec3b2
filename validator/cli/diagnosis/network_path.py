"""The network path to the provider, for `validator doctor`: proxy, trust store, address, and steps."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from validator.batch.known_hosts import required_address
from validator.http.connection_settings import connection_settings
from validator.http.probe import probe

if TYPE_CHECKING:
    from validator.cli.settings.credentials import ProviderOptions
    from validator.http.connection_settings import ConnectionSettings
    from validator.http.probe import Probe

_IGNORED = "SSLKEYLOGFILE"

# The remedy if a step of `probe` fails.
_REMEDIES = {
    "name": "see that the name in --base-url is right, and that this machine's name server works",
    "connect": "see that the port in --base-url is right, and whether a firewall wants a proxy (--proxy)",
    "proxy": "see that --proxy or HTTPS_PROXY has the right address and password",
    "TLS": "behind a company's firewall, name its authority with --ca-file",
}


class PathFinding(NamedTuple):
    """One part of the path, described in words; `is_ok` is False if it failed."""

    name: str
    what: str
    is_ok: bool = True


async def check_network_path(options: ProviderOptions) -> tuple[PathFinding, ...]:
    """Connect to the provider once, without a request, and return the findings.

    Raises:
        UsageError: the base URL, the proxy or the CA file cannot be used.
    """
    url = required_address(options.gateway, options.base_url)
    way = connection_settings(url, options.network)
    route = way.route_to(url)
    found = await probe(route, options.timeout)
    host, port = route.first_hop
    addresses = ", ".join(found.addresses) or f"none; {_REMEDIES['name']}"
    return (
        PathFinding("proxy", str(way.proxy or "none")),
        PathFinding("trust store", _trusted(way, encrypted=route.context is not None)),
        PathFinding("address", f"{host}, port {port}: {addresses}", bool(found.addresses)),
        PathFinding("steps", _steps(found), not found.failure),
    )


def _trusted(way: ConnectionSettings, *, encrypted: bool) -> str:
    if not encrypted:
        return "not used: the address is on this machine and without TLS"
    return f"{way.trust}{f'; {_IGNORED} is ignored' if os.environ.get(_IGNORED) else ''}"


def _steps(found: Probe) -> str:
    times = ", ".join(f"{step} {1000 * took_s:,.0f} ms" for step, took_s in found.steps.items())
    if not found.failure:
        return times
    return f"{times}: {found.failure}; {_REMEDIES[next(reversed(found.steps), 'name')]}"
