"""Carries requests to one server over connections that are kept for the next request.

httpx's own transport looks at all of its connections whenever a request comes or goes, which takes more
processor time than all the rest of a check (measured, see `benchmarks/README.md`). With one server there is
nothing to look for: what is free lies on a stack.
"""

from __future__ import annotations

from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING

import anyio
import httpx

from validator.http.connection import dial
from validator.http.terms import TERMS

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

    import h11

    from validator.http.connection import Connection

# An extension of our responses: call it, and the connection that the answer came over is not used again.
DISTRUST = "validator.distrust"

_PORTS = {"http": 80, "https": 443}

# Node's servers close a connection that was idle for 5 s (`http.Server.keepAliveTimeout`), the shortest
# default among common ones. Ours goes first, so that no request meets a connection that is being closed.
KEEPALIVE_EXPIRY_S = 4.0


def trusted_context() -> ssl.SSLContext:
    """Return a context that trusts what httpx trusts, whatever the environment says. Takes 0.2 s."""
    context = httpx.create_ssl_context(trust_env=False)
    context.set_alpn_protocols(["http/1.1"])
    return context


class KeepAliveTransport(httpx.AsyncBaseTransport):
    """Sends GET requests to one server, each over a connection of its own until the answer is closed.

    The connection used last is used first, so that only as many stay open as the pace needs. One that may
    hold anything but silence (bytes nobody asked for, an answer not read to its end, or one that the caller
    distrusts, a server that wants to close) is never used again; and of bytes that nobody asked for the
    caller of the last request is notified, as its `Terms` have it. Where the server closed a kept connection
    just as it was used, before any byte of an answer, the request goes out once more over a new one (RFC
    9112, section 9.3.1; a GET is idempotent). A request has no timeout but the caller's cancel scope, which
    spans the wait for a place. No proxy is used, and no redirect followed.

    Args:
        base_url: the server; its path plays no part.
        max_connections: connections open at the same time; more requests than that wait.
        keepalive_expiry_s: seconds that an unused connection is kept.
        make_context: gives what TLS trusts; called once, before the first connection, and not for http.

    Requests raise `httpx.TransportError`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        max_connections: int,
        keepalive_expiry_s: float = KEEPALIVE_EXPIRY_S,
        make_context: Callable[[], ssl.SSLContext] = trusted_context,
    ) -> None:
        self._origin = _origin(httpx.URL(base_url))
        self._places = anyio.Semaphore(max_connections, max_value=max_connections, fast_acquire=True)
        self._keepalive_expiry_s = keepalive_expiry_s
        self._make_context = make_context
        self._resting: deque[Connection] = deque()  # the one used last is on the right
        self._is_closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer, its body unread. It holds a connection until it is closed."""
        if request.method != "GET" or _origin(request.url) != self._origin:
            raise httpx.UnsupportedProtocol("only GET requests to the server of the base URL are carried")
        await self._places.acquire()
        try:
            connection, head = await self._ask(request)
        except BaseException:
            self._places.release()
            raise
        body = _Body(connection, self._give_back)
        return httpx.Response(
            head.status_code,
            headers=head.headers.raw_items(),
            stream=body,
            extensions={DISTRUST: connection.distrust},
        )

    async def _ask(self, request: httpx.Request) -> tuple[Connection, h11.Response]:
        terms = TERMS.get()
        kept = await (self._make_room() if terms.fresh else self._take())
        if kept is not None:
            try:
                return kept, await kept.ask(request, terms.on_unasked)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                if kept.has_answered:
                    raise
        _, host, port = self._origin
        fresh = await dial(host, port, self._context)
        return fresh, await fresh.ask(request, terms.on_unasked)

    @cached_property
    def _context(self) -> ssl.SSLContext | None:
        return self._make_context() if self._origin[0] == "https" else None

    async def _take(self) -> Connection | None:
        """Return the kept connection that was used last, and close what cannot be used any more."""
        await self._close_expired()
        while self._resting:
            connection = self._resting.pop()
            if connection.is_silent():
                return connection
            await connection.aclose()
        return None

    async def _make_room(self) -> None:
        """Close a kept connection in favour of a new one: together they are as many as were allowed."""
        if self._resting:
            await self._resting.popleft().aclose()

    async def _close_expired(self) -> None:
        expired_s = anyio.current_time() - self._keepalive_expiry_s
        while self._resting and self._resting[0].resting_since_s <= expired_s:
            await self._resting.popleft().aclose()

    async def _give_back(self, connection: Connection) -> None:
        """Keep the connection where it can be used again, and let the next request in."""
        try:
            if connection.may_be_asked_again and not self._is_closed:
                connection.rest(anyio.current_time())
                self._resting.append(connection)
            else:
                await connection.aclose()
        finally:
            self._places.release()

    async def aclose(self) -> None:
        """Close what is unused now, and what is in use as soon as its answer is closed."""
        self._is_closed = True
        while self._resting:
            await self._resting.pop().aclose()


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    """Return scheme, host and port, the host as it goes on the wire (RFC 6454, section 4)."""
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS.get(url.scheme, 0)


class _Body(httpx.AsyncByteStream):
    """The body of an answer, piece by piece. An iterator, as a generator left half-way needs care on Trio."""

    def __init__(self, connection: Connection, give_back: Callable[[Connection], Awaitable[None]]) -> None:
        self._connection = connection
        self._give_back = give_back

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        piece = await self._connection.next_piece()
        if not piece:
            raise StopAsyncIteration
        return piece

    async def aclose(self) -> None:
        await self._give_back(self._connection)
