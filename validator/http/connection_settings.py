"""The settings of connections to one server: the proxy, and the certificates to trust."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.http.proxy import find_proxy
from validator.http.route import Route, origin_of
from validator.http.trust import SYSTEM_STORE, TrustStore, find_trust

if TYPE_CHECKING:
    import httpx

    from validator.http.network import Network
    from validator.http.proxy import Proxy


class ConnectionSettings(Struct, frozen=True, kw_only=True):
    """The settings of connections to one server.

    Attributes:
        proxy: the proxy to use, or None.
        trust: the certificate authorities to trust.
    """

    proxy: Proxy | None = None
    trust: TrustStore = SYSTEM_STORE

    def route_to(self, base_url: str) -> Route:
        """Return the route to the server of a checked URL, with these settings."""
        scheme, host, port = origin_of(base_url)
        return Route(host, port, self.trust.context() if scheme == "https" else None, self.proxy)

    def client(self, timeout: httpx.Timeout) -> httpx.AsyncClient:
        """Return an httpx client for a few requests. It follows no redirect and sends no credentials."""
        # Imported here, since the connections of a run do without.
        import httpx  # noqa: PLC0415

        proxy = None
        if self.proxy is not None:
            headers = {"Proxy-Authorization": self.proxy.authorization} if self.proxy.authorization else None
            proxy = httpx.Proxy(self.proxy.url, headers=headers)
        transport = httpx.AsyncHTTPTransport(verify=self.trust.context(), proxy=proxy, trust_env=False)
        return httpx.AsyncClient(transport=transport, timeout=timeout, trust_env=False)


def connection_settings(base_url: str, network: Network) -> ConnectionSettings:
    """Return the settings of connections to a server, from the user's options and the environment.

    Args:
        base_url: the server's checked URL.
        network: the user's options.

    Raises:
        UsageError: the proxy or a file of authorities cannot be used.
    """
    proxy = find_proxy(base_url, network.proxy, os.environ)
    if not base_url.startswith("https:"):
        return ConnectionSettings()
    return ConnectionSettings(proxy=proxy, trust=find_trust(network.ca_file, os.environ))
