"""Requests over idle connections that need no task: they end as others do, and leave the connection alike."""

import anyio
import pytest

from tests.support.http.loopback import SECOND, Server, ask, hang_up, http, reset, say_nothing, saying, served
from validator.http.transport_errors import RemoteProtocolError, Unanswered

pytestmark = pytest.mark.anyio

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Sent:
    """A request, and how it ended."""

    def __init__(self, transport, *, is_usable=True, timeout_s=30.0):
        self._ended, self._is_usable, self.how, self.unsolicited = anyio.Event(), is_usable, None, 0
        self.give_up = transport.begin(
            REQUEST, self._end, cap_bytes=1_000, timeout_s=timeout_s, on_unsolicited=self._count
        )

    def _end(self, how):
        assert self.how is None
        self.how = how
        self._ended.set()
        return self._is_usable

    def _count(self):
        self.unsolicited += 1

    async def end(self):
        with anyio.fail_after(5):
            await self._ended.wait()
        return self.how


def first_then(talk):
    """Answer one request, and serve the connection in another way after that."""

    async def serve(stream):
        await stream.receive()
        await stream.send(http(b"first"))
        await stream.receive()
        await talk(stream)

    return serve


async def test_one_is_sent_over_the_idle_connection_and_leaves_it_idle(ours):
    server = Server(saying(http(b"whole")))

    async with served(server.talk) as port, ours(port) as transport:
        await ask(transport, port)
        for _ in range(3):
            reply = await Sent(transport).end()
            assert (reply.status, reply.body) == (200, b"whole")

    assert server.connections == 1


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_nothing_is_sent_without_an_idle_connection(ours):
    async with served(saying(http(b"whole"))) as port, ours(port) as transport:
        assert Sent(transport).give_up is None


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_nothing_is_sent_on_trio(ours):
    async with served(saying(http(b"whole"))) as port, ours(port) as transport:
        await ask(transport, port)
        assert Sent(transport).give_up is None


async def test_each_connection_serves_one_at_a_time(ours):
    async with served(saying(http(b"whole"))) as port, ours(port) as transport:
        await ask(transport, port)
        sent = Sent(transport)
        assert Sent(transport).give_up is None
        assert (await sent.end()).body == b"whole"


async def test_no_more_than_allowed_are_in_flight(ours):
    server = Server(saying(http(b"whole")), first_then(say_nothing))

    async with served(server.talk) as port, ours(port, max_connections=1) as transport:
        await ask(transport, port)
        sent = Sent(transport)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, transport, port)
            await anyio.wait_all_tasks_blocked()
            assert server.connections == 1
            await sent.end()


@pytest.mark.parametrize("end", [hang_up, reset])
async def test_one_whose_connection_is_closed_before_a_byte_has_to_be_sent_again(ours, end):
    server = Server(first_then(end), SECOND)

    async with served(server.talk) as port, ours(port) as transport:
        await ask(transport, port)
        assert isinstance(await Sent(transport).end(), Unanswered)
        assert Sent(transport).give_up is None
        assert await ask(transport, port) == b"second"


async def cut(stream):
    await stream.send(b"HTTP/1.1 200 OK\r\nContent-Le")
    await stream.aclose()


async def test_one_whose_answer_is_cut_off_fails(ours):
    async with served(first_then(cut)) as port, ours(port) as transport:
        await ask(transport, port)
        how = await Sent(transport).end()

    assert isinstance(how, RemoteProtocolError)
    assert not isinstance(how, Unanswered)


async def test_one_fails_at_its_deadline_and_its_connection_is_closed(ours):
    server = Server(first_then(say_nothing))

    async with served(server.talk) as port, ours(port) as transport:
        await ask(transport, port)
        assert isinstance(await Sent(transport, timeout_s=0.05).end(), TimeoutError)
        assert Sent(transport).give_up is None


async def test_a_connection_whose_answer_cannot_be_believed_is_not_used_again(ours):
    async with served(saying(http(b"whole"))) as port, ours(port) as transport:
        await ask(transport, port)
        await Sent(transport, is_usable=False).end()
        assert Sent(transport).give_up is None


async def test_one_that_is_given_up_closes_its_connection_and_frees_its_place(ours):
    server = Server(first_then(say_nothing), SECOND)

    async with served(server.talk) as port, ours(port, max_connections=1) as transport:
        await ask(transport, port)
        sent = Sent(transport)
        sent.give_up()
        sent.give_up()
        assert Sent(transport).give_up is None
        assert await ask(transport, port) == b"second"
        assert sent.how is None


async def test_giving_up_one_that_has_ended_disturbs_no_later_one(ours):
    async with served(saying(http(b"whole"))) as port, ours(port) as transport:
        await ask(transport, port)
        earlier = Sent(transport)
        await earlier.end()
        later = Sent(transport)
        earlier.give_up()
        assert (await later.end()).body == b"whole"


async def test_more_than_the_answer_is_reported(ours):
    async with served(first_then(saying_twice)) as port, ours(port) as transport:
        await ask(transport, port)
        sent = Sent(transport)
        assert (await sent.end()).body == b"whole"
        assert sent.unsolicited == 1
        assert Sent(transport).give_up is None


async def saying_twice(stream):
    await stream.send(http(b"whole") + http(b"unasked"))
    await anyio.sleep_forever()


async def test_nothing_is_sent_over_a_connection_that_has_something_unread(ours):
    stray = anyio.Event()

    async def talk(stream):
        await stream.receive()
        await stream.send(http(b"first"))
        await stray.wait()
        await stream.send(b"x")
        await anyio.sleep_forever()

    async with served(talk) as port, ours(port) as transport:
        await ask(transport, port)
        stray.set()
        await anyio.wait_all_tasks_blocked()
        assert Sent(transport).give_up is None
