"""One connection to a server, over an anyio stream, one request at a time: for Trio.

`SocketConnection` is the same for asyncio, where most runs are.
"""

from __future__ import annotations

import math
import select
from typing import TYPE_CHECKING, NamedTuple, Protocol

import anyio
import httpx
from anyio.abc import SocketAttribute
from anyio.streams.tls import TLSAttribute

from validator.http.answer import READ_BYTES, AnswerReader
from validator.http.unread import holds_unread, unread_in_tls

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.abc import ByteStream

    from validator.http.reply import Reply

# Closing skips TLS's goodbye and needs one turn of the event loop; this bounds it whatever the loop does.
_CLOSE_S = 1.0


def ignore() -> None:
    """Take no note."""


class PendingRequest(NamedTuple):
    """One request, and on what terms it is asked.

    Attributes:
        request: the request, as it goes on the wire.
        cap_bytes: the largest body to accept.
        deadline_s: until when to wait, on the event loop's clock.
        on_unsolicited: called once if more has come than the answer, as `ExchangeOptions` have it.
    """

    request: bytes
    cap_bytes: int
    deadline_s: float = math.inf
    on_unsolicited: Callable[[], None] = ignore


class Connection(Protocol):
    """A connection that is asked, read to the end, and then may rest and be asked again.

    Attributes:
        opened_at_s: when it was opened, on the event loop's clock.
        was_used: whether it was asked before.
        idle_since_s: when it began to rest, on the same clock.
    """

    opened_at_s: float
    was_used: bool
    idle_since_s: float

    @property
    def has_answered(self) -> bool:
        """Whether any byte has come back since the request was sent."""
        ...

    @property
    def is_reusable(self) -> bool:
        """Whether the answer was read to its end and believed, nothing came after it, and nobody closes."""
        ...

    async def ask(self, pending: PendingRequest) -> Reply:
        """Send a request and return the answer; interim ones (1xx) are skipped.

        The connection is closed if that fails, or is cancelled.

        Raises:
            httpx.TransportError: it broke off, or is framed wrongly.
            TimeoutError: it was not there at the deadline.
        """
        ...

    def distrust(self) -> None:
        """Let this answer be the last: what comes next may be one to an earlier question."""
        ...

    def become_idle(self, now_s: float) -> None:
        """Get ready for the next request."""
        ...

    def is_silent(self) -> bool:
        """Whether nothing has come while it rested, neither bytes nor an end. Does not wait.

        Bytes that nobody asked for would be read as the answer to the next request.
        """
        ...

    async def aclose(self) -> None:
        """Close it at once, even if the caller is cancelled. Closing again does nothing."""
        ...


class StreamConnection:
    """A `Connection` over a stream; its answers are read by h11 alone."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._tls = stream.extra(TLSAttribute.ssl_object, None)  # noqa: S610 - anyio's, not Django's
        self._answer = AnswerReader(cap_bytes=0)
        self._is_distrusted = False
        self._has_unsolicited_in_tls = False
        self._arrivals = select.poll()
        self._socket = stream.extra(SocketAttribute.raw_socket)  # noqa: S610 - as above
        self._arrivals.register(self._socket.fileno(), select.POLLIN)
        self._on_unsolicited: Callable[[], None] = ignore
        self.opened_at_s = anyio.current_time()
        self.was_used = False
        self.idle_since_s = 0.0

    @property
    def has_answered(self) -> bool:
        """See `Connection`."""
        return self._answer.has_received

    @property
    def is_reusable(self) -> bool:
        """See `Connection`."""
        return self._answer.leaves_open and not self._is_distrusted

    async def ask(self, pending: PendingRequest) -> Reply:
        """See `Connection`."""
        self._answer = AnswerReader(pending.cap_bytes)
        self._on_unsolicited = pending.on_unsolicited
        try:
            with anyio.fail_after(pending.deadline_s - anyio.current_time()):
                await self._send(pending.request)
                return await self._reply()
        except BaseException:
            await self.aclose()
            raise

    async def _send(self, request: bytes) -> None:
        try:
            await self._stream.send(request)
        except (OSError, anyio.BrokenResourceError) as error:
            raise httpx.WriteError("the connection was lost while the request was sent") from error

    async def _reply(self) -> Reply:
        while (reply := self._answer.feed(await self._receive())) is None:
            pass
        return reply

    async def _receive(self) -> bytes:
        try:
            return await self._stream.receive(READ_BYTES)
        except anyio.EndOfStream:
            return b""
        except (OSError, anyio.BrokenResourceError) as error:
            raise httpx.ReadError("the connection was lost while the answer was read") from error

    def distrust(self) -> None:
        """See `Connection`."""
        self._is_distrusted = True

    def become_idle(self, now_s: float) -> None:
        """See `Connection`."""
        self.was_used = True
        self.idle_since_s = now_s

    def is_silent(self) -> bool:
        """See `Connection`."""
        if self._tls is not None:
            self._has_unsolicited_in_tls, is_of_use = unread_in_tls(self._tls)
            return is_of_use and not self._arrivals.poll(0)
        return not self._arrivals.poll(0)

    async def aclose(self) -> None:
        """See `Connection`."""
        self._report_unsolicited()
        with anyio.move_on_after(_CLOSE_S, shield=True):
            await self._stream.aclose()

    def _report_unsolicited(self) -> None:
        """Notify the caller of the last request, once, if more has come than its answer."""
        on_unsolicited, self._on_unsolicited = self._on_unsolicited, ignore
        if on_unsolicited is not ignore and self._answer.is_over and self._has_unsolicited():
            on_unsolicited()

    def _has_unsolicited(self) -> bool:
        """Whether bytes have come after the answer; the end of the connection is none."""
        if self._answer.has_surplus or self._has_unsolicited_in_tls:
            return True
        return holds_unread(self._socket.fileno(), is_encrypted=self._tls is not None)
