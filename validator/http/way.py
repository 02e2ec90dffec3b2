"""The way to one server: through which proxy, and whose certificates are trusted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from validator.http.dialing import Route, origin_of
from validator.http.proxy import find_proxy
from validator.http.trust import SYSTEM_STORE, TrustStore, find_trust

if TYPE_CHECKING:
    from validator.http.network import Network
    from validator.http.proxy import Proxy


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The way to one server.

    Attributes:
        proxy: the proxy to go through, or None for none.
        trust: whose signatures prove the server's certificate.
    """

    proxy: Proxy | None = None
    trust: TrustStore = SYSTEM_STORE

    def route_to(self, base_url: str) -> Route:
        """Return the route to the server of a checked URL."""
        scheme, host, port = origin_of(httpx.URL(base_url))
        return Route(host, port, self.trust.context() if scheme == "https" else None, self.proxy)


def way_to(base_url: str, network: Network) -> Way:
    """Return the way to a server, as the environment has it now.

    Args:
        base_url: the server's URL, checked.
        network: what the user says about it.

    Raises:
        UsageError: the proxy or a file of authorities cannot be used.
    """
    proxy = find_proxy(base_url, network.proxy, os.environ)
    if not base_url.startswith("https:"):
        return Way()
    return Way(proxy=proxy, trust=find_trust(network.ca_file, os.environ))
