"""Parses any HTTP/1.1 answer (RFC 9112) to one request with h11, as it arrives. Pure: no I/O."""

from __future__ import annotations

import h11

from validator.http.body import PAGE_CAP_BYTES
from validator.http.reply import READ_BYTES, Reply, is_compressed, joined_headers
from validator.http.transport_errors import RemoteProtocolError

# Four times the largest head of common servers (nginx: 4 to 8 KiB a buffer, Node: 16 KiB).
_MAX_HEAD_BYTES = 64 * 1024

# Limits of the whole answer: twice the largest body that is accepted anywhere, and pieces of 256 bytes for
# such a body. Without them, a body of a few KB could arrive with gigabytes of chunk extensions, one byte a
# chunk, or after endless interim answers (1xx).
_MAX_ANSWER_BYTES = 2 * PAGE_CAP_BYTES
_MAX_PIECES = 4_096

# With both headers, two parsers may disagree about the end of the answer (RFC 9112, section 6.1).
_TWO_FRAMINGS = frozenset({b"transfer-encoding", b"content-length"})

# A request for h11 to start from: it is complete, and neither HEAD nor CONNECT.
_ASKED = h11.Request(method="GET", target="/", headers=[("Host", "-")])
_END = h11.EndOfMessage()


class AnswerReader:
    """Parses one answer with h11. It skips interim answers (1xx).

    Args:
        cap_bytes: the largest body to accept. If the body is larger, or compressed, the reply has None.
    """

    def __init__(self, cap_bytes: int) -> None:
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD_BYTES)
        self._http.send(_ASKED)
        self._http.send(_END)
        self._cap_bytes = cap_bytes
        self._head: h11.Response | None = None
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._received_bytes = 0
        self._pieces = 0

    @property
    def has_received(self) -> bool:
        """Whether any byte has arrived."""
        return self._received_bytes > 0

    @property
    def is_over(self) -> bool:
        """Whether the answer is complete."""
        return self._http.their_state in {h11.DONE, h11.MUST_CLOSE, h11.CLOSED}

    @property
    def leaves_open(self) -> bool:
        """Whether the answer is complete, nothing came after it, and neither side will close."""
        is_done = all(state is h11.DONE for state in self._http.states.values())
        return is_done and self._http.trailing_data == (b"", False) and self._received_bytes < READ_BYTES

    @property
    def has_surplus(self) -> bool:
        """Whether bytes have arrived after the answer."""
        return self.is_over and bool(self._http.trailing_data[0])

    def feed(self, received: bytes) -> Reply | None:
        """Take the received bytes and return the answer if it is complete, else None.

        Args:
            received: the bytes; none for the end of the connection.

        Raises:
            RemoteProtocolError: the answer ends too early, has wrong framing, or has no end.
        """
        self._received_bytes += len(received)
        try:
            self._http.receive_data(received)
            return self._read()
        except h11.RemoteProtocolError as error:
            flaw = str(error) if self.has_received else "the server closed the connection without answering"
            raise RemoteProtocolError(flaw) from error

    def _read(self) -> Reply | None:
        while (event := self._next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Response):
                self._begin(event)
            elif isinstance(event, h11.Data):
                self._body += event.data
            if self._head is None:
                continue
            if is_compressed(self._headers) or len(self._body) > self._cap_bytes:
                return Reply(status=self._head.status_code, headers=self._headers, body=None)
            if isinstance(event, h11.EndOfMessage):
                return Reply(status=self._head.status_code, headers=self._headers, body=bytes(self._body))
        return None

    def _begin(self, head: h11.Response) -> None:
        if {name for name, _ in head.headers} >= _TWO_FRAMINGS:
            raise RemoteProtocolError("the answer has both a Transfer-Encoding and a Content-Length")
        self._head, self._headers = head, joined_headers(head.headers.raw_items())

    def _next_event(self) -> type[h11.NEED_DATA | h11.PAUSED] | h11.Event:
        event = self._http.next_event()
        if event is not h11.NEED_DATA:
            self._pieces += 1
            if self._pieces > _MAX_PIECES or self._received_bytes > _MAX_ANSWER_BYTES:
                raise RemoteProtocolError("the answer is longer, or in more pieces, than any can be")
        return event
