"""Carries requests to one server over connections that are kept for the next request.

httpx's own transport looks at all of its connections whenever a request comes or goes, which takes more
processor time than all the rest of a check (measured, see `benchmarks/README.md`). With one server there is
nothing to look for: what is free lies on a stack.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import anyio
import httpx

from validator.http.connection import Connection
from validator.http.dialing import Route, dial, origin_of
from validator.http.terms import TERMS
from validator.http.trust import SYSTEM_STORE

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

    import h11

    from validator.http.proxy import Proxy

# An extension of our responses: call it, and the connection that the answer came over is not used again.
DISTRUST = "validator.distrust"

# Node's servers close a connection that was idle for 5 s (`http.Server.keepAliveTimeout`), the shortest
# default among common ones. Ours goes first, so that no request meets a connection that is being closed.
KEEPALIVE_EXPIRY_S = 4.0

# A run takes hours, and the server's name may get another address meanwhile: a connection in constant use is
# replaced after so long, which resolves the name anew. The default time to live of name servers, as a rule.
LIFETIME_S = 300.0

# A proxy that serves only so many connections (tinyproxy: 100) lets further ones wait in silence, and the
# requests with them. After so long these go over a kept connection; earlier, that would only mean fewer
# connections at the start of a run.
PATIENCE_S = 1.0

_METHODS = frozenset({"GET", "POST"})


@dataclass(slots=True, eq=False)
class _Waiting:
    """A request that waits for a new connection, in `scope`; one that it is offered ends that."""

    scope: anyio.CancelScope
    offered: Connection | None = None

    def offer(self, kept: Connection) -> None:
        """Let the request go over a kept connection."""
        self.offered = kept
        self.scope.cancel()


class KeepAliveTransport(httpx.AsyncBaseTransport):
    """Sends GETs and POSTs to one server, each over a connection of its own until the answer is closed.

    The connection used last is used first, so that only as many stay open as the pace needs. One that may
    hold anything but silence (bytes nobody asked for, an answer not read to its end, or one that the caller
    distrusts, a server that wants to close) is never used again; and of bytes that nobody asked for the
    caller of the last request is notified, as its `Terms` have it. Where the server closed a kept connection
    just as it was used, before any byte of an answer, the request goes out once more over a new one (RFC
    9112, section 9.3.1; a GET is idempotent, and so is a POST that only asks, as those of gateways do). A
    request has no timeout but the caller's cancel scope, which spans the wait for a place. No redirect is
    followed. A connection is replaced after five minutes, so that a name that gets another address is
    followed.

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
        self._places = anyio.Semaphore(max_connections, max_value=max_connections, fast_acquire=True)
        self._keepalive_expiry_s = keepalive_expiry_s
        self._make_context = make_context
        self._resting: deque[Connection] = deque()  # the one used last is on the right
        self._impatient: deque[_Waiting] = deque()  # the one that waits longest is on the left
        self._is_closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer, its body unread. It holds a connection until it is closed."""
        if request.method not in _METHODS or origin_of(request.url) != self._origin:
            raise httpx.UnsupportedProtocol(
                "only GET and POST requests to the server of the base URL are carried"
            )
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
        connection = await (self._fresh() if terms.fresh else self._kept_or_new())
        try:
            return connection, await connection.ask(request, terms.on_unasked)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            if connection.has_answered or not connection.has_rested:
                raise
        fresh = await dial(self._route)
        return fresh, await fresh.ask(request, terms.on_unasked)

    async def _kept_or_new(self) -> Connection:
        return await self._take() or await self._open()

    async def _fresh(self) -> Connection:
        """Return a new connection whatever is kept."""
        await self._make_room()
        return await dial(self._route)

    async def _open(self) -> Connection:
        """Return a new connection, or a kept one if the new one is long in coming."""
        fresh: Connection | Exception | None = None
        route, waiting = self._route, _Waiting(anyio.CancelScope())
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._become_impatient, waiting)
                with waiting.scope:
                    try:
                        fresh = await dial(route)
                    except Exception as error:  # noqa: BLE001 - raised below, without the group around it
                        fresh = error
                tasks.cancel_scope.cancel()
        except BaseException:
            if isinstance(fresh, Connection):
                await fresh.aclose()
            raise
        finally:
            self._calm(waiting)  # only now is it offered nothing more: the task above may have been about to
        if isinstance(fresh, Exception):
            raise fresh
        return fresh or await self._take() or await self._open()

    async def _become_impatient(self, waiting: _Waiting) -> None:
        await anyio.sleep(PATIENCE_S)
        if (kept := await self._take()) is not None:
            waiting.offer(kept)
        else:
            self._impatient.append(waiting)

    def _calm(self, waiting: _Waiting) -> None:
        """Offer a request nothing more, and keep what it was offered where that can be used."""
        if waiting in self._impatient:
            self._impatient.remove(waiting)
        if waiting.offered is not None:
            self._resting.append(waiting.offered)

    @cached_property
    def _route(self) -> Route:
        scheme, host, port = self._origin
        return Route(host, port, self._make_context() if scheme == "https" else None, self._proxy)

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
            now_s = anyio.current_time()
            is_young = now_s < connection.opened_at_s + LIFETIME_S
            if connection.may_be_asked_again and is_young and not self._is_closed:
                connection.rest(now_s)
                self._keep(connection)
            else:
                await connection.aclose()
        finally:
            self._places.release()

    def _keep(self, connection: Connection) -> None:
        """Offer the connection to the request that has waited longest, or keep it for the next."""
        if self._impatient:
            self._impatient.popleft().offer(connection)
        else:
            self._resting.append(connection)

    async def aclose(self) -> None:
        """Close what is unused now, and what is in use as soon as its answer is closed."""
        self._is_closed = True
        while self._resting:
            await self._resting.pop().aclose()


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
