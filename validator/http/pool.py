"""The pool of connections to one server: chooses the connection of a request, and keeps idle ones."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING

import anyio
from msgspec import Struct

from validator.http.connection import PendingRequest
from validator.http.event_loop import loop_clock
from validator.http.exchange_options import EXCHANGE_OPTIONS
from validator.http.socket_connection import SocketConnection
from validator.http.transport_errors import ReadError, RemoteProtocolError, Unanswered, WriteError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager

    from validator.http.connection import Connection
    from validator.http.reply import Reply

# A connection is replaced after this time, even in constant use. A run takes hours, and the server's name may
# get another address meanwhile. 300 s is the usual default lifetime (TTL) of DNS records.
LIFETIME_S = 300.0

# What a request ends with if its connection is lost.
_LOST = (WriteError, ReadError, RemoteProtocolError)

# A proxy with a connection limit (tinyproxy: 100) lets further connections wait silently, and their requests
# with them. After this time a request uses a kept connection. A shorter time would only mean fewer
# connections at the start of a run.
FALLBACK_AFTER_S = 1.0


class _Waiting(Struct, eq=False):
    """A request that waits in `scope` for a new connection. An offered connection ends the wait."""

    scope: anyio.CancelScope
    offered: Connection | None = None

    def offer(self, kept: Connection) -> None:
        """Give the request a kept connection, and cancel its wait for a new one."""
        self.offered = kept
        self.scope.cancel()


class Pool:
    """Lends connections to requests. Create it on the event loop that uses it.

    Idle connections are a stack: the one used last is used first, so that no more stay open than the rate
    needs.

    Args:
        dial: opens a new connection.
        max_connections: connections open at the same time; further requests wait.
        keepalive_expiry_s: how many seconds an unused connection is kept.
    """

    def __init__(
        self, dial: Callable[[], Awaitable[Connection]], *, max_connections: int, keepalive_expiry_s: float
    ) -> None:
        self._dial = dial
        self._places = anyio.Semaphore(max_connections, max_value=max_connections, fast_acquire=True)
        self._keepalive_expiry_s = keepalive_expiry_s
        self._now_s = loop_clock()
        self._idle: deque[Connection] = deque()  # the one used last is on the right
        self._fallback_queue: deque[_Waiting] = deque()  # the one that waits longest is on the left
        self._is_closed = False

    async def ask(self, request: bytes, *, cap_bytes: int, timeout_s: float) -> tuple[Connection, Reply]:
        """Return the answer to a request, and its connection, which the caller has to give back.

        Raises:
            TransportError: there was no answer.
            TimeoutError: there was no answer in time.
        """
        now_s = self._now_s()
        deadline_s = now_s + timeout_s
        try:
            self._places.acquire_nowait()
        except anyio.WouldBlock:
            with self._until(deadline_s):
                await self._places.acquire()
                now_s = self._now_s()
        try:
            options = EXCHANGE_OPTIONS.get()
            pending = PendingRequest(request, cap_bytes, deadline_s, options.on_unsolicited)
            connection = None if options.fresh else await self._take(now_s)
            if connection is None:
                with self._until(deadline_s):
                    connection = await (self._fresh() if options.fresh else self._open())
            try:
                return connection, await connection.ask(pending)
            except _LOST:
                if connection.has_answered or not connection.was_used:
                    raise
            with self._until(deadline_s):
                fresh = await self._dial()
            return fresh, await fresh.ask(pending)
        except BaseException:
            self._places.release()
            raise

    def begin(
        self,
        request: bytes,
        on_end: Callable[[Reply | Exception], bool],
        *,
        cap_bytes: int,
        timeout_s: float,
        on_unsolicited: Callable[[], None],
    ) -> Callable[[], None] | None:
        """Send a request over the kept connection that was used last, if it can be used; see `Wire.begin`."""
        now_s, idle = self._now_s(), self._idle
        if not idle or not self._places.value or idle[0].idle_since_s <= now_s - self._keepalive_expiry_s:
            return None
        connection = idle[-1]
        if not isinstance(connection, SocketConnection) or not connection.is_silent():
            return None
        idle.pop()
        self._places.acquire_nowait()
        pending = PendingRequest(request, cap_bytes, now_s + timeout_s, on_unsolicited)
        ended = partial(self._ended, connection, on_end)
        connection.begin(pending, ended)
        return partial(self._give_up, connection, ended)

    def _give_up(self, connection: SocketConnection, ended: Callable[[Reply | Exception], None]) -> None:
        """End a request that `begin` has sent, unless it has ended."""
        if connection.give_up(ended):
            self._places.release()

    def _ended(
        self,
        connection: SocketConnection,
        on_end: Callable[[Reply | Exception], bool],
        how: Reply | Exception,
    ) -> None:
        """Give back the connection of a request that `begin` has sent."""
        if isinstance(how, _LOST) and not connection.has_answered:
            how = Unanswered(str(how))
        if not on_end(how):
            connection.distrust()
        if not self._keeps(connection):
            connection.close()
        self._places.release()

    def _until(self, deadline_s: float) -> AbstractContextManager[anyio.CancelScope]:
        """Raise `TimeoutError` at the deadline. A connection observes its deadline itself."""
        return anyio.fail_after(deadline_s - self._now_s())

    async def _fresh(self) -> Connection:
        """Return a new connection, and close an idle one for it, so that their number does not grow."""
        if self._idle:
            await self._idle.popleft().aclose()
        return await self._dial()

    async def _open(self) -> Connection:
        """Return a new connection, or a kept one if opening a new one takes long."""
        fresh: Connection | Exception | None = None
        waiting = _Waiting(anyio.CancelScope())
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._fall_back_later, waiting)
                with waiting.scope:
                    try:
                        fresh = await self._dial()
                    except Exception as error:  # noqa: BLE001 - raised below, outside of the exception group
                        fresh = error
                tasks.cancel_scope.cancel()
        except BaseException:
            if fresh is not None and not isinstance(fresh, Exception):
                await fresh.aclose()
            raise
        finally:
            # Not earlier: until here the task above may still have offered it a connection.
            self._withdraw(waiting)
        if isinstance(fresh, Exception):
            raise fresh
        return fresh or await self._take(self._now_s()) or await self._open()

    async def _fall_back_later(self, waiting: _Waiting) -> None:
        await anyio.sleep(FALLBACK_AFTER_S)
        if (kept := await self._take(self._now_s())) is not None:
            waiting.offer(kept)
        else:
            self._fallback_queue.append(waiting)

    def _withdraw(self, waiting: _Waiting) -> None:
        """Offer a request no more connections, and keep the one that it was offered and did not use."""
        if waiting in self._fallback_queue:
            self._fallback_queue.remove(waiting)
        if waiting.offered is not None:
            self._idle.append(waiting.offered)

    async def _take(self, now_s: float) -> Connection | None:
        """Return the kept connection that was used last, or None. Closes those that are no longer usable."""
        expired_s = now_s - self._keepalive_expiry_s
        while self._idle and self._idle[0].idle_since_s <= expired_s:
            await self._idle.popleft().aclose()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_silent():
                return connection
            await connection.aclose()
        return None

    async def give_back(self, connection: Connection) -> None:
        """Keep a connection if it can be used again, else close it, and start the next waiting request.

        It is offered to the request that has waited longest for a new one.
        """
        try:
            if not self._keeps(connection):
                await connection.aclose()
        finally:
            self._places.release()

    def _keeps(self, connection: Connection) -> bool:
        """Keep a connection if it can be used again; return whether it is kept."""
        now_s = self._now_s()
        is_young = now_s < connection.opened_at_s + LIFETIME_S
        if not (is_young and connection.is_reusable) or self._is_closed:
            return False
        connection.was_used, connection.idle_since_s = True, now_s
        if self._fallback_queue:
            self._fallback_queue.popleft().offer(connection)
        else:
            self._idle.append(connection)
        return True

    async def aclose(self) -> None:
        """Close the idle connections now, and each other one when it is given back."""
        self._is_closed = True
        while self._idle:
            await self._idle.pop().aclose()
