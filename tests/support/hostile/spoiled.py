"""A server of any gateway: it answers as the sandbox does, but each third check meets a misdeed."""

import contextlib
import re

import anyio
import httpx

from tests.support.http.loopback import http

SOUND_BETWEEN = 2  # of three checks, so that no breaker opens
_CHECKS = re.compile(rb"/check|/whatsappNumbers/")


class Spoiled:
    """Plays each misdeed once, quoting the request and the key.

    Attributes:
        app: the sandbox, asked in this process.
        misdeeds: what is still to be played.
        port: where it listens.
    """

    def __init__(self, app, misdeeds, key):
        self.app = app
        self.misdeeds = list(misdeeds)
        self.port = 0
        self._key = key
        self._checks = 0

    async def talk(self, stream):
        """Serve a connection."""
        with contextlib.suppress(anyio.ClosedResourceError, anyio.EndOfStream, OSError):
            while True:
                await self._answer(stream, *await _request(stream))

    async def _answer(self, stream, head, body):
        line, *headers = head.split(b"\r\n")
        is_check = _CHECKS.search(line) is not None
        self._checks += is_check
        if is_check and self.misdeeds and self._checks % (SOUND_BETWEEN + 1) == 0:
            number = re.search(rb"447700\d+", line + body)[0].decode()
            echo = b"%s %s %s" % (line, body, self._key.encode())
            await self.misdeeds.pop()(stream, f"+{number}", echo.replace(b"\r\n", b" "))
            return
        await stream.send(await self._sound(line.decode(), [one.decode() for one in headers], body))

    async def _sound(self, line, headers, body):
        method, path, _ = line.split(" ")
        fields = dict(one.split(": ", 1) for one in headers)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app)) as client:
            reply = await client.request(method, f"http://sandbox{path}", headers=fields, content=body)
        kind = f"Content-Type: {reply.headers['content-type']}"
        return http(reply.content, kind, status=f"{reply.status_code} Said")


async def _request(stream):
    """Return the head and the body of the next request."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += await stream.receive()
    head, _, body = received.partition(b"\r\n\r\n")
    found = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    while len(body) < (int(found[1]) if found else 0):
        body += await stream.receive()
    return head, body
