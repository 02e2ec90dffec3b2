"""The connections to one server: which one a request goes over, and which never again."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
import httpx

from validator.http.connection import PendingRequest
from validator.http.exchange_options import EXCHANGE_OPTIONS
from validator.http.socket_dialing import is_on_asyncio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager

    from validator.http.connection import Connection
    from validator.http.reply import Reply

# A run takes hours, and the server's name may get another address meanwhile: a connection in constant use is
# replaced after so long, which resolves the name anew. The default time to live of name servers, as a rule.
LIFETIME_S = 300.0

# A proxy that serves only so many connections (tinyproxy: 100) lets further ones wait in silence, and the
# requests with them. After so long these go over a kept connection; earlier, that would only mean fewer
# connections at the start of a run.
FALLBACK_AFTER_S = 1.0


@dataclass(slots=True, eq=False)
class _Waiting:
    """A request that waits for a new connection, in `scope`; one that it is offered ends that."""

    scope: anyio.CancelScope
    offered: Connection | None = None

    def offer(self, kept: Connection) -> None:
        """Let the request go over a kept connection."""
        self.offered = kept
        self.scope.cancel()


class Pool:
    """Lends connections to requests. It is made on the event loop that it serves.

    What is free lies on a stack: the connection used last is used first, so that only as many stay open as
    the pace needs.

    Args:
        dial: makes a new connection.
        max_connections: connections open at the same time; more requests than that wait.
        keepalive_expiry_s: seconds that an unused connection is kept.
    """

    def __init__(
        self, dial: Callable[[], Awaitable[Connection]], *, max_connections: int, keepalive_expiry_s: float
    ) -> None:
        self._dial = dial
        self._places = anyio.Semaphore(max_connections, max_value=max_connections, fast_acquire=True)
        self._keepalive_expiry_s = keepalive_expiry_s
        # The same clock as anyio's, which looks up its event loop each time it is asked.
        self._now_s = asyncio.get_running_loop().time if is_on_asyncio() else anyio.current_time
        self._idle: deque[Connection] = deque()  # the one used last is on the right
        self._fallback_queue: deque[_Waiting] = deque()  # the one that waits longest is on the left
        self._is_closed = False

    async def ask(self, request: bytes, *, cap_bytes: int, timeout_s: float) -> tuple[Connection, Reply]:
        """Return the answer to a request, and the connection that it came over, to be given back.

        Raises:
            httpx.TransportError: there was no answer.
            TimeoutError: there was none in time.
        """
        deadline_s = self._now_s() + timeout_s
        try:
            self._places.acquire_nowait()
        except anyio.WouldBlock:
            with self._until(deadline_s):
                await self._places.acquire()
        try:
            return await self._ask(request, cap_bytes, deadline_s)
        except BaseException:
            self._places.release()
            raise

    async def _ask(self, request: bytes, cap_bytes: int, deadline_s: float) -> tuple[Connection, Reply]:
        options = EXCHANGE_OPTIONS.get()
        pending = PendingRequest(request, cap_bytes, deadline_s, options.on_unsolicited)
        connection = None if options.fresh else await self._take()
        if connection is None:
            with self._until(deadline_s):
                connection = await (self._fresh() if options.fresh else self._open())
        try:
            return connection, await connection.ask(pending)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            if connection.has_answered or not connection.was_used:
                raise
        with self._until(deadline_s):
            fresh = await self._dial()
        return fresh, await fresh.ask(pending)

    def _until(self, deadline_s: float) -> AbstractContextManager[anyio.CancelScope]:
        """Raise `TimeoutError` at the deadline; a connection looks at it by itself."""
        return anyio.fail_after(deadline_s - self._now_s())

    async def _fresh(self) -> Connection:
        """Return a new connection whatever is kept, and close one in its favour.

        Together they are as many as were allowed.
        """
        if self._idle:
            await self._idle.popleft().aclose()
        return await self._dial()

    async def _open(self) -> Connection:
        """Return a new connection, or a kept one if the new one is long in coming."""
        fresh: Connection | Exception | None = None
        waiting = _Waiting(anyio.CancelScope())
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._fall_back_later, waiting)
                with waiting.scope:
                    try:
                        fresh = await self._dial()
                    except Exception as error:  # noqa: BLE001 - raised below, without the group around it
                        fresh = error
                tasks.cancel_scope.cancel()
        except BaseException:
            if fresh is not None and not isinstance(fresh, Exception):
                await fresh.aclose()
            raise
        finally:
            self._withdraw(
                waiting
            )  # only now is it offered nothing more: the task above may have been about to
        if isinstance(fresh, Exception):
            raise fresh
        return fresh or await self._take() or await self._open()

    async def _fall_back_later(self, waiting: _Waiting) -> None:
        await anyio.sleep(FALLBACK_AFTER_S)
        if (kept := await self._take()) is not None:
            waiting.offer(kept)
        else:
            self._fallback_queue.append(waiting)

    def _withdraw(self, waiting: _Waiting) -> None:
        """Offer a request nothing more, and keep what it was offered where that can be used."""
        if waiting in self._fallback_queue:
            self._fallback_queue.remove(waiting)
        if waiting.offered is not None:
            self._idle.append(waiting.offered)

    async def _take(self) -> Connection | None:
        """Return the kept connection that was used last, and close what cannot be used any more."""
        expired_s = self._now_s() - self._keepalive_expiry_s
        while self._idle and self._idle[0].idle_since_s <= expired_s:
            await self._idle.popleft().aclose()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_silent():
                return connection
            await connection.aclose()
        return None

    async def give_back(self, connection: Connection) -> None:
        """Keep a connection where it can be used again, and let the next request in."""
        try:
            now_s = self._now_s()
            is_young = now_s < connection.opened_at_s + LIFETIME_S
            if is_young and connection.is_reusable and not self._is_closed:
                connection.become_idle(now_s)
                self._keep(connection)
            else:
                await connection.aclose()
        finally:
            self._places.release()

    def _keep(self, connection: Connection) -> None:
        """Offer the connection to the request that has waited longest, or keep it for the next."""
        if self._fallback_queue:
            self._fallback_queue.popleft().offer(connection)
        else:
            self._idle.append(connection)

    async def aclose(self) -> None:
        """Close what is unused now, and what is in use as soon as it is given back."""
        self._is_closed = True
        while self._idle:
            await self._idle.pop().aclose()
