"""Makes the bytes of requests, exactly as httpx and h11 do. The parts that stay the same are made once."""

from __future__ import annotations

import json
import re
from functools import cached_property

import h11
import httpx

# A path that httpx does not change. httpx resolves segments of dots, so those are excluded.
_PLAIN = re.compile(r"(?:/(?!\.)|[A-Za-z0-9_?=&.~-]++|%[0-9A-F]{2})*+")

_LENGTH = b"Content-Length: %d\r\n"


def bytes_of(request: httpx.Request) -> bytes:
    """Return the bytes of a request whose body has been read.

    Head and body are in one piece, since the second of two small writes would wait for an acknowledgement.

    Raises:
        httpx.LocalProtocolError: the request is not valid.
    """
    http = h11.Connection(h11.CLIENT)
    try:
        head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        sent = http.send(head) or b""
        sent += (http.send(h11.Data(data=request.content)) or b"") if request.content else b""
        return sent + (http.send(h11.EndOfMessage()) or b"")
    except h11.LocalProtocolError as error:
        raise httpx.LocalProtocolError(str(error)) from error


class RequestBytes:
    """Makes the bytes of requests to one server that differ only in path and body.

    `get` and `post` raise `httpx.LocalProtocolError` if the headers cannot be sent.

    Args:
        base_url: the server, without a slash at its end.
        headers: sent with every request.
    """

    def __init__(self, base_url: str, headers: httpx.Headers) -> None:
        self._base_url = base_url
        self._headers = headers

    def get(self, path: str) -> bytes:
        """Return a GET; `path` is path and query below the base URL."""
        return b"GET %b%b" % (self._target(path), self._after_get)

    def post(self, path: str, body: object) -> bytes:
        """Return a POST with a JSON body."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        before, after = self._around_length
        return b"POST %b%b%b%b%b" % (self._target(path), before, _LENGTH % len(text), after, text)

    def _target(self, path: str) -> bytes:
        if _PLAIN.fullmatch(path):
            return self._prefix + path.encode("ascii")
        return httpx.URL(self._base_url + path).raw_path

    @cached_property
    def _prefix(self) -> bytes:
        return httpx.URL(f"{self._base_url}/").raw_path.removesuffix(b"/")

    @cached_property
    def _after_get(self) -> bytes:
        request = httpx.Request("GET", f"{self._base_url}/", headers=self._headers)
        return bytes_of(request).removeprefix(b"GET %b" % request.url.raw_path)

    @cached_property
    def _around_length(self) -> tuple[bytes, bytes]:
        request = httpx.Request("POST", f"{self._base_url}/", headers=self._headers, json={})
        head = bytes_of(request).removeprefix(b"POST %b" % request.url.raw_path).removesuffix(b"{}")
        before, _, after = head.partition(_LENGTH % len(b"{}"))
        return before, after
