"""A provider that does its worst: what it can do to a check, and what must come of each.

Wherever a server has room for words of its own, the key and the number that it was sent stand there: in
headers, bodies, reason phrases and in what is not HTTP at all.
"""

import contextlib
import gzip
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio
from anyio.abc import ByteStream

from tests.support.http.loopback import hang_up, http, reset
from validator.model import Reason

KEY = "sk_test_CANARYcanary0123456789"
SESSION = "sess_01H8BKF0000000000000000Z2T"
ECHO = b"\r\nX-Echo: %s"

DRIP_S = 0.05  # some seconds for an answer


def is_registered(number):
    """The truth about a number."""
    return int(number) % 2 == 0


def honest(number):
    """The body of a right answer."""
    body = {"phone": number, "is_whatsapp_user": is_registered(number)}
    return json.dumps(body).encode()


class Provider:
    """Answers looks at the session as it should, and each check as the misdeed says.

    Attributes:
        misdeed: plays its part on a stream, given the number asked about and what to say of it.
        checks: the numbers asked about, in order.
        connections: how many were opened.
        session_headers: what comes with the looks at the session.
        spoils_looks: whether looks at the session meet the misdeed too.
        spoils_later_looks: whether those do that come after the first check.
        port: where it listens.
    """

    def __init__(self):
        self.misdeed = answer
        self.checks = []
        self.connections = 0
        self.session_headers = ()
        self.spoils_looks = self.spoils_later_looks = False
        self.port = 0

    async def talk(self, stream):
        self.connections += 1
        with contextlib.suppress(anyio.ClosedResourceError):  # a misdeed may have closed it
            await self._talk(stream)

    async def _talk(self, stream):
        while request := await stream.receive():
            if asked := re.search(rb"contacts/%2B(\d+)/", request):
                number = "+" + asked[1].decode()
                self.checks.append(number)
                await self.misdeed(stream, number, f"{number} {KEY} /contacts/%2B{number[1:]}/check".encode())
            elif self.spoils_looks or (self.spoils_later_looks and self.checks):
                await self.misdeed(stream, "+447700900100", f"+447700900100 {KEY}".encode())
            else:
                body = json.dumps({"id": SESSION, "status": "connected"}).encode()
                await stream.send(http(body, *self.session_headers))


Misdeed = Callable[[ByteStream, str, bytes], Awaitable[None]]


async def answer(stream, number, echo):
    await stream.send(http(honest(number), "X-Echo: " + echo.decode()))


def saying(make, *, then=None):
    """Return a misdeed that sends what `make` returns for a number and an echo, and then does something."""

    async def play(stream, number, echo):
        await stream.send(make(number, echo))
        if then is not None:
            await then(stream)

    return play


def body(make):
    """Return a misdeed that sends a body as if it were an answer."""
    return saying(lambda number, echo: http(make(number, echo)))


def head(first, rest=b""):
    """Return a misdeed that sends a head with an echo in it, and what comes after the head."""
    return saying(lambda _, echo: first + ECHO % echo + b"\r\n\r\n" + rest)


OK = b"HTTP/1.1 200 OK"
CHUNKED = OK + b"\r\nTransfer-Encoding: chunked"


def json_with(**changes):
    return body(lambda number, _: json.dumps(json.loads(honest(number)) | changes).encode())


async def silence(stream):
    await anyio.sleep_forever()


async def half_close(stream):
    await stream.send_eof()
    await anyio.sleep_forever()


async def drip(stream, number, echo):
    """A right answer, so slowly that each single read is in time and the whole is not."""
    for byte in http(honest(number)):
        await stream.send(bytes([byte]))
        await anyio.sleep(DRIP_S)


def without_end(start, part):
    async def play(stream, number, echo):
        await stream.send(start)
        while True:
            await stream.send(part)

    return play


BOMB = gzip.compress(b" " * 20_000_000)


def bomb(number, echo):
    return http(BOMB + gzip.compress(honest(number)), "Content-Encoding: gzip")


@dataclass(frozen=True)
class Case:
    """A misdeed, and what a run in which every check meets it comes to.

    Attributes:
        play: the misdeed.
        reason: what the output says of each number.
    """

    play: Misdeed
    reason: Reason


LOST, BAD, LATE = Reason.NO_CONNECTION, Reason.BAD_ANSWER, Reason.TIMEOUT

CASES = {
    "reset before the head": Case(saying(lambda *_: b"", then=reset), LOST),
    "reset in the head": Case(saying(lambda _, echo: OK + ECHO % echo, then=reset), LOST),
    "reset in the body": Case(saying(lambda number, _: http(honest(number))[:-5], then=reset), LOST),
    "closed before the head": Case(saying(lambda *_: b"", then=hang_up), LOST),
    "closed in the head": Case(saying(lambda _, echo: OK + ECHO % echo, then=hang_up), LOST),
    "closed in the body": Case(saying(lambda number, _: http(honest(number))[:-5], then=hang_up), LOST),
    "half-closed before the head": Case(saying(lambda *_: b"", then=half_close), LOST),
    "half-closed in the body": Case(
        saying(lambda number, _: http(honest(number))[:-5], then=half_close), LOST
    ),
    "one byte at a time": Case(drip, LATE),
    "silent before the head": Case(saying(lambda *_: b"", then=silence), LATE),
    "silent in the body": Case(saying(lambda number, _: http(honest(number))[:-5], then=silence), LATE),
    "a length too long": Case(
        saying(lambda number, _: http(honest(number)).replace(b"Length: ", b"Length: 9")), LATE
    ),
    "a gigabyte": Case(without_end(OK + b"\r\nContent-Length: 1000000000\r\n\r\n", b" " * 65_536), BAD),
    "a body without end": Case(without_end(OK + b"\r\n\r\n", b" " * 65_536), BAD),
    "a compressed bomb": Case(saying(bomb), BAD),
    "100,000 headers": Case(without_end(OK + b"\r\n", b"X-Flood: 1\r\n" * 1_000), LOST),
    "interim answers without end": Case(without_end(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100), LOST),
    "a bad chunk": Case(head(CHUNKED, b"zz\r\n{}\r\n0\r\n\r\n"), LOST),
    "two lengths": Case(head(OK + b"\r\nContent-Length: 2\r\nContent-Length: 3", b"{}x"), LOST),
    "no HTTP": Case(saying(lambda _, echo: echo + b"\r\n\r\n", then=hang_up), LOST),
    "a switch of protocols": Case(head(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c"), LOST),
    "HTML": Case(body(lambda _, echo: b"<html><h1>Welcome</h1>%s</html>" % echo), BAD),
    "truncated JSON": Case(body(lambda number, _: honest(number)[:-1]), BAD),
    "a length too short": Case(
        saying(lambda number, _: b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + honest(number)), BAD
    ),
    "NaN": Case(body(lambda number, _: honest(number).replace(b"}", b', "score": NaN}')), BAD),
    "a key twice": Case(
        body(lambda number, _: honest(number).replace(b"}", b', "is_whatsapp_user": false}')), BAD
    ),
    "null for the flag": Case(json_with(is_whatsapp_user=None), BAD),
    "a text for the flag": Case(json_with(is_whatsapp_user="true"), BAD),
    "another number": Case(body(lambda number, _: honest(f"+{int(number) + 1}")), BAD),
    "no number": Case(json_with(phone=None), BAD),
    "a formula for the id": Case(json_with(whatsapp_id="=HYPERLINK(1)"), BAD),
    "not UTF-8": Case(body(lambda number, _: honest(number).replace(b"+44", b"\xff\xfe")), BAD),
    "a refusal with status 200": Case(body(lambda _, echo: b'{"success": false, "error": "%s"}' % echo), BAD),
    "502": Case(saying(lambda _, echo: http(echo, status="502 Bad Gateway")), Reason.SERVER_ERROR),
    "a status nobody knows": Case(saying(lambda _, echo: http(b"", status=f"418 {echo.decode()}")), BAD),
    "a status nobody knows, in the provider's form": Case(
        saying(lambda _, echo: http(b'{"error": {"type": "teapot"}}', status=f"418 {echo.decode()}")),
        Reason.UNEXPECTED_STATUS,
    ),
    "401 of an API gateway": Case(
        saying(lambda _, echo: http(b'{"message": "%s"}' % echo, status="401 Unauthorized")), BAD
    ),
    "a firewall's page": Case(saying(lambda _, echo: http(b"<b>%s" % echo, status="403 Forbidden")), BAD),
    "422 that quotes it all": Case(
        saying(lambda _, echo: http(b'{"error": {"code": 4000, "message": "%s"}}' % echo, status="422 No")),
        Reason.REQUEST_REJECTED,
    ),
}


def refusing(status, code):
    """Return a misdeed that refuses, in the provider's own way, and quotes all it was sent."""
    return saying(
        lambda _, echo: http(
            b'{"success": false, "error": {"code": %d, "message": "%s"}}' % (code, echo),
            f"X-Echo: {echo.decode()}",
            status=status,
        )
    )


def elsewhere(number, echo):
    words = echo.decode().replace(" ", ",")
    return http(b"", f"Location: https://elsewhere.invalid/{words}", status="302 Found")


# What ends a run whose checks meet it, and the exit code it ends with. The last words say all of it.
ENDINGS = {
    "401 that quotes it all": (refusing("401 Unauthorized", 4011), 6),
    "404 that quotes it all": (refusing("404 Not Found", 0), 6),
    "a redirect that quotes it all": (saying(elsewhere), 2),
}
