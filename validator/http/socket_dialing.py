"""Opens connections on asyncio, like `dialing`, but without an anyio stream."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import anyio

from validator.http.connecting import connected
from validator.http.socket_connection import SocketConnection
from validator.http.transport_errors import ConnectError

if TYPE_CHECKING:
    from validator.http.proxy import Proxy
    from validator.http.route import Route


async def dial_socket(route: Route) -> SocketConnection:
    """Return a new connection: resolve the first hop, and try its addresses in the order of RFC 8305.

    Raises:
        ConnectError: no server listens there, or the TLS handshake failed. The system's error is its
            cause.
        ProxyError: the proxy does not open the tunnel.
    """
    if route.proxy is not None:
        return await _through(route.proxy, route)
    name = route.host if route.context else None
    try:
        hop = await connected(route.host, route.port)
        _, connection = await asyncio.get_running_loop().create_connection(
            SocketConnection, sock=hop, ssl=route.context, server_hostname=name
        )
    except OSError as error:
        raise ConnectError(_no_connection(error)) from error
    return connection


async def _through(proxy: Proxy, route: Route) -> SocketConnection:
    try:
        hop = await connected(proxy.host, proxy.port)
    except OSError as error:
        raise ConnectError(f"no connection to the proxy {proxy}: {error}") from error
    # Imported here, since most runs use no proxy.
    from validator.http.tunnel import open_tunnel  # noqa: PLC0415

    transport, talk = await asyncio.get_running_loop().create_connection(_ProxyStream, sock=hop)
    try:
        await open_tunnel(talk, proxy, route.host, route.port)
        return await _encrypted(transport, route)
    except BaseException:
        transport.abort()
        raise


async def _encrypted(transport: asyncio.Transport, route: Route) -> SocketConnection:
    """Replace the proxy protocol of a transport by a connection, with TLS if the route has it."""
    connection = SocketConnection()
    encrypted: asyncio.BaseTransport | None = transport
    if route.context is None:
        transport.set_protocol(connection)
    else:
        loop = asyncio.get_running_loop()
        try:
            encrypted = await loop.start_tls(transport, connection, route.context, server_hostname=route.host)
        except OSError as error:
            raise ConnectError(_no_connection(error)) from error
    connection.connection_made(cast("asyncio.Transport", encrypted))
    return connection


class _ProxyStream(asyncio.Protocol):
    """The connection to a proxy until the tunnel is open."""

    def __init__(self) -> None:
        self._received: asyncio.Queue[bytes] = asyncio.Queue()  # b"" means the end of the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received.put_nowait(data)

    def connection_lost(self, _: Exception | None) -> None:
        self._received.put_nowait(b"")

    async def send(self, sent: bytes) -> None:
        self._transport.write(sent)

    async def receive(self) -> bytes:
        if received := await self._received.get():
            return received
        raise anyio.EndOfStream


def _no_connection(error: OSError) -> str:
    return f"no connection: {str(error) or 'closed in the TLS handshake'}"
