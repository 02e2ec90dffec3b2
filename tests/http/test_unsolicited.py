"""What a connection delivers without being asked: whose caller is notified of it, and when."""

import anyio
import pytest

from tests.support.http.loopback import SECOND, Server, ask, hang_up, http, reset, saying, served
from validator.http.exchange_options import EXCHANGE_OPTIONS, ExchangeOptions

pytestmark = pytest.mark.anyio

STRAYS = [http(b"unasked"), http(b"", status="204 No Content"), b"\r\n", b"x", http(b"no", status="422 No")]


@pytest.fixture
def ask_on(ours):
    """Ask under terms; return the body, and a list that grows whenever its connection delivers more."""

    async def put(transport, port, *, fresh=False):
        notices = []
        EXCHANGE_OPTIONS.set(ExchangeOptions(fresh=fresh, on_unsolicited=lambda: notices.append("unasked")))
        return await ask(transport, port), notices

    return put


def answering_and(then):
    """Answer one request, and then do something at once."""
    done = anyio.Event()

    async def talk(stream):
        await stream.receive()
        await stream.send(http(b"first"))
        await then(stream)
        done.set()
        await anyio.sleep_forever()

    return talk, done


@pytest.mark.parametrize("stray", STRAYS, ids=["answer", "no content", "line", "byte", "refusal"])
async def test_bytes_with_the_answer_are_reported_when_it_is_closed(ours, ask_on, stray):
    server = Server(saying(http(b"first") + stray), SECOND)

    async with served(server.talk) as port, ours(port) as transport:
        assert await ask_on(transport, port) == (b"first", ["unasked"])


@pytest.mark.parametrize("stray", STRAYS, ids=["answer", "no content", "line", "byte", "refusal"])
async def test_bytes_that_come_later_are_reported_to_the_caller_before(ours, ask_on, stray):
    talk, done = answering_and(lambda stream: stream.send(stray))
    server = Server(talk, SECOND)

    async with served(server.talk) as port, ours(port) as transport:
        body, notices = await ask_on(transport, port)
        await done.wait()
        assert body == b"first"
        assert await ask_on(transport, port) == (b"second", [])
        assert notices == ["unasked"]


async def test_what_has_come_by_the_time_a_kept_connection_is_closed_is_reported_too(ours, ask_on):
    talk, done = answering_and(lambda stream: stream.send(http(b"unasked")))

    async with served(talk) as port, ours(port) as transport:
        _, notices = await ask_on(transport, port)
        await done.wait()

    assert notices == ["unasked"]


async def half_close(stream):
    await stream.send_eof()


@pytest.mark.parametrize("then", [hang_up, reset, half_close])
async def test_the_end_of_a_connection_is_nothing_unasked(ours, ask_on, then):
    talk, done = answering_and(then)
    server = Server(talk, SECOND)

    async with served(server.talk) as port, ours(port) as transport:
        _, notices = await ask_on(transport, port)
        await done.wait()
        assert await ask_on(transport, port) == (b"second", [])

    assert notices == []


async def test_a_new_connection_is_made_where_one_is_needed_and_no_more_stay_open_than_may(ours, ask_on):
    server = Server(saying(http(b"whole")))

    async with served(server.talk) as port, ours(port, max_connections=1) as transport:
        for connections in (1, 2, 3):
            assert await ask_on(transport, port, fresh=True) == (b"whole", [])
            assert server.connections == connections
            await anyio.wait_all_tasks_blocked()
            assert server.open == 1
        assert await ask_on(transport, port) == (b"whole", [])

    assert server.connections == 3
