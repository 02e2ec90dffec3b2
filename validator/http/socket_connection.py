"""One connection to a server as an asyncio protocol. It serves one request at a time.

An anyio stream would take as much CPU time as the rest of a check: each read and write is a coroutine of
several layers, each with a check for cancellation. Here the event loop passes received bytes to a callback,
and a request is one write, and one call at its end.
"""

from __future__ import annotations

import asyncio
import math
import select
from functools import partial
from typing import TYPE_CHECKING, cast

from validator.http.common_answer import CommonReader
from validator.http.exchange_options import ignore
from validator.http.transport_errors import ReadError, RemoteProtocolError, TransportError, WriteError
from validator.http.unread import holds_unread

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.http.connection import PendingRequest
    from validator.http.reply import Reply


class SocketConnection(asyncio.Protocol):
    """A `Connection` with callbacks from the event loop.

    If bytes arrive while no request is pending, it notifies the caller of the last request at once, and
    closes.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._answer = CommonReader(cap_bytes=0)
        self._on_end: Callable[[Reply | Exception], None] | None = None  # set while an answer is pending
        self._deadline_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._fires_at_s = math.inf  # infinity without a timer
        self._on_unsolicited: Callable[[], None] = ignore
        self._has_unsolicited = False
        self._is_distrusted = False
        self.opened_at_s = self._loop.time()
        self.was_used = False
        self.idle_since_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport."""
        self._transport = cast("asyncio.Transport", transport)
        self._socket = transport.get_extra_info("socket")
        self._is_encrypted = transport.get_extra_info("ssl_object") is not None
        self._arrivals = select.poll()
        self._arrivals.register(self._socket.fileno(), select.POLLIN)

    @property
    def has_answered(self) -> bool:
        """See `Connection`."""
        return self._answer.has_received

    @property
    def is_reusable(self) -> bool:
        """See `Connection`."""
        return self._answer.leaves_open and not (self._is_distrusted or self._transport.is_closing())

    async def ask(self, pending: PendingRequest) -> Reply:
        """See `Connection`."""
        ended: asyncio.Future[Reply] = self._loop.create_future()
        try:
            self.begin(pending, partial(_end, ended))
            return await ended
        except BaseException:
            self._on_end = None
            self.close()
            raise

    def begin(self, pending: PendingRequest, on_end: Callable[[Reply | Exception], None]) -> None:
        """Send a request, and call `on_end` with the answer, or with the exception that `ask` raises.

        After an exception the connection has to be closed.

        Raises:
            TransportError: the connection is closed; `on_end` is not called.
        """
        if self._has_unsolicited or self._transport.is_closing():
            raise self._reason_why_closed()
        self._answer, self._on_unsolicited = CommonReader(pending.cap_bytes), pending.on_unsolicited
        self._on_end, self._deadline_s = on_end, pending.deadline_s
        if self._deadline_s < self._fires_at_s:
            self._set_timer()
        self._transport.write(pending.request)

    def give_up(self, on_end: Callable[[Reply | Exception], None]) -> bool:
        """Close if the request that `begin` has sent with this `on_end` is pending; return whether it was."""
        if self._on_end is not on_end:
            return False
        self._on_end = None
        self.close()
        return True

    def _reason_why_closed(self) -> TransportError:
        if self._has_unsolicited:
            return RemoteProtocolError("the server sent something before it was asked")
        return WriteError("the connection was lost while the request was sent")

    def data_received(self, data: bytes) -> None:
        """Continue to parse the answer; without a pending request, close."""
        if self._on_end is None:
            self._has_unsolicited = True
            self.close()
        else:
            self._feed(data)

    def eof_received(self) -> None:
        """Complete an answer that ends with its connection. The event loop closes the connection."""
        if self._on_end is not None:
            self._feed(b"")

    def connection_lost(self, error: Exception | None) -> None:
        """Fail the pending request."""
        self._stop_timer()
        lost = ReadError("the connection was lost while the answer was read")
        lost.__cause__ = error
        self._fail(lost)

    def _feed(self, data: bytes) -> None:
        try:
            reply = self._answer.feed(data)
        except RemoteProtocolError as error:
            self._fail(error)
            return
        on_end = self._on_end
        if reply is not None and on_end is not None:
            self._on_end = None
            on_end(reply)

    def _fail(self, error: Exception) -> None:
        on_end, self._on_end = self._on_end, None
        if on_end is not None:
            on_end(error)
            self._transport.abort()  # so that no more is read

    def _set_timer(self) -> None:
        """Let a timer fire at the deadline. One that fires earlier stays, and serves the next request too."""
        self._stop_timer()
        self._fires_at_s = self._deadline_s
        self._timer = self._loop.call_at(self._fires_at_s, self._look_at_deadline)

    def _look_at_deadline(self) -> None:
        self._timer, self._fires_at_s = None, math.inf
        if self._on_end is None:
            return
        if self._loop.time() >= self._deadline_s:
            self._fail(TimeoutError())
        else:
            self._set_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._fires_at_s = None, math.inf

    def distrust(self) -> None:
        """See `Connection`."""
        self._is_distrusted = True

    def is_silent(self) -> bool:
        """See `Connection`. Bytes that the event loop has not read yet count as well."""
        return not (self._transport.is_closing() or self._arrivals.poll(0))

    def close(self) -> None:
        """Close it at once, without the TLS closing message."""
        self._report_unsolicited()
        self._stop_timer()
        self._transport.abort()

    async def aclose(self) -> None:
        """See `Connection`."""
        self.close()

    def _report_unsolicited(self) -> None:
        """Notify the caller of the last request, once, if more bytes arrived than its answer."""
        on_unsolicited, self._on_unsolicited = self._on_unsolicited, ignore
        if on_unsolicited is ignore or not self._answer.is_over:
            return
        if self._has_unsolicited or self._answer.has_surplus or self._holds_unread():
            on_unsolicited()

    def _holds_unread(self) -> bool:
        """Whether the socket has bytes that the event loop has not read. A closed one is not examined.

        After closing, another socket may have the same descriptor.
        """
        is_open = not self._transport.is_closing()
        return is_open and holds_unread(self._socket.fileno(), is_encrypted=self._is_encrypted)


def _end(ended: asyncio.Future[Reply], how: Reply | Exception) -> None:
    """End the wait for an answer, unless the caller was cancelled."""
    if ended.done():
        return
    if isinstance(how, Exception):
        ended.set_exception(how)
    else:
        ended.set_result(how)
