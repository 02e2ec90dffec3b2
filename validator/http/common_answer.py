"""Parses common answers with a regular expression, in a tenth of h11's time. Pure: no I/O.

A common answer is final, has a length or plain chunks, and keeps its connection alive. h11 parses all others,
from their first byte on. So this parser may be stricter than h11, but never more tolerant;
`tests/http/test_common_answers.py` compares the two.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from validator.http.reply import READ_BYTES, Reply, is_compressed

if TYPE_CHECKING:
    from validator.http.answer import AnswerReader

# A final status, with or without a reason, of visible ASCII or bytes above ASCII.
_STATUS_LINE = re.compile(rb"HTTP/1\.1 ([2-9][0-9][0-9])(?: [\t -~\x80-\xff]*)?\r\n")
# A header of the same characters on a line of its own, with its value stripped.
_FIELD = re.compile(
    r"^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*((?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)[\t ]*\r$", re.MULTILINE
)
_BLANK_LINE = b"\r\n\r\n"
_WITHOUT_BODY = frozenset({204, 304})
_END_OF_HEAD = re.compile(rb"\n\r?\n")
_BEGINNING = b"HTTP/1.1 "

_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,6})\r\n")
_CHUNK_BEGUN = re.compile(rb"[0-9A-Fa-f]{0,6}\r?")
_LINE = b"\r\n"
_LENGTH = re.compile("[0-9]{1,6}")

# A common answer arrives in at most three reads: head, body, last chunk. Each read starts the match anew.
_MOST_COMMON_READS = 8


class Unread(Enum):
    """Why no answer was parsed."""

    PARTIAL = "it is not complete, and common so far"
    UNCOMMON = "it is of another kind, or faulty"


def read_common(received: bytes, cap_bytes: int) -> tuple[Reply, int] | Unread:
    """Return the answer at the start of the received bytes, and the offset of its end.

    Args:
        received: all bytes since the request.
        cap_bytes: the largest body to accept.

    Returns:
        `Unread` if the answer is not complete or not a common one.
    """
    status_line, end_of_head = _STATUS_LINE.match(received), received.find(_BLANK_LINE)
    if status_line is None or end_of_head < 0:
        is_begun = received.startswith(_BEGINNING) or _BEGINNING.startswith(received)
        return Unread.PARTIAL if is_begun and not _END_OF_HEAD.search(received) else Unread.UNCOMMON
    headers = _fields(received[status_line.end() : end_of_head + len(_LINE)].decode("latin-1"))
    status = int(status_line[1])
    if headers is None or status in _WITHOUT_BODY or is_compressed(headers):
        return Unread.UNCOMMON
    start = end_of_head + len(_BLANK_LINE)
    framed = _body(received, start, headers)
    if isinstance(framed, Unread):
        # A body above the cap goes to h11 as soon as it is known, without waiting for its end.
        return framed if len(received) - start <= cap_bytes else Unread.UNCOMMON
    body, end = framed
    return (
        (Reply(status=status, headers=headers, body=body), end) if len(body) <= cap_bytes else Unread.UNCOMMON
    )


def _fields(lines: str) -> dict[str, str] | None:
    """Return the headers; None if a line is none, if a name occurs twice, or if the connection is closed."""
    headers = {}
    for name, value in _FIELD.findall(lines):
        headers[name.lower()] = value
    is_kept = "connection" not in headers or headers["connection"].lower() == "keep-alive"
    return headers if is_kept and len(headers) == lines.count("\n") else None


def _body(received: bytes, start: int, headers: dict[str, str]) -> tuple[bytes, int] | Unread:
    """Return the body that begins at `start`, and the offset of its end."""
    length, coding = headers.get("content-length"), headers.get("transfer-encoding")
    if coding is None and length is not None and _LENGTH.fullmatch(length):
        end = start + int(length)
        return (received[start:end], end) if len(received) >= end else Unread.PARTIAL
    if coding == "chunked" and length is None:
        return _chunks(received, start)
    return Unread.UNCOMMON


def _chunks(received: bytes, at: int) -> tuple[bytes, int] | Unread:
    """Return the joined chunks from an offset on, and the end. Extensions and trailers are `UNCOMMON`."""
    parts: list[bytes] = []
    while (found := _CHUNK.match(received, at)) is not None:
        size, start = int(found[1], 16), found.end()
        at = start + size + len(_LINE)
        closing = received[start + size : at]
        if closing != _LINE:
            return Unread.PARTIAL if _LINE.startswith(closing) else Unread.UNCOMMON
        if not size:
            return b"".join(parts), at
        parts.append(received[start : start + size])
    return Unread.PARTIAL if _CHUNK_BEGUN.fullmatch(received, at) else Unread.UNCOMMON


class CommonReader:
    """Parses one answer like `AnswerReader`, and faster if it is a common one.

    Args:
        cap_bytes: as for `AnswerReader`.
    """

    def __init__(self, cap_bytes: int) -> None:
        self._cap_bytes = cap_bytes
        self._received = b""
        self._reads = 0
        self._end = -1
        self._full: AnswerReader | None = None

    @property
    def has_received(self) -> bool:
        """Whether any byte has arrived."""
        return bool(self._received) if self._full is None else self._full.has_received

    @property
    def is_over(self) -> bool:
        """Whether the answer is complete."""
        return self._end >= 0 if self._full is None else self._full.is_over

    @property
    def leaves_open(self) -> bool:
        """Whether the answer is complete, nothing came after it, and neither side will close."""
        return len(self._received) == self._end if self._full is None else self._full.leaves_open

    @property
    def has_surplus(self) -> bool:
        """Whether bytes have arrived after the answer."""
        return len(self._received) > self._end >= 0 if self._full is None else self._full.has_surplus

    def feed(self, received: bytes) -> Reply | None:
        """See `AnswerReader.feed`."""
        if self._full is not None:
            return self._full.feed(received)
        self._received += received
        self._reads += 1
        if not received or self._reads > _MOST_COMMON_READS or len(self._received) >= READ_BYTES:
            return self._uncommon(is_end=not received)
        found = read_common(self._received, self._cap_bytes)
        if isinstance(found, Unread):
            return None if found is Unread.PARTIAL else self._uncommon()
        reply, self._end = found
        return reply

    def _uncommon(self, *, is_end: bool = False) -> Reply | None:
        """Let h11 parse the bytes so far, and all that follow."""
        # Imported here, since few runs meet such an answer.
        from validator.http.answer import AnswerReader  # noqa: PLC0415

        self._full = AnswerReader(self._cap_bytes)
        reply = self._full.feed(self._received) if self._received else None
        return self._full.feed(b"") if is_end and reply is None else reply
