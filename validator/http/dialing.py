"""Opens connections to a server: tries its addresses in turn, and uses a proxy and TLS if needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from validator.http.event_loop import is_on_asyncio
from validator.http.socket_dialing import dial_socket
from validator.http.transport_errors import ConnectError

if TYPE_CHECKING:
    from anyio.abc import ByteStream

    from validator.http.connection import Connection
    from validator.http.route import Route


async def dial(route: Route) -> Connection:
    """Return a new connection.

    Raises:
        ConnectError: no server listens there, or the TLS handshake failed. The system's error is its
            cause.
        ProxyError: the proxy does not open the tunnel.
    """
    if is_on_asyncio():
        return await dial_socket(route)
    # Imported here, since most runs are on asyncio.
    from validator.http.stream_connection import StreamConnection  # noqa: PLC0415

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
        ConnectError: no address answers.
    """
    try:
        # Both event loops turn Nagle's algorithm off (TCP_NODELAY) by themselves.
        return await anyio.connect_tcp(*route.first_hop)
    except OSError as error:
        to = f" to the proxy {route.proxy}" if route.proxy else ""
        raise ConnectError(f"no connection{to}: {_why(error)}") from error


async def pass_proxy(stream: ByteStream, route: Route) -> None:
    """Open the tunnel to the server if the route has a proxy; raises `ProxyError`."""
    if route.proxy is not None:
        from validator.http.tunnel import open_tunnel  # noqa: PLC0415 - most runs use no proxy

        await open_tunnel(stream, route.proxy, route.host, route.port)


async def encrypted(stream: ByteStream, route: Route) -> ByteStream:
    """Return the stream, with TLS if the route has it.

    Raises:
        ConnectError: the TLS handshake failed.
    """
    if route.context is None:
        return stream
    from anyio.streams.tls import TLSStream  # noqa: PLC0415 - most runs are on asyncio, without streams

    try:
        return await TLSStream.wrap(
            stream, hostname=route.host, ssl_context=route.context, standard_compatible=False
        )
    except (OSError, anyio.BrokenResourceError, anyio.EndOfStream) as error:
        why = str(error.__cause__ or error) or "closed in the TLS handshake"
        raise ConnectError(f"no connection: {why}") from error


def _why(error: OSError) -> str:
    """Return why no address answered, each reason once."""
    cause = error.__cause__ or error
    parts = cause.exceptions if isinstance(cause, BaseExceptionGroup) else (cause,)
    return "; ".join(dict.fromkeys(map(str, parts)))
