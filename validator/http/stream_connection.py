"""One connection to a server over an anyio stream, used on Trio. It serves one request at a time.

`SocketConnection` is the equivalent for asyncio, which most runs use.
"""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

import anyio
from anyio.abc import SocketAttribute
from anyio.streams.tls import TLSAttribute

from validator.http.answer import AnswerReader
from validator.http.exchange_options import ignore
from validator.http.reply import READ_BYTES
from validator.http.transport_errors import ReadError, WriteError
from validator.http.unread import holds_unread, unread_in_tls

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.abc import ByteStream

    from validator.http.connection import PendingRequest
    from validator.http.reply import Reply

# Closing needs one turn of the event loop, since it skips the TLS closing message. This bounds it anyway.
_CLOSE_S = 1.0


class StreamConnection:
    """A `Connection` over an anyio stream. It parses all answers with h11."""

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
            raise WriteError("the connection was lost while the request was sent") from error

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
            raise ReadError("the connection was lost while the answer was read") from error

    def distrust(self) -> None:
        """See `Connection`."""
        self._is_distrusted = True

    def is_silent(self) -> bool:
        """See `Connection`."""
        if self._tls is not None:
            self._has_unsolicited_in_tls, is_usable = unread_in_tls(self._tls)
            return is_usable and not self._arrivals.poll(0)
        return not self._arrivals.poll(0)

    async def aclose(self) -> None:
        """See `Connection`."""
        self._report_unsolicited()
        with anyio.move_on_after(_CLOSE_S, shield=True):
            await self._stream.aclose()

    def _report_unsolicited(self) -> None:
        """Notify the caller of the last request, once, if more bytes arrived than its answer."""
        on_unsolicited, self._on_unsolicited = self._on_unsolicited, ignore
        if on_unsolicited is not ignore and self._answer.is_over and self._has_unsolicited():
            on_unsolicited()

    def _has_unsolicited(self) -> bool:
        """Whether bytes have arrived after the answer. The end of the connection does not count."""
        if self._answer.has_surplus or self._has_unsolicited_in_tls:
            return True
        return holds_unread(self._socket.fileno(), is_encrypted=self._tls is not None)
