"""New connections: to a server's addresses in turn, through a proxy where there is one, encrypted or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
import httpx
from anyio.streams.tls import TLSStream

from validator.http.connection import Connection
from validator.http.tunnel import open_tunnel
from validator.http.url import DEFAULT_PORTS

if TYPE_CHECKING:
    import ssl

    from anyio.abc import ByteStream

    from validator.http.proxy import Proxy


@dataclass(frozen=True, slots=True)
class Route:
    """The way to a server.

    Attributes:
        host: its host, as it goes on the wire.
        port: its port.
        context: what TLS trusts, or None for no encryption.
        proxy: the proxy to go through, or None for none.
    """

    host: str
    port: int
    context: ssl.SSLContext | None
    proxy: Proxy | None = None

    @property
    def first_hop(self) -> tuple[str, int]:
        """Host and port of what is connected to: the proxy, or the server itself."""
        return (self.host, self.port) if self.proxy is None else (self.proxy.host, self.proxy.port)


def origin_of(url: httpx.URL) -> tuple[str, str, int]:
    """Return scheme, host and port, the host as it goes on the wire (RFC 6454, section 4)."""
    return url.scheme, url.raw_host.decode("ascii"), url.port or DEFAULT_PORTS.get(url.scheme, 0)


async def dial(route: Route) -> Connection:
    """Return a new connection.

    Raises:
        httpx.ConnectError: nobody listens there, or the handshake failed; the system's error is its cause.
        httpx.ProxyError: the proxy does not open the way.
    """
    stream = await reach(route)
    try:
        await pass_proxy(stream, route)
        return Connection(await encrypted(stream, route))
    except BaseException:
        await anyio.aclose_forcefully(stream)
        raise


async def reach(route: Route) -> ByteStream:
    """Connect to the first hop. Its name is resolved anew, and its addresses are tried as RFC 8305 has it.

    Raises:
        httpx.ConnectError: none of the addresses answers.
    """
    try:
        # Both event loops turn Nagle's algorithm off (TCP_NODELAY) by themselves.
        return await anyio.connect_tcp(*route.first_hop)
    except OSError as error:
        to = f" to the proxy {route.proxy}" if route.proxy else ""
        raise httpx.ConnectError(f"no connection{to}: {_why(error)}") from error


async def pass_proxy(stream: ByteStream, route: Route) -> None:
    """Open the tunnel to the server, if a proxy is in between; raises `httpx.ProxyError`."""
    if route.proxy is not None:
        await open_tunnel(stream, route.proxy, route.host, route.port)


async def encrypted(stream: ByteStream, route: Route) -> ByteStream:
    """Return the stream, encrypted if the server wants it.

    Raises:
        httpx.ConnectError: the handshake failed.
    """
    if route.context is None:
        return stream
    try:
        return await TLSStream.wrap(
            stream, hostname=route.host, ssl_context=route.context, standard_compatible=False
        )
    except (OSError, anyio.BrokenResourceError, anyio.EndOfStream) as error:
        why = str(error.__cause__ or error) or "closed in the TLS handshake"
        raise httpx.ConnectError(f"no connection: {why}") from error


def _why(error: OSError) -> str:
    """Return why no address could be connected to, each reason once."""
    cause = error.__cause__ or error
    parts = cause.exceptions if isinstance(cause, BaseExceptionGroup) else (cause,)
    return "; ".join(dict.fromkeys(map(str, parts)))
