"""Names that take their time, or do not resolve at all."""

import socket
import threading

import pytest

from tests.support.http.loopback import keepalive_transport
from validator.errors import NoAnswer, TimedOut

pytestmark = pytest.mark.anyio


UNKNOWN = socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.fixture
def carrier():
    return keepalive_transport


@pytest.fixture
def resolving(monkeypatch):
    """Let the system's resolver do something else for names."""

    def stand_in(resolve):
        def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):  # noqa: A002, PLR0917 - the system's
            if flags & socket.AI_NUMERICHOST:  # Trio first looks whether it is an address
                raise UNKNOWN
            return resolve()

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return stand_in


async def test_a_resolver_that_hangs_is_left_at_the_deadline(client_at, resolving):
    released = threading.Event()

    def hang():
        released.wait(60)
        raise UNKNOWN

    resolving(hang)
    try:
        async with client_at(1, host="localhost", timeout_s=0.05) as client:
            with pytest.raises(TimedOut, match=r"within 0\.05 s"):
                await client.account.usage()
    finally:
        released.set()  # the thread that waits for the system cannot be cancelled


async def test_a_name_that_does_not_resolve_is_no_answer(client_at, resolving):
    def fail():
        raise UNKNOWN

    resolving(fail)
    async with client_at(1, host="localhost") as client:
        with pytest.raises(NoAnswer, match=r"no connection: .*Name or service not known") as raised:
            await client.account.usage()

    assert type(raised.value) is NoAnswer
    assert raised.value.transient
