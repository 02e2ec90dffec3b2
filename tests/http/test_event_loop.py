import socket
import threading

import anyio
import anyio.lowlevel
import pytest

from validator.http.event_loop import OPTIONS


@pytest.fixture
def resolver(monkeypatch):
    """A system's resolver that answers when it may, and keeps what it was asked for."""
    asked, may_answer = [], threading.Event()

    def resolve(host, port, *_):
        host = host.decode()  # as anyio passes it on
        asked.append(host)
        may_answer.wait()
        if host == "nobody.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    yield asked, may_answer
    may_answer.set()


def run(program):
    return anyio.run(program, backend_options=OPTIONS)


def test_names_are_found_and_not_found(resolver):
    resolver[1].set()

    async def program():
        with pytest.raises(socket.gaierror, match="not known"):
            await anyio.getaddrinfo("nobody.example", 80)
        return await anyio.getaddrinfo("somebody.example", 80)

    assert run(program)[0][4] == ("192.0.2.1", 80)


def test_who_asks_for_one_name_at_the_same_time_shares_one_answer(resolver):
    asked, may_answer = resolver

    async def program():
        async with anyio.create_task_group() as tasks:
            for _ in range(50):
                tasks.start_soon(anyio.getaddrinfo, "somebody.example", 80)
            tasks.start_soon(anyio.getaddrinfo, "other.example", 80)
            for _ in range(10):  # in which all have asked
                await anyio.lowlevel.checkpoint()
            may_answer.set()
        await anyio.getaddrinfo("somebody.example", 80)

    run(program)

    assert sorted(asked) == ["other.example", "somebody.example", "somebody.example"]


def test_one_who_gives_up_leaves_the_answer_to_the_others(resolver):
    found = []

    async def ask():
        found.extend(await anyio.getaddrinfo("somebody.example", 80))

    async def program():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            with anyio.move_on_after(0):
                await anyio.getaddrinfo("somebody.example", 80)
            resolver[1].set()

    run(program)

    assert len(found) == 1


def test_the_loop_ends_before_a_name_is_found(resolver):
    async def program():
        with anyio.move_on_after(0):
            await anyio.getaddrinfo("somebody.example", 80)

    run(program)

    assert not resolver[1].is_set()
