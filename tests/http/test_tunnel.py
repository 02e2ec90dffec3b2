"""Through a proxy: what it is sent, what it may answer, and what is made of that."""

import json

import anyio
import pytest
from trio.testing import MockClock

from tests.support.http.loopback import http, saying, served
from tests.support.http.proxying import Tunnels
from validator.errors import NoAnswer, ProxyRefused
from validator.http.pool import FALLBACK_AFTER_S
from validator.http.proxy import Proxy
from validator.http.transport import KeepAliveTransport
from validator.sendapi import AsyncSendAPI

pytestmark = pytest.mark.anyio

PASSWORD = "Geheim-2026"
ANSWER = http(json.dumps({"used": 3}).encode())


@pytest.fixture
def asking(key, certificate, trusting):
    """Ask a server with TLS some times through a proxy; return its port and the answers, or the failure."""

    async def ask(tunnels, *, credentials="", times=1, host="localhost", context=trusting):
        async with served(tunnels.talk) as proxy_port, served(saying(ANSWER), context=certificate) as port:
            url = f"https://{host}:{port}/v1"
            transport = KeepAliveTransport(
                url,
                max_connections=5,
                make_context=lambda: context,
                proxy=Proxy.parse(f"{credentials}127.0.0.1:{proxy_port}", "HTTPS_PROXY"),
            )
            async with AsyncSendAPI(key, base_url=url, transport=transport) as client:
                try:
                    return port, [await client.account.usage() for _ in range(times)]
                except NoAnswer as failure:
                    return port, failure

    return ask


async def test_a_proxy_is_asked_once_a_connection_and_sees_nothing_but_names_and_ciphertext(asking, key):
    tunnels = Tunnels()

    port, answers = await asking(tunnels, times=3, credentials=f"ann:{PASSWORD}@")

    assert answers == [{"used": 3}] * 3
    [head] = tunnels.heads
    assert head == (
        f"CONNECT localhost:{port} HTTP/1.1\r\nHost: localhost:{port}\r\n"
        "Proxy-Authorization: Basic YW5uOkdlaGVpbS0yMDI2\r\n\r\n"
    )
    assert key.encode() not in tunnels.clear
    assert b"whatsapp" not in tunnels.clear
    assert tunnels.clear


async def test_without_credentials_none_are_sent(asking):
    tunnels = Tunnels(answer=b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nX: y\r\n\r\n")

    assert (await asking(tunnels))[1] == [{"used": 3}]
    assert "Authorization" not in tunnels.heads[0]


def refusing(status, *headers):
    lines = "\r\n".join([f"HTTP/1.1 {status}", "Content-Length: 9", *headers])
    return Tunnels(answer=f"{lines}\r\n\r\n<p>no</p>".encode(), relays=False)


@pytest.mark.parametrize(
    ("status", "headers", "credentials", "words"),
    [
        (
            "407 Proxy Authentication Required",
            ['Proxy-Authenticate: Basic realm="x"'],
            "",
            "wants credentials",
        ),
        (
            "407 Nope",
            ["Proxy-Authenticate: NTLM", "Proxy-Authenticate: BASIC realm=x"],
            "",
            "wants credentials",
        ),
        ("407 Nope", [], f"ann:{PASSWORD}@", "does not take this user name and password"),
        ("401 Unauthorized", [], f"ann:{PASSWORD}@", "does not take this user name and password"),
        (
            "407 Nope",
            ["Proxy-Authenticate: Negotiate", "Proxy-Authenticate: NTLM"],
            "",
            "(Negotiate, NTLM; 407)",
        ),
        ("403 Forbidden", [], "", "403 Forbidden. Ask who runs it to allow that, or go without it"),
        ("405 Method Not Allowed", [], "", "405 Method Not Allowed. Ask"),
    ],
)
async def test_a_proxy_that_refuses_is_a_setting_to_mend(asking, status, headers, credentials, words):
    _, failure = await asking(refusing(status, *headers), credentials=credentials)

    assert words in str(failure)
    assert str(failure).startswith("the proxy 127.0.0.1:")
    assert PASSWORD not in str(failure)
    assert (type(failure), failure.transient, failure.exit_code) == (ProxyRefused, False, 2)


@pytest.mark.parametrize(
    ("tunnels", "words"),
    [
        (refusing("502 Bad Gateway"), ": 502 Bad Gateway"),
        (refusing("503 Service Unavailable"), ": 503 Service Unavailable"),
        (refusing("429 Too Many Requests"), ": 429 Too Many Requests"),
        (refusing("302 Found", "Location: https://login.example/"), ": 302 Found"),
        (Tunnels(answer=b"SSH-2.0-OpenSSH_9\r\n\r\n", relays=False), "does not answer as a proxy does"),
        (Tunnels(answer=b"HTTP/1.1 103 Hints\r\n\r\n" * 50, relays=False), "interim answers without end"),
        (
            Tunnels(answer=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, relays=False),
            "does not answer as a proxy",
        ),
        (Tunnels(answer=b"HTTP/1.1 20", relays=False), "closed the connection"),
        (
            Tunnels(answer=b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", relays=False),
            "before it was asked",
        ),
        (Tunnels(relays=False), "no connection: "),
    ],
)
async def test_a_proxy_that_fails_is_no_answer_and_tried_again(asking, tunnels, words):
    _, failure = await asking(tunnels)

    assert words in str(failure)
    assert (type(failure), failure.transient) == (NoAnswer, True)


async def test_a_proxy_that_is_not_there_is_named(key, trusting):
    url = "https://localhost:9/v1"
    proxy = Proxy.parse(f"ann:{PASSWORD}@127.0.0.1:9", "ALL_PROXY")
    transport = KeepAliveTransport(url, max_connections=1, make_context=lambda: trusting, proxy=proxy)
    async with AsyncSendAPI(key, base_url=url, transport=transport) as client:
        with pytest.raises(NoAnswer, match=r"no connection to the proxy 127.0.0.1:9 \(ALL_PROXY\): .*Errno"):
            await client.account.usage()


async def test_without_tls_no_proxy_is_used(key):
    tunnels = Tunnels()
    async with served(tunnels.talk) as proxy_port, served(saying(ANSWER)) as port:
        url = f"http://127.0.0.1:{port}/v1"
        proxy = Proxy.parse(f"127.0.0.1:{proxy_port}", "--proxy")
        transport = KeepAliveTransport(url, max_connections=1, proxy=proxy)
        async with AsyncSendAPI(key, base_url=url, transport=transport) as client:
            assert await client.account.usage() == {"used": 3}

    assert tunnels.heads == []


CLOCK = MockClock()


@pytest.mark.parametrize("anyio_backend", [("trio", {"clock": CLOCK})])
@pytest.mark.parametrize("serves", [1, 3])
async def test_requests_that_a_full_proxy_lets_wait_go_over_the_connections_it_serves(
    key, certificate, trusting, anyio_backend, serves
):
    tunnels, answers = Tunnels(serves=serves), []

    async def ask(client):
        answers.append(await client.account.usage())

    async with served(tunnels.talk) as proxy_port, served(saying(ANSWER), context=certificate) as port:
        url, proxy = f"https://localhost:{port}/v1", Proxy.parse(f"127.0.0.1:{proxy_port}", "--proxy")
        transport = KeepAliveTransport(url, max_connections=20, make_context=lambda: trusting, proxy=proxy)
        async with (
            AsyncSendAPI(key, base_url=url, transport=transport) as client,
            anyio.create_task_group() as tasks,
        ):
            for _ in range(20):
                tasks.start_soon(ask, client)
            while len(tunnels.heads) < 20 or len(answers) < serves:
                await anyio.wait_all_tasks_blocked()
            assert len(answers) == serves
            CLOCK.jump(FALLBACK_AFTER_S)
            while len(answers) < 20:
                await anyio.wait_all_tasks_blocked()

    assert len(tunnels.heads) == 20
