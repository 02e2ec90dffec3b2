"""Opens connections to a server: tries its addresses in turn, and uses a proxy and TLS if needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import httpx
from anyio.streams.tls import TLSStream

from validator.http.connection import StreamConnection
from validator.http.event_loop import is_on_asyncio
from validator.http.socket_dialing import dial_socket
from validator.http.tunnel import open_tunnel

if TYPE_CHECKING:
    from anyio.abc import ByteStream

    from validator.http.connection import Connection
    from validator.http.route import Route


async def dial(route: Route) -> Connection:
    """Return a new connection.

    Raises:
        httpx.ConnectError: no server listens there, or the TLS handshake failed. The system's error is its
            cause.
        httpx.ProxyError: the proxy does not open the tunnel.
    """
    if is_on_asyncio():
        return await dial_socket(route)
    stream = await reach(route)
    try:
        await pass_proxy(stream, route)
        return StreamConnection(await encrypted(stream, route))
    except BaseException:
        await anyio.aclose_forcefully(stream)
        raise


async def reach(route: Route) -> ByteStream:
    """Connect to the first hop: resolve its name, and try its addresses in the order of RFC 8305.

    Raises:
        httpx.ConnectError: no address answers.
    """
    try:
        # Both event loops turn Nagle's algorithm off (TCP_NODELAY) by themselves.
        return await anyio.connect_tcp(*route.first_hop)
    except OSError as error:
        to = f" to the proxy {route.proxy}" if route.proxy else ""
        raise httpx.ConnectError(f"no connection{to}: {_why(error)}") from error


async def pass_proxy(stream: ByteStream, route: Route) -> None:
    """Open the tunnel to the server if the route has a proxy; raises `httpx.ProxyError`."""
    if route.proxy is not None:
        await open_tunnel(stream, route.proxy, route.host, route.port)


async def encrypted(stream: ByteStream, route: Route) -> ByteStream:
    """Return the stream, with TLS if the route has it.

    Raises:
        httpx.ConnectError: the TLS handshake failed.
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
    """Return why no address answered, each reason once."""
    cause = error.__cause__ or error
    parts = cause.exceptions if isinstance(cause, BaseExceptionGroup) else (cause,)
    return "; ".join(dict.fromkeys(map(str, parts)))
