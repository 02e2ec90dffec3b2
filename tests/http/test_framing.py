"""Where an answer ends: every framing of HTTP/1.1, and what is none, over our transport and httpx's."""

import httpx
import pytest

from tests.support.http.loopback import SECOND, Server, ask, hang_up, http, saying, served
from validator.http.transport_errors import RemoteProtocolError

pytestmark = pytest.mark.anyio

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"


@pytest.mark.parametrize(
    ("parts", "body"),
    [
        ([http(b"whole")], b"whole"),
        ([b"HTTP/1.1 200 OK\r\nContent-", b"Length: 5\r\n\r\nwh", b"ole"], b"whole"),
        ([CHUNKED + b"3\r\nwho\r\n2\r\nle\r\n0\r\n\r\n"], b"whole"),
        ([CHUNKED, b"3;x=y\r\nwho\r", b"\n2\r\nle\r\n0\r\nX-Sum: 1\r\n", b"\r\n"], b"whole"),
        ([INTERIM, INTERIM + http(b"whole")], b"whole"),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], b""),
        ([http(b"")], b""),
    ],
    ids=["length", "in parts", "chunked", "chunks in parts", "interim answers", "no content", "empty"],
)
async def test_an_answer_of_every_framing_is_read_whole_and_its_connection_kept(either, parts, body):
    server = Server(saying(*parts))

    async with served(server.talk) as port, either(port) as transport:
        assert [await ask(transport, port) for _ in range(3)] == [body] * 3

    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        http(b"whole", "Connection: close"),
        http(b"whole").replace(b"HTTP/1.1", b"HTTP/1.0"),
        http(b"whole", "Connection: keep-alive").replace(b"HTTP/1.1", b"HTTP/1.0"),
    ],
    ids=["close", "1.0", "1.0 keep-alive"],
)
async def test_a_connection_that_its_server_means_to_close_is_left(either, answer):
    server = Server(saying(answer))

    async with served(server.talk) as port, either(port) as transport:
        assert [await ask(transport, port) for _ in range(2)] == [b"whole"] * 2

    assert server.connections == 2


async def test_a_body_that_ends_with_its_connection_is_read_whole(either):
    server = Server(saying(b"HTTP/1.1 200 OK\r\n\r\nwhole", then=hang_up))

    async with served(server.talk) as port, either(port) as transport:
        assert [await ask(transport, port) for _ in range(2)] == [b"whole"] * 2


@pytest.mark.parametrize(
    "flood",
    [
        b"HTTP/1.1 200 OK\r\nX-Flood: " + b"x" * 140_000,
        b"HTTP/1.1 200 OK\r\n" + b"X-Flood: 1\r\n" * 12_000,
        CHUNKED + b"1;" + b"x" * 140_000,
        CHUNKED + b"0\r\n" + b"X-Flood: 1\r\n" * 12_000,
    ],
    ids=["long head", "many headers", "long chunk head", "many trailers"],
)
async def test_a_head_without_end_is_left(either, flood):
    server = Server(saying(flood), SECOND)

    async with served(server.talk) as port, either(port, max_connections=1) as transport:
        with pytest.raises((RemoteProtocolError, httpx.RemoteProtocolError)):
            await ask(transport, port)
        assert await ask(transport, port) == b"second"


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        CHUNKED + b"1\r\nxx\r\n",
        CHUNKED + b"-1\r\n",
    ],
    ids=["switch", "two lengths", "list of lengths", "coding", "chunk too long", "negative chunk"],
)
async def test_framing_that_two_readers_would_read_differently_is_refused(either, said):
    async with served(saying(said)) as port, either(port) as transport:
        with pytest.raises((RemoteProtocolError, httpx.RemoteProtocolError)):
            await ask(transport, port)


@pytest.mark.parametrize("length", [0, 5, 15, 99])
@pytest.mark.parametrize("name", ["Transfer-Encoding", "TRANSFER-ENCODING"])
async def test_an_answer_with_two_framings_is_refused(ours, length, name):
    """By our transport alone: h11, and so httpx's, goes by the one and ignores the other."""
    head = f"HTTP/1.1 200 OK\r\n{name}: chunked\r\nContent-Length: {length}\r\n\r\n"
    server = Server(saying(head.encode() + b"5\r\nwhole\r\n0\r\n\r\n"), SECOND)

    async with served(server.talk) as port, ours(port, max_connections=1) as transport:
        with pytest.raises(RemoteProtocolError, match="both a Transfer-Encoding and a Content-Length"):
            await ask(transport, port)
        assert await ask(transport, port) == b"second"
