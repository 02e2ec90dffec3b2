"""Names with several addresses, of two families, and names that get another one in a long run."""

import socket

import anyio
import pytest
from trio.testing import MockClock

from tests.support.http.loopback import Server, ask, http, saying, served
from tests.support.http.proxying import Tunnels
from validator.http.pool import LIFETIME_S
from validator.http.proxy import Proxy
from validator.http.transport import KeepAliveTransport
from validator.http.transport_errors import ConnectError, ProxyError

pytestmark = pytest.mark.anyio

NAME = "provider.test"
V4, OTHER_V4, V6 = "127.0.0.1", "127.0.0.2", "::1"


def has_v6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind((V6, 0))
    except OSError:
        return False
    return True


@pytest.fixture
def resolver(monkeypatch):
    """Stand in for the system's resolver: NAME has these addresses; the list may change."""
    real, addresses = socket.getaddrinfo, []

    def getaddrinfo(host, port, *more, **options):
        if host not in {NAME, NAME.encode()}:
            return real(host, port, *more, **options)
        flags = more[3] if len(more) > 3 else options.get("flags", 0)
        if flags & socket.AI_NUMERICHOST:  # Trio first looks whether it is an address
            raise socket.gaierror(socket.EAI_NONAME, "not an address")
        return [found for one in addresses for found in real(one, port, 0, socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return addresses


def answering(body):
    return saying(http(body))


def kept(port, host=NAME):
    return KeepAliveTransport(f"http://{host}:{port}", max_connections=1)


async def asked(transport, port):
    return await ask(transport, port, host=NAME)


@pytest.mark.parametrize("addresses", [[V6, V4], [V4, V6], [OTHER_V4, V4], [V6, OTHER_V4, V4]])
async def test_a_family_or_address_that_refuses_costs_nothing_but_a_try_of_the_next(resolver, addresses):
    resolver[:] = addresses
    async with served(answering(b"here")) as port, kept(port) as transport:
        assert await asked(transport, port) == b"here"


@pytest.mark.skipif(not has_v6(), reason="this machine has no IPv6")
async def test_a_server_of_the_other_family_alone_is_reached(resolver):
    resolver[:] = [V4, V6]
    async with served(answering(b"six"), host=V6) as port:
        for host in (NAME, "[::1]"):
            async with kept(port, host) as transport:
                assert await ask(transport, port, host=host) == b"six"


async def test_where_no_address_answers_each_is_named(resolver):
    resolver[:] = [V6, V4]
    async with kept(9) as transport:
        with pytest.raises(ConnectError, match=r"no connection: .*; ") as raised:
            await asked(transport, 9)

    assert "sub-exception" not in str(raised.value)


@pytest.mark.parametrize("label", ["a" * 64, "nobody"])
async def test_a_name_that_cannot_exist_is_no_connection(resolver, label):
    host = f"{label}.invalid"
    async with kept(9, host) as transport:
        with pytest.raises(ConnectError, match="no connection: "):
            await ask(transport, 9, host=host)


async def test_a_proxy_of_two_families_is_reached_and_resolves_the_servers_name_itself(resolver, trusting):
    resolver[:] = [V6, V4]
    tunnels = Tunnels(answer=b"HTTP/1.1 502 Bad Gateway\r\n\r\n", relays=False)
    async with served(tunnels.talk) as port:
        url, proxy = "https://only.behind.the.proxy.test/v1", Proxy.parse(f"{NAME}:{port}", "--proxy")
        transport = KeepAliveTransport(url, max_connections=1, make_context=lambda: trusting, proxy=proxy)
        with pytest.raises(ProxyError, match="502"):
            await ask(transport, 443)

    assert tunnels.heads[0].startswith("CONNECT only.behind.the.proxy.test:443 ")


async def test_an_address_of_version_six_stands_in_brackets_before_the_proxy(trusting):
    tunnels = Tunnels(answer=b"HTTP/1.1 502 Bad Gateway\r\n\r\n", relays=False)
    async with served(tunnels.talk) as port:
        url, proxy = "https://[::1]:8443/v1", Proxy.parse(f"127.0.0.1:{port}", "--proxy")
        transport = KeepAliveTransport(url, max_connections=1, make_context=lambda: trusting, proxy=proxy)
        with pytest.raises(ProxyError):
            await ask(transport, 443)

    assert tunnels.heads[0].startswith("CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n")


CLOCK = MockClock()


@pytest.mark.parametrize("anyio_backend", [("trio", {"clock": CLOCK})])
@pytest.mark.slow
async def test_a_connection_in_constant_use_follows_a_name_to_its_new_address(resolver, anyio_backend):
    resolver[:] = [V4]
    old = Server(answering(b"old"))
    async with (
        served(old.talk) as port,
        served(answering(b"new"), host=OTHER_V4, port=port),
        kept(port) as transport,
    ):
        answers = [await asked(transport, port)]
        resolver[:] = [OTHER_V4]
        for _ in range(int(LIFETIME_S)):
            CLOCK.jump(2.0)
            answers.append(await asked(transport, port))
        await anyio.wait_all_tasks_blocked()

    assert (old.connections, old.open) == (1, 0)
    assert answers == sorted(answers, reverse=True)
    assert answers.count(b"old") == LIFETIME_S / 2 + 1


@pytest.mark.parametrize("anyio_backend", [("trio", {"clock": CLOCK})])
@pytest.mark.slow
async def test_a_connection_that_was_opened_anew_lives_as_long(resolver, anyio_backend):
    resolver[:] = [V4]
    server = Server(answering(b"here"))
    async with served(server.talk) as port, kept(port) as transport:
        for _ in range(int(3 * LIFETIME_S / 2)):
            await asked(transport, port)
            CLOCK.jump(2.0)

    assert server.connections == 3
