"""Carries requests to one server over connections that are kept for the next request.

httpx's own transport looks at all of its connections whenever a request comes or goes, which takes more
processor time than all the rest of a check (measured, see `benchmarks/README.md`). With one server there is
nothing to look for.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import httpx

from validator.http.answer import MAX_ANSWER_BYTES
from validator.http.dialing import dial
from validator.http.pool import Pool
from validator.http.request_bytes import bytes_of
from validator.http.route import Route, origin_of
from validator.http.trust import SYSTEM_STORE
from validator.http.wire import Wire

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable

    from validator.http.connection import Connection
    from validator.http.proxy import Proxy
    from validator.http.reply import Reply

T = TypeVar("T")

# An extension of our responses: call it, and the connection that the answer came over is not used again.
DISTRUST = "validator.distrust"

# Node's servers close a connection that was idle for 5 s (`http.Server.keepAliveTimeout`), the shortest
# default among common ones. Ours goes first, so that no request meets a connection that is being closed.
KEEPALIVE_EXPIRY_S = 4.0

_METHODS = frozenset({"GET", "POST"})


class KeepAliveTransport(Wire):
    """Sends GETs and POSTs to one server, each over a connection of its own until the answer is read.

    The connection used last is used first, so that only as many stay open as the pace needs. One that may
    hold anything but silence (bytes nobody asked for, an answer not read to its end, or one that the caller
    distrusts, a server that wants to close) is never used again; and of bytes that nobody asked for the
    caller of the last request is notified, as its `Terms` have it. Where the server closed a kept connection
    just as it was used, before any byte of an answer, the request goes out once more over a new one (RFC
    9112, section 9.3.1; a GET is idempotent, and so is a POST that only asks, as those of gateways do). A
    request of httpx's has no timeout but the caller's cancel scope, which spans the wait for a place. No
    redirect is followed. A connection is replaced after five minutes, so that a name that gets another
    address is followed. On asyncio connections are `SocketConnection`s, elsewhere `StreamConnection`s.

    Args:
        base_url: the server; its path plays no part.
        max_connections: connections open at the same time; more requests than that wait.
        keepalive_expiry_s: seconds that an unused connection is kept.
        make_context: gives what TLS trusts; called once, before the first connection, and not for http.
        proxy: the proxy to go through; https only, as it would read the rest.

    Requests raise `httpx.TransportError`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        max_connections: int,
        keepalive_expiry_s: float = KEEPALIVE_EXPIRY_S,
        make_context: Callable[[], ssl.SSLContext] = SYSTEM_STORE.context,
        proxy: Proxy | None = None,
    ) -> None:
        self._origin = origin_of(httpx.URL(base_url))
        self._proxy = proxy if self._origin[0] == "https" else None
        self._max_connections = max_connections
        self._keepalive_expiry_s = keepalive_expiry_s
        self._make_context = make_context

    async def exchange(
        self, request: bytes, read: Callable[[Reply], T], *, cap_bytes: int, timeout_s: float
    ) -> T:
        """See `Wire`."""
        connection, reply = await self._pool.ask(request, cap_bytes=cap_bytes, timeout_s=timeout_s)
        try:
            return read(reply)
        except BaseException:
            connection.distrust()
            raise
        finally:
            await self._pool.give_back(connection)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer. It holds a connection until it is closed; its body is not decompressed."""
        if request.method not in _METHODS or origin_of(request.url) != self._origin:
            raise httpx.UnsupportedProtocol(
                "only GET and POST requests to the server of the base URL are carried"
            )
        connection, reply = await self._pool.ask(
            bytes_of(request), cap_bytes=MAX_ANSWER_BYTES, timeout_s=math.inf
        )
        return httpx.Response(
            reply.status,
            headers=list(reply.headers.items()),
            stream=_Body(connection, reply.body, self._pool),
            extensions={DISTRUST: connection.distrust},
        )

    @cached_property
    def _pool(self) -> Pool:
        return Pool(
            lambda: dial(self._route),
            max_connections=self._max_connections,
            keepalive_expiry_s=self._keepalive_expiry_s,
        )

    @cached_property
    def _route(self) -> Route:
        scheme, host, port = self._origin
        return Route(host, port, self._make_context() if scheme == "https" else None, self._proxy)

    async def aclose(self) -> None:
        """Close what is unused now, and what is in use as soon as its answer is closed."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    """The body of an answer, which was read whole; a response that is closed without it is not believed."""

    def __init__(self, connection: Connection, body: bytes | None, pool: Pool) -> None:
        self._connection = connection
        self._pieces = [body] if body else []
        self._is_whole = body is not None
        self._pool = pool

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self._is_whole:
            raise httpx.RemoteProtocolError("the answer is compressed, which was not asked for")
        if self._pieces:
            return self._pieces.pop()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        if self._pieces:
            self._connection.distrust()
        await self._pool.give_back(self._connection)
