"""An asyncio event loop that can end while a name is still being resolved; clock and events of any loop.

asyncio resolves names in threads, and the end of the loop and of the process wait for these threads. If the
name servers are silent, that takes half a minute, in which neither a signal nor a deadline can end the run.
"""

from __future__ import annotations

import asyncio
import math
import socket
import threading
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import anyio

if TYPE_CHECKING:
    from collections.abc import Callable


class EventLoop(asyncio.SelectorEventLoop):
    """Resolves each name in a daemon thread. Simultaneous requests for a name share one thread."""

    # The same clock as that of asyncio's method, without its frame: it is read several times for each check.
    time = staticmethod(time.monotonic)

    def __init__(self) -> None:
        super().__init__()
        self._resolving: dict[tuple[object, ...], asyncio.Future[Any]] = {}

    async def getaddrinfo(  # type: ignore[override] # asyncio's signature, with the names of typeshed
        self,
        host: str | None,
        port: int | str | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - as asyncio names it
        proto: int = 0,
        flags: int = 0,
    ) -> Any:
        """Return the result of `socket.getaddrinfo`."""
        asked = (host, port, family, type, proto, flags)
        if asked not in self._resolving:
            self._resolving[asked] = self._in_thread(partial(socket.getaddrinfo, *asked))
            self._resolving[asked].add_done_callback(partial(self._resolved, asked))
        return await asyncio.shield(self._resolving[asked])

    def _resolved(self, asked: tuple[object, ...], found: asyncio.Future[Any]) -> None:
        del self._resolving[asked]
        if not found.cancelled():
            found.exception()  # retrieved here, since asyncio warns if no caller is left to do it

    def _in_thread(self, call: Callable[[], Any]) -> asyncio.Future[Any]:
        future = self.create_future()
        threading.Thread(target=self._run, args=(call, future), name="resolver", daemon=True).start()
        return future

    def _run(self, call: Callable[[], Any], future: asyncio.Future[Any]) -> None:
        try:
            end = partial(future.set_result, call())
        except Exception as error:  # noqa: BLE001 - raised where the result is awaited
            end = partial(future.set_exception, error)
        with suppress(RuntimeError):  # the loop has been closed
            self.call_soon_threadsafe(end)


OPTIONS = {"loop_factory": EventLoop}
"""Options of anyio's asyncio backend for this event loop."""


def is_on_asyncio() -> bool:
    """Whether the caller is an asyncio task, and not a Trio task."""
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False


def loop_clock() -> Callable[[], float]:
    """Return the clock of the running event loop, in seconds.

    `anyio.current_time` shows the same time, and looks up the event loop at each call, which takes several
    times as long.
    """
    return asyncio.get_running_loop().time if is_on_asyncio() else anyio.current_time


class Event(Protocol):
    """An event for one task that waits, and that may wait until a time only."""

    def set(self) -> None:
        """End the wait. A second call does nothing."""
        ...

    async def wait(self, until: float = math.inf) -> None:
        """Wait until it is set, or until a time on the event loop's clock. Other tasks get a turn."""
        ...


def event_type() -> Callable[[], Event]:
    """Return the type of events of the running event loop.

    On asyncio it is a future and a timer. A cancel scope and an event of anyio take several times as long.
    """
    return _FutureEvent if is_on_asyncio() else _AnyioEvent


class _FutureEvent:
    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._is_set = self._loop.create_future()

    def set(self) -> None:
        if not self._is_set.done():
            self._is_set.set_result(None)

    async def wait(self, until: float = math.inf) -> None:
        if self._is_set.done():
            await asyncio.sleep(0)
            return
        timer = None if until == math.inf else self._loop.call_at(until, self.set)
        try:
            await self._is_set
        finally:
            if timer is not None:
                timer.cancel()


class _AnyioEvent:
    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        self._event.set()

    async def wait(self, until: float = math.inf) -> None:
        with anyio.move_on_at(until):
            await self._event.wait()
