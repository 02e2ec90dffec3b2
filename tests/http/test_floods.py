"""Answers that are short in the end, and without end on the way there: left at a bound, never read on."""

import pytest

from tests.support.http.loopback import SECOND, Server, ask, http, saying, served
from validator.http.transport_errors import RemoteProtocolError

pytestmark = pytest.mark.anyio

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\n\r\n"


def without_end(start, part):
    """Return a server that answers with a start and then with a part for ever, and what it got rid of."""
    sent = []

    async def talk(stream):
        await stream.receive()
        await stream.send(start)
        while True:
            await stream.send(part)
            sent.append(len(part))

    return talk, sent


@pytest.mark.parametrize(
    ("start", "part"),
    [
        (b"", INTERIM * 1_000),
        (CHUNKED, b"1\r\n \r\n" * 10_000),
        (CHUNKED, b"1;" + b"x" * 40_000 + b"\r\n \r\n"),
    ],
    ids=[
        "interim answers",
        "a byte a chunk",
        "chunk extensions",
    ],
)
async def test_an_answer_that_does_not_come_to_its_end_is_left(ours, start, part):
    talk, sent = without_end(start, part)
    server = Server(talk, SECOND)

    async with served(server.talk) as port, ours(port, max_connections=1) as transport:
        with pytest.raises(RemoteProtocolError):
            await ask(transport, port)
        assert await ask(transport, port) == b"second"

    assert sum(sent) < 50_000_000  # what was read, and what the buffers of both sockets took


async def test_a_long_body_in_many_pieces_is_still_read(ours):
    async def talk(stream):
        await stream.receive()
        await stream.send(CHUNKED + b"200\r\n" + b" " * 0x200 + b"\r\n")
        for _ in range(1_999):
            await stream.send(b"200\r\n" + b" " * 0x200 + b"\r\n")
        await stream.send(b"0\r\n\r\n")

    async with served(talk) as port, ours(port) as transport:
        assert len(await ask(transport, port)) == 1_024_000


async def test_some_interim_answers_are_no_flood(ours):
    async with served(saying(INTERIM * 100 + http(b"whole"))) as port, ours(port) as transport:
        for _ in range(50):
            assert await ask(transport, port) == b"whole"
