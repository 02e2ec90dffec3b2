"""The route to a server: address, TLS and proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from validator.http.url import DEFAULT_PORTS

if TYPE_CHECKING:
    import ssl

    from validator.http.proxy import Proxy


class Route(Struct, frozen=True):
    """The route to a server.

    Attributes:
        host: its host, in the ASCII form that is sent.
        port: its port.
        context: the TLS context, or None for no encryption.
        proxy: the proxy to use, or None.
    """

    host: str
    port: int
    context: ssl.SSLContext | None
    proxy: Proxy | None = None

    @property
    def first_hop(self) -> tuple[str, int]:
        """Host and port to connect to: those of the proxy, or of the server itself."""
        return (self.host, self.port) if self.proxy is None else (self.proxy.host, self.proxy.port)


def origin_of(base_url: str) -> tuple[str, str, int]:
    """Return scheme, host and port (RFC 6454, section 4) of a checked URL, whose host is ASCII."""
    url = urlsplit(base_url)
    return url.scheme, url.hostname or "", url.port or DEFAULT_PORTS[url.scheme]
