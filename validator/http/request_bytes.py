"""Makes the bytes of requests, exactly as httpx and h11 do. The parts that stay the same are made once."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from validator.http.transport_errors import LocalProtocolError

if TYPE_CHECKING:
    from collections.abc import Mapping

# A path that httpx does not change. httpx resolves segments of dots, so those are excluded.
_PLAIN = re.compile(r"(?:/(?!\.)|[A-Za-z0-9_?=&.~-]++|%[0-9A-F]{2})*+")

# The name of a header, and its value in visible ASCII (RFC 9110, section 5.5).
_HEADER = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+: (?:[!-~](?:[ \t!-~]*[!-~])?)?")

_BEFORE_LENGTH = b"Content-Length: "
_AFTER_LENGTH = b"\r\nContent-Type: application/json\r\n\r\n"


class RequestBytes:
    """Makes the bytes of requests to one server that differ only in path and body.

    Head and body are in one piece, since the second of two small writes would wait for an acknowledgement.
    `get` and `post` raise `LocalProtocolError` if the headers cannot be sent.

    Args:
        base_url: the server's checked URL, without a slash at its end.
        headers: sent with every request, after `Host`.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self._base_url = base_url
        self._headers = headers

    def get(self, path: str) -> bytes:
        """Return a GET; `path` is path and query below the base URL."""
        return b"GET %b%b\r\n" % (self._target(path), self._head)

    def post(self, path: str, body: object) -> bytes:
        """Return a POST with a JSON body."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        return b"POST %b%b%b%d%b%b" % (
            self._target(path),
            self._head,
            _BEFORE_LENGTH,
            len(text),
            _AFTER_LENGTH,
            text,
        )

    def _target(self, path: str) -> bytes:
        if _PLAIN.fullmatch(path):
            return self._prefix + path.encode("ascii")
        # Imported here, since the paths of checks are plain.
        import httpx  # noqa: PLC0415

        return httpx.URL(self._base_url + path).raw_path

    @cached_property
    def _prefix(self) -> bytes:
        return urlsplit(self._base_url).path.encode("ascii")

    @cached_property
    def _head(self) -> bytes:
        """The rest of the first line, and the headers that every request has."""
        lines = [f"{name}: {value}" for name, value in self._headers.items()]
        if not all(map(_HEADER.fullmatch, lines)):
            raise LocalProtocolError("a header is not valid")
        host = urlsplit(self._base_url).netloc
        return "\r\n".join([" HTTP/1.1", f"Host: {host}", *lines, ""]).encode("ascii")
