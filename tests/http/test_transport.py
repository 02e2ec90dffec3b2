"""Which connection a request goes over, and which never again."""

import contextlib
import re

import anyio
import anyio.lowlevel
import pytest
from trio.testing import MockClock

from tests.support.http.loopback import (
    SECOND,
    Server,
    ask,
    hang_up,
    http,
    keepalive_transport,
    reset,
    saying,
    served,
)
from validator.errors import CertificateFailed, NoAnswer, TimedOut
from validator.http.transport_errors import ReadError, RemoteProtocolError
from validator.sendapi import AsyncSendAPI

pytestmark = pytest.mark.anyio

ASKING = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def answering_then(*, then):
    """Return a server that answers the first request of a connection, and to the second does `then`."""

    async def talk(stream):
        await stream.receive()
        await stream.send(http(b"first"))
        await stream.receive()
        await then(stream)

    return talk


def answering_and(then):
    """Return a server that answers one request, does `then` at once, and tells of it."""
    told = anyio.Event()

    async def talk(stream):
        await stream.receive()
        await stream.send(http(b"first"))
        await then(stream)
        told.set()
        await anyio.sleep_forever()

    return talk, told


@pytest.mark.slow
async def test_many_requests_over_few_connections_get_their_own_answers(either):
    server, answers = Server(echo), {}

    async def put(transport, port, number):
        answers[number] = int(await ask(transport, port, f"/{number}"))

    async with (
        served(server.talk) as port,
        either(port, max_connections=10) as transport,
        anyio.create_task_group() as tasks,
    ):
        for number in range(200):
            tasks.start_soon(put, transport, port, number)

    assert answers == {number: number for number in range(200)}
    assert server.peak == server.connections == 10


async def half_close(stream):
    await stream.send_eof()


async def send_unsolicited(stream):
    await stream.send(http(b"unasked"))


@pytest.mark.parametrize("then", [hang_up, reset, half_close, send_unsolicited])
async def test_a_kept_connection_that_is_no_longer_silent_is_not_used_again(ours, then):
    talk, told = answering_and(then)
    server = Server(talk, SECOND)

    async with served(server.talk) as port, ours(port) as transport:
        assert await ask(transport, port) == b"first"
        await told.wait()
        assert await ask(transport, port) == b"second"

    assert server.connections == 2


@pytest.mark.parametrize("extra", [http(b"unasked"), b"\r\n", b"x"], ids=["answer", "line", "byte"])
async def test_a_connection_with_bytes_after_its_answer_is_not_used_again(ours, extra):
    server = Server(saying(http(b"first") + extra), SECOND)

    async with served(server.talk) as port, ours(port) as transport:
        assert await ask(transport, port) == b"first"
        assert await ask(transport, port) == b"second"


async def test_after_a_long_answer_more_may_wait_unseen_so_its_connection_is_left(ours):
    server = Server(saying(http(b" " * 70_000)))

    async with served(server.talk) as port, ours(port) as transport:
        assert [len(await ask(transport, port)) for _ in range(2)] == [70_000] * 2

    assert server.connections == 2


@pytest.mark.parametrize("then", [hang_up, reset])
async def test_a_kept_connection_that_dies_unanswering_is_replaced_once(ours, then):
    server = Server(answering_then(then=then), SECOND)

    async with served(server.talk) as port, ours(port) as transport:
        assert await ask(transport, port) == b"first"
        assert await ask(transport, port) == b"second"

    assert server.connections == 2


@pytest.mark.parametrize("then", [hang_up, reset])
async def test_a_new_connection_that_dies_is_not_replaced(ours, then):
    server = Server(answering_then(then=hang_up), saying(then=then))

    async with served(server.talk) as port, ours(port) as transport:
        await ask(transport, port)
        for connections in (2, 3):
            with pytest.raises((RemoteProtocolError, ReadError)):
                await ask(transport, port)
            assert server.connections == connections


async def test_a_kept_connection_that_dies_within_the_head_is_not_replaced(ours):
    async def begin(stream):
        await stream.send(b"HTTP/1.1 2")
        await stream.aclose()

    server = Server(answering_then(then=begin))

    async with served(server.talk) as port, ours(port) as transport:
        await ask(transport, port)
        with pytest.raises(RemoteProtocolError, match="unexpectedly closed"):
            await ask(transport, port)

    assert server.connections == 1


async def test_a_server_that_closes_without_a_word_is_named_so(ours):
    async with served(saying(then=hang_up)) as port, ours(port) as transport:
        with pytest.raises(RemoteProtocolError, match="closed the connection without answering"):
            await ask(transport, port)


async def echo(stream):
    """Answer with the number that was asked for."""
    while head := await stream.receive():
        await stream.send(http(re.match(rb"GET /(\d+) ", head)[1]))


async def test_cancelling_in_a_body_closes_the_connection_and_frees_its_place(ours):
    begun = anyio.Event()

    async def hang(stream):
        begun.set()
        with contextlib.suppress(anyio.EndOfStream, anyio.BrokenResourceError):
            await stream.receive()

    half = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", then=hang)
    server = Server(half, SECOND)

    async with served(server.talk) as port, ours(port, max_connections=1) as transport:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, transport, port)
            await begun.wait()
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        assert await ask(transport, port) == b"second"
        while server.open > 1:
            await anyio.wait_all_tasks_blocked()


@pytest.mark.parametrize("expiry_s", [4.0, 0.0], ids=["kept", "connecting"])
async def test_cancelling_at_any_moment_leaves_no_answer_for_the_next_request(ours, expiry_s):
    options = {"max_connections": 1, "keepalive_expiry_s": expiry_s}
    async with served(echo) as port, ours(port, **options) as transport:
        for turns in range(40):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ask, transport, port, f"/{turns}")
                for _ in range(turns):
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()
            assert await ask(transport, port, f"/{turns + 1000}") == str(turns + 1000).encode()


async def test_an_answer_that_cannot_be_used_closes_the_connection(ours):
    server = Server(saying(http(b"first")), SECOND)

    def refuse(reply):
        raise ValueError(reply.body)

    async with served(server.talk) as port, ours(port, max_connections=1) as transport:
        with pytest.raises(ValueError, match="first"):
            await transport.exchange(ASKING, refuse, cap_bytes=1_000, timeout_s=30.0)
        assert await ask(transport, port) == b"second"


async def test_waiting_for_a_place_counts_into_the_deadline(key, ours):
    server = Server(saying(then=lambda _: anyio.sleep_forever()))

    async with served(server.talk) as port, ours(port, max_connections=1) as transport:
        client = AsyncSendAPI(
            key, base_url=f"http://127.0.0.1:{port}/v1", transport=transport, timeout_s=0.05
        )
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, transport, port)
            while not server.connections:
                await anyio.wait_all_tasks_blocked()
            with pytest.raises(TimedOut):
                await client.account.usage()
            tasks.cancel_scope.cancel()

    assert server.connections == 1


CLOCK = MockClock()


@pytest.mark.parametrize("anyio_backend", [("trio", {"clock": CLOCK})])
async def test_connections_are_kept_for_so_long_and_the_one_used_last_is_used_first(ours, anyio_backend):
    together = anyio.Event()

    async def name(stream):
        own = str(server.connections).encode()
        while await stream.receive():
            if server.connections == 2:
                together.set()
            await together.wait()
            await stream.send(http(own))

    server = Server(name)

    async with served(server.talk) as port, ours(port, keepalive_expiry_s=4.0) as transport:
        async with anyio.create_task_group() as tasks:
            for _ in range(2):
                tasks.start_soon(ask, transport, port)
        used = await ask(transport, port)
        CLOCK.jump(3.0)
        assert await ask(transport, port) == used

        CLOCK.jump(1.5)
        assert await ask(transport, port) == used
        await anyio.wait_all_tasks_blocked()
        assert server.open == 1

        CLOCK.jump(4.0)
        assert await ask(transport, port) == b"3"
        assert server.connections == 3


async def test_an_answer_after_its_transport_was_closed_closes_its_connection(ours):
    is_asked, is_closed = anyio.Event(), anyio.Event()

    async def talk(stream):
        await stream.receive()
        is_asked.set()
        await is_closed.wait()
        await stream.send(http(b"late"))
        await stream.receive()

    server, answers = Server(talk), []

    async def put(transport, port):
        answers.append(await ask(transport, port))

    async with served(server.talk) as port:
        transport = ours(port)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(put, transport, port)
            await is_asked.wait()
            await transport.aclose()
            is_closed.set()
        while server.open:
            await anyio.wait_all_tasks_blocked()

    assert answers == [b"late"]


async def test_the_client_of_its_own_uses_this_transport_and_trusts_what_httpx_trusts(key, certificate):
    async with (
        served(SECOND, context=certificate) as port,
        AsyncSendAPI(key, base_url=f"https://localhost:{port}") as client,
    ):
        with pytest.raises(CertificateFailed, match="local issuer"):
            await client.account.usage()


async def test_a_tls_server_that_hangs_up_in_the_handshake_is_no_answer(key):
    async with served(hang_up) as port:
        url = f"https://127.0.0.1:{port}"
        transport = keepalive_transport(url, max_connections=1, context=None)
        async with AsyncSendAPI(key, base_url=url, transport=transport) as client:
            with pytest.raises(NoAnswer, match="no connection: "):
                await client.account.usage()
