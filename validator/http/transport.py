"""Sends requests to one server over connections that are kept for the next request.

httpx's own transport searches all of its connections at the start and the end of each request. That takes
more CPU time than the rest of a check (measured, see `benchmarks/README.md`). For a single server no search
is needed.
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

# An extension of our responses: a function; after its call, the answer's connection is not used again.
DISTRUST = "validator.distrust"

# Node's servers close a connection after 5 idle seconds (`http.Server.keepAliveTimeout`), the shortest
# default of common servers. We close it earlier, so that no request is sent while the server closes it.
KEEPALIVE_EXPIRY_S = 4.0

_METHODS = frozenset({"GET", "POST"})


class KeepAliveTransport(Wire):
    """Sends GETs and POSTs to one server. A connection serves one request at a time.

    - The connection that was used last is used first, so that no more stay open than the rate needs.
    - A connection is closed after its answer if it received unsolicited bytes, if the answer was not read to
      its end, if the caller distrusts the answer, or if the server wants to close it.
    - Unsolicited bytes are reported to the caller of the last request (`ExchangeOptions.on_unsolicited`).
    - If the server closed a kept connection before it sent a byte of the answer, the request is sent once
      more over a new connection (RFC 9112, section 9.3.1). A GET is idempotent; so is a POST that only asks,
      as those to gateways do.
    - No redirect is followed.
    - A connection is replaced after five minutes, so that a new address of the server's name is used.

    Requests through httpx's interface have no timeout of their own: the caller's cancel scope ends them, also
    while they wait for a connection. On asyncio, connections are `SocketConnection`s, else
    `StreamConnection`s. Requests raise `httpx.TransportError`.

    Args:
        base_url: the server; the path of the URL is ignored.
        max_connections: connections open at the same time; further requests wait.
        keepalive_expiry_s: how many seconds an unused connection is kept.
        make_context: returns the TLS context; called once, before the first connection, and not for http.
        proxy: the proxy to use; for https only, since it could read unencrypted requests.
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

    def begin(
        self,
        request: bytes,
        on_end: Callable[[Reply | Exception], bool],
        *,
        cap_bytes: int,
        timeout_s: float,
        on_unsolicited: Callable[[], None],
    ) -> Callable[[], None] | None:
        """See `Wire`."""
        return self._pool.begin(
            request, on_end, cap_bytes=cap_bytes, timeout_s=timeout_s, on_unsolicited=on_unsolicited
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer. It keeps its connection until it is closed. Its body is not decompressed."""
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
        """Close the idle connections now, and each other one after its answer is closed."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    """The body of an answer. If the caller closes it unread, the connection is not used again."""

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
