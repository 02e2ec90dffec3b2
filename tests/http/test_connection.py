"""One connection: what it says of itself, in TLS and in the clear, and what it makes of a broken stream."""

import socket
import ssl

import anyio
import pytest
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.tls import TLSAttribute
from msgspec.structs import replace

from tests.support.http.loopback import http, say_nothing, saying, served
from validator.http.connection import PendingRequest
from validator.http.dialing import dial
from validator.http.route import Route
from validator.http.socket_connection import SocketConnection
from validator.http.stream_connection import StreamConnection
from validator.http.transport_errors import ReadError, RemoteProtocolError, WriteError
from validator.http.unread import holds_data, unread_in_tls

pytestmark = pytest.mark.anyio

ASKING = PendingRequest(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", cap_bytes=1_000)


async def read_whole(connection):
    """Ask, and return the body of the answer."""
    return (await connection.ask(ASKING)).body


async def test_each_event_loop_has_its_own_kind_of_connection(anyio_backend):
    async with served(saying(http(b"whole"))) as port:
        connection = await dial(Route("127.0.0.1", port, None))
        assert isinstance(connection, SocketConnection if anyio_backend == "asyncio" else StreamConnection)
        assert await read_whole(connection) == b"whole"
        await connection.aclose()


async def test_nothing_is_held_back_to_be_sent_with_more():
    async with served(saying(http(b"{}"))) as port:
        plain = await dial(Route("127.0.0.1", port, None))
        assert plain._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        await plain.aclose()


async def test_a_server_that_speaks_before_it_is_asked_is_not_believed(anyio_backend):
    """On asyncio it is read at once; on Trio it would be read as the answer, as far as one can see."""
    has_spoken = anyio.Event()

    async def talk(stream):
        await stream.send(http(b"unasked"))
        has_spoken.set()
        await anyio.sleep_forever()

    async with served(talk) as port:
        connection = await dial(Route("127.0.0.1", port, None))
        await has_spoken.wait()
        await anyio.wait_all_tasks_blocked()
        if anyio_backend == "asyncio":
            with pytest.raises(RemoteProtocolError, match="before it was asked"):
                await connection.ask(ASKING)
        await connection.aclose()


async def test_an_answer_that_is_not_there_at_the_deadline_is_left():
    async with served(saying(http(b"whole")), context=None) as port, served(say_nothing) as silent:
        for at, expected in ((port, b"whole"), (silent, None)):
            connection = await dial(Route("127.0.0.1", at, None))
            asking = replace(ASKING, deadline_s=anyio.current_time() + (0.05 if expected is None else 60))
            if expected is None:
                with pytest.raises(TimeoutError):
                    await connection.ask(asking)
            else:
                assert (await connection.ask(asking)).body == expected
            await connection.aclose()


async def test_a_later_request_has_a_deadline_of_its_own():
    """The timer of the first request is still set, for a later time and for an earlier one."""
    async with served(saying(http(b"whole"))) as port:
        connection = await dial(Route("127.0.0.1", port, None))
        for after_s in (60.0, 0.05, 60.0, 5.0):
            asking = replace(ASKING, deadline_s=anyio.current_time() + after_s)
            assert (await connection.ask(asking)).body == b"whole"
            connection.was_used = True
        await connection.aclose()


async def test_an_encrypted_connection_rests_and_is_asked_again(certificate, trusting):
    async with served(saying(http(b"whole")), context=certificate) as port:
        connection = await dial(Route("localhost", port, trusting))
        for _ in range(3):
            assert await read_whole(connection) == b"whole"
            assert connection.is_reusable
            connection.was_used = True
            assert connection.is_silent()
        await connection.aclose()
        await connection.aclose()


async def say_more(stream):
    await stream.send(http(b"unasked"))


async def say_goodbye(stream):
    await stream.unwrap()


@pytest.mark.parametrize("then", [say_more, say_goodbye])
async def test_bytes_that_came_encrypted_with_the_answer_are_noticed(certificate, trusting, then):
    """The next record waits in TLS's own buffer then, where no look at the socket finds it."""

    async def talk(stream):
        await stream.receive()
        stream.extra(TLSAttribute.ssl_object).write(http(b"whole"))  # goes out with what is sent next
        await then(stream)
        await anyio.sleep_forever()

    async with served(talk, context=certificate) as port:
        connection = await dial(Route("localhost", port, trusting))
        assert await read_whole(connection) == b"whole"
        is_kept = connection.is_reusable
        connection.was_used = True
        assert not (is_kept and connection.is_silent())
        await connection.aclose()


def test_bytes_that_are_no_tls_are_noticed(certificate, trusting):
    client, to_client = shaken_hands(certificate, trusting)
    assert unread_in_tls(client) == (False, True)

    to_client.write(b"x" * 100)

    assert unread_in_tls(client) == (False, False)


@pytest.mark.parametrize(
    ("received", "holds"),
    [
        (b"", False),
        (bytes([23, 3, 3, 0, 40]), True),
        (bytes([23, 3, 3, 0, 19]), False),
        (bytes([21, 3, 3, 0, 26]), False),
        (bytes([22, 3, 3, 0, 60]), False),
    ],
    ids=["nothing", "data", "alert of TLS 1.3", "alert of TLS 1.2", "handshake"],
)
def test_data_is_told_from_alerts_by_its_record(received, holds):
    assert holds_data(received) is holds


def shaken_hands(serving, trusting):
    """Return the client's end of a TLS session in memory, and what it reads from."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname="localhost")
    server = serving.wrap_bio(to_server, to_client, server_side=True)
    ends = [client, server]
    while ends:
        end = ends.pop(0)
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            ends.append(end)
    return client, to_client


class Broken(ByteStream):
    """A stream over a socket of its own that takes no byte, or gives none."""

    def __init__(self, error, *, sends):
        self.error, self.sends, self.is_closed = error, sends, False
        self.socket, self.peer = socket.socketpair()

    async def send(self, _):
        if not self.sends:
            raise self.error

    async def receive(self, _):
        raise self.error

    async def send_eof(self):
        raise NotImplementedError

    async def aclose(self):
        self.is_closed = True
        self.socket.close()
        self.peer.close()

    @property
    def extra_attributes(self):
        return {SocketAttribute.raw_socket: lambda: self.socket}


@pytest.mark.parametrize(
    "error", [anyio.BrokenResourceError(), ssl.SSLError(1, "bad record mac"), OSError(5, "EIO")], ids=repr
)
@pytest.mark.parametrize(("sends", "expected"), [(True, ReadError), (False, WriteError)])
async def test_a_stream_that_breaks_is_closed_and_the_cause_kept(error, sends, expected):
    stream = Broken(error, sends=sends)

    with pytest.raises(expected, match="connection was lost while") as raised:
        await StreamConnection(stream).ask(ASKING)

    assert raised.value.__cause__ is error
    assert stream.is_closed
