"""One connection to a server: HTTP/1.1 (RFC 9112) by h11 over an anyio stream, one request at a time."""

from __future__ import annotations

import os
import select
import socket
import ssl
from typing import TYPE_CHECKING, cast

import anyio
import h11
import httpx
from anyio.abc import SocketAttribute
from anyio.streams.tls import TLSAttribute

from validator.http.body import PAGE_CAP_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.abc import ByteStream

# Four times what common servers send at most as a head (nginx: 4 to 8 KiB a buffer, Node: 16 KiB).
_MAX_HEAD_BYTES = 64 * 1024

# What anyio hands out at a time. On asyncio a larger read is split and its rest kept where no look at the
# socket sees it, so after an answer of this size it is unknown whether more has come.
_READ_BYTES = 64 * 1024

# Beyond these no answer is read on, however it is cut up: twice the largest body that is accepted anywhere,
# and pieces of 256 bytes for that one. Without them a body of a few KB may come in gigabytes of chunk
# extensions, or a byte a chunk, or after interim answers (1xx) without end.
_MAX_ANSWER_BYTES = 2 * PAGE_CAP_BYTES
_MAX_PIECES = 4_096

# Closing skips TLS's goodbye and needs one turn of the event loop; this bounds it whatever the loop does.
_CLOSE_S = 1.0

# Two readers may end such an answer at two places (RFC 9112, section 6.1).
_TWO_FRAMINGS = frozenset({b"transfer-encoding", b"content-length"})

# Of a TLS record: its type for data, and the encrypted length of an alert (2 bytes, a type, a tag of 16).
_TLS_DATA = 23
_TLS_ALERT_BYTES = 19
_PEEKED_BYTES = 5

_END = h11.EndOfMessage()
# The states of a server that has answered.
_OVER = frozenset({h11.IDLE, h11.DONE, h11.MUST_CLOSE, h11.CLOSED})


class Connection:
    """A connection that is asked, read to the end, and then may rest and be asked again.

    Attributes:
        opened_at_s: when it was opened, on anyio's clock.
        has_rested: whether it was asked before.
        resting_since_s: when it began to rest, on the same clock.
    """

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._tls = stream.extra(TLSAttribute.ssl_object, None)  # noqa: S610 - anyio's, not Django's
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD_BYTES)
        self._heard_bytes = 0
        self._pieces = 0
        self._is_distrusted = False
        self._unasked_in_tls = False
        self._arrivals = select.poll()
        self._socket = stream.extra(SocketAttribute.raw_socket)  # noqa: S610 - as above
        self._arrivals.register(self._socket.fileno(), select.POLLIN)
        self._on_unasked: Callable[[], None] | None = None
        self.opened_at_s = anyio.current_time()
        self.has_rested = False
        self.resting_since_s = 0.0

    @property
    def has_answered(self) -> bool:
        """Whether any byte has come back since the request was sent."""
        return self._heard_bytes > 0

    async def ask(self, request: httpx.Request, on_unasked: Callable[[], None] | None = None) -> h11.Response:
        """Send a request and return the head of the answer; interim ones (1xx) are skipped.

        Args:
            request: the request.
            on_unasked: called once if, when it is closed or asked again, more has come than the answer.

        Raises:
            httpx.TransportError: it broke off. The connection is closed then, as when it is cancelled.
        """
        self._heard_bytes = self._pieces = 0
        self._on_unasked = on_unasked
        try:
            await self._send(request)
            return await self._head()
        except BaseException:
            await self.aclose()
            raise

    async def _send(self, request: httpx.Request) -> None:
        raw = request.headers.raw
        try:
            asked = h11.Request(method=request.method, target=request.url.raw_path, headers=raw)
            sent = self._http.send(asked)
            # In one piece with the head: two small writes would wait for each other's acknowledgement.
            sent += self._http.send(h11.Data(data=request.content)) if request.content else b""
            sent += self._http.send(_END)
            await self._stream.send(sent)
        except h11.LocalProtocolError as error:
            raise httpx.LocalProtocolError(str(error)) from error
        except (OSError, anyio.BrokenResourceError) as error:
            raise httpx.WriteError("the connection was lost while the request was sent") from error

    async def _head(self) -> h11.Response:
        while isinstance(event := await self._next_event(), h11.InformationalResponse):
            pass
        head = cast("h11.Response", event)  # h11's states allow nothing else here
        if {name for name, _ in head.headers} >= _TWO_FRAMINGS:
            raise httpx.RemoteProtocolError("the answer has both a Transfer-Encoding and a Content-Length")
        return head

    async def next_piece(self) -> bytes:
        """Return the next piece of the body; no bytes at its end.

        Raises:
            httpx.TransportError: the body ends too early, or is framed wrongly.
        """
        event = await self._next_event()
        return bytes(event.data) if isinstance(event, h11.Data) else b""

    async def _next_event(self) -> h11.Event:
        self._pieces += 1
        if self._pieces > _MAX_PIECES or self._heard_bytes > _MAX_ANSWER_BYTES:
            raise httpx.RemoteProtocolError("the answer is longer, or in more pieces, than any can be")
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(await self._receive())
        except h11.RemoteProtocolError as error:
            flaw = str(error) if self.has_answered else "the server closed the connection without answering"
            raise httpx.RemoteProtocolError(flaw) from error
        return cast("h11.Event", event)  # it pauses only where more than one answer is read

    async def _receive(self) -> bytes:
        try:
            heard = await self._stream.receive(_READ_BYTES)
        except anyio.EndOfStream:
            return b""
        except (OSError, anyio.BrokenResourceError) as error:
            raise httpx.ReadError("the connection was lost while the answer was read") from error
        self._heard_bytes += len(heard)
        return heard

    @property
    def may_be_asked_again(self) -> bool:
        """Whether the answer was read to its end and believed, nothing came after it, and nobody closes."""
        states = self._http.states.values()
        is_done = all(state is h11.DONE for state in states) and not self._is_distrusted
        return is_done and self._http.trailing_data == (b"", False) and self._heard_bytes < _READ_BYTES

    def distrust(self) -> None:
        """Let this answer be the last: what comes next may be one to an earlier question."""
        self._is_distrusted = True

    def rest(self, now_s: float) -> None:
        """Get ready for the next request."""
        self._http.start_next_cycle()
        self.has_rested = True
        self.resting_since_s = now_s

    def is_silent(self) -> bool:
        """Whether nothing has come while it rested, neither bytes nor an end. Does not wait.

        Bytes that nobody asked for would be read as the answer to the next request.
        """
        if self._tls is not None:
            self._unasked_in_tls, is_of_use = _rest_of(self._tls)
            return is_of_use and not self._arrivals.poll(0)
        return not self._arrivals.poll(0)

    async def aclose(self) -> None:
        """Close it at once, even if the caller is cancelled. Closing again does nothing."""
        self._report_unasked()
        with anyio.move_on_after(_CLOSE_S, shield=True):
            await self._stream.aclose()

    def _report_unasked(self) -> None:
        """Notify the caller of the last request, once, if more has come than its answer."""
        is_over = self._http.their_state in _OVER
        if self._on_unasked is not None and is_over and self._has_unasked():
            self._on_unasked()
        self._on_unasked = None

    def _has_unasked(self) -> bool:
        """Whether bytes have come after the answer; the end of the connection is none."""
        if self._http.trailing_data[0] or self._unasked_in_tls:
            return True
        try:
            # Of its own: what the event loops give as the raw socket need not read.
            with socket.socket(fileno=os.dup(self._socket.fileno())) as own:
                waiting = own.recv(_PEEKED_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except OSError:
            return False
        return bool(waiting) if self._tls is None else _holds_data(waiting)


def _rest_of(tls: ssl.SSLObject) -> tuple[bool, bool]:
    """Return whether data was received that is not read yet, and whether the connection is still of use.

    It is of none if there was anything to read, even an end: that is lost then.
    """
    try:
        return bool(tls.read(1)), False
    except ssl.SSLError as error:
        return False, isinstance(error, ssl.SSLWantReadError)


def _holds_data(received: bytes) -> bool:
    """Whether bytes of TLS begin with a record of data, rather than an alert or a handshake message.

    TLS 1.3 disguises an alert as data; it is known by its length (RFC 8446, sections 5.1, 5.2 and 6).
    """
    is_data = received[:1] == bytes([_TLS_DATA])
    return is_data and int.from_bytes(received[3:5], "big") > _TLS_ALERT_BYTES
