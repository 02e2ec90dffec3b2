"""The client over real sockets, carried by its own transport and by httpx's: alike in every fault."""

import json
import logging
import socket
import traceback

import anyio
import httpx
import pytest

from tests.support.http.loopback import (
    hang_up,
    http,
    httpx_transport,
    keepalive_transport,
    reset,
    say_nothing,
    saying,
    served,
)
from validator.errors import ApiError, BadAnswer, NoAnswer, TimedOut
from validator.http.transport_errors import ConnectError

pytestmark = pytest.mark.anyio

NUMBER = "+447700900000"
GOOD = json.dumps({"phone": NUMBER, "is_whatsapp_user": True}).encode()


@pytest.fixture
def check(client_at):
    async def ask(port, **options):
        async with client_at(port, **options) as client:
            return await client.whatsapp.contacts.check(NUMBER, session_id="sess_1")

    return ask


async def test_the_request_is_on_the_wire_as_the_contract_has_it(check, key):
    received = []

    async def talk(stream):
        received.append(await stream.receive())
        await stream.send(http(GOOD))

    async with served(talk) as port:
        assert (await check(port)).is_whatsapp_user

    head = received[0].decode().split("\r\n")
    assert head[0] == "GET /v1/whatsapp/contacts/%2B447700900000/check?session_id=sess_1 HTTP/1.1"
    assert f"Authorization: Bearer {key}" in head
    assert "Accept-Encoding: identity" in head


async def test_one_connection_serves_request_after_request(client_at):
    connections = []

    async def talk(stream):
        connections.append(stream)
        await saying(http(GOOD))(stream)

    async with served(talk) as port, client_at(port, host="localhost") as client:
        for _ in range(3):
            await client.whatsapp.contacts.check(NUMBER, session_id="s")

    assert len(connections) == 1


async def test_no_more_connections_are_opened_than_allowed(client_at):
    connections = []

    async def talk(stream):
        connections.append(stream)
        await saying(http(GOOD))(stream)

    async with (
        served(talk) as port,
        client_at(port, max_connections=2) as client,
        anyio.create_task_group() as tasks,
    ):
        for _ in range(6):
            tasks.start_soon(lambda: client.whatsapp.contacts.check(NUMBER, session_id="s"))

    assert len(connections) == 2


async def test_a_refused_connection_is_no_answer(check):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

        with pytest.raises(NoAnswer, match=f"no answer from 127.0.0.1:{port}") as raised:
            await check(port)

    assert raised.value.transient
    assert isinstance(raised.value.__cause__, (ConnectError, httpx.ConnectError))


CUT = http(GOOD)[:-5]


@pytest.mark.parametrize(
    "talk",
    [
        saying(then=hang_up),
        saying(then=reset),
        saying(b"HTTP/1.1 200 OK\r\nContent-", then=hang_up),
        saying(b"HTTP/1.1 200 OK\r\nContent-", then=reset),
        saying(CUT, then=hang_up),
        saying(CUT, then=reset),
        saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", then=hang_up),
        saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{", then=hang_up),
        saying(b"+447700900000 sk_test_canary_5f2d9a is not HTTP\r\n\r\n", then=hang_up),
        saying(b"HTTP/1.1 200 OK\r\n" + b"X-Flood: 1\r\n" * 100_000, then=hang_up),
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", then=hang_up),
    ],
    ids=[
        "closed before the head",
        "reset before the head",
        "closed in the head",
        "reset in the head",
        "closed in the body",
        "reset in the body",
        "bad chunk",
        "chunk cut off",
        "no HTTP",
        "100,000 headers",
        "negative length",
    ],
)
async def test_an_exchange_that_breaks_off_is_no_answer_and_never_a_verdict(check, key, talk):
    async with served(talk) as port:
        with pytest.raises(NoAnswer) as raised:
            await check(port)

    assert type(raised.value) is NoAnswer
    assert raised.value.transient
    shown = "".join(traceback.format_exception(raised.value))
    assert "447700900000" not in shown
    assert key not in shown


async def test_a_body_cut_off_without_a_length_is_not_the_answer(check):
    talk = saying(b"HTTP/1.1 200 OK\r\n\r\n" + GOOD[:-5], then=hang_up)

    async with served(talk) as port:
        with pytest.raises(BadAnswer, match="not JSON"):
            await check(port)


@pytest.mark.parametrize(
    "said", [(), (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",)], ids=["head", "body"]
)
async def test_a_server_that_falls_silent_is_left_at_the_deadline(check, said):
    async with served(saying(*said, then=say_nothing)) as port:
        with pytest.raises(TimedOut, match=f"no answer from 127.0.0.1:{port} within 0.05 s"):
            await check(port, timeout_s=0.05)


async def test_a_connection_left_at_the_deadline_is_not_used_again(client_at):
    turns = iter([saying(CUT, then=say_nothing), saying(http(GOOD))])

    async def talk(stream):
        await next(turns)(stream)

    async with (
        served(talk) as port,
        client_at(port, timeout_s=1, max_connections=1) as client,
    ):
        with pytest.raises(TimedOut):
            await client.whatsapp.contacts.check(NUMBER, session_id="s")

        assert (await client.whatsapp.contacts.check(NUMBER, session_id="s")).is_whatsapp_user


async def test_a_second_answer_to_one_request_is_never_taken_for_the_next_number(client_at):
    other = {"phone": "+447700900001", "is_whatsapp_user": False}
    talk = saying(http(GOOD) + http(GOOD))

    async with served(talk) as port, client_at(port) as client:
        assert (await client.whatsapp.contacts.check(NUMBER, session_id="s")).is_whatsapp_user

        with pytest.raises(ApiError) as raised:
            await client.whatsapp.contacts.check(other["phone"], session_id="s")

    assert raised.value.transient


# By ours alone: httpcore nests generators that Trio warns of when a body is left half-way.
@pytest.mark.parametrize("carrier", [keepalive_transport])
async def test_a_body_of_a_gigabyte_is_left_at_the_cap(check):
    sent = []

    async def talk(stream):
        await stream.receive()
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            await stream.send(b" " * 65_536)
            sent.append(65_536)

    async with served(talk) as port:
        with pytest.raises(BadAnswer, match="larger than any answer"):
            await check(port)

    assert sum(sent) < 50_000_000  # what the buffers of both sockets took


async def test_a_server_without_tls_is_reached_without_a_proxy(check, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)

    async with served(saying(http(GOOD))) as port:
        assert (await check(port)).is_whatsapp_user


@pytest.fixture
def recorded():
    """Return every log record written while the test runs, with every logger at DEBUG."""
    texts = []

    class Recorder(logging.Handler):
        def emit(self, record):
            texts.append(f"{record.name}: {record.getMessage()} {record.args} {record.__dict__}")

    recorder = Recorder()
    names = ["", *logging.root.manager.loggerDict]
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().addHandler(recorder)
    yield texts
    logging.getLogger().removeHandler(recorder)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


async def test_no_log_record_and_no_traceback_holds_key_or_number(check, key, carrier, recorded):
    """The server sends back all it was told, in every place that a library might log."""
    echo = f"X-Echo: {NUMBER} {key} /contacts/%2B447700900000/check"
    talks = [
        saying(http(GOOD, echo)),
        saying(http(json.dumps({"error": {"message": f"{NUMBER} {key}"}}).encode(), echo, status="422 No")),
        saying(http(b"", echo, f"Location: https://elsewhere.invalid/{NUMBER}?{key}", status="302 Found")),
        saying(http(f"<p>{NUMBER} {key}".encode(), echo)),
        saying(f"{NUMBER} {key}\r\n\r\n".encode(), then=hang_up),
        saying(f"HTTP/1.1 200 {NUMBER} {key}\r\n{NUMBER} {key}\r\n\r\n".encode(), then=hang_up),
    ]
    raised = []

    for talk in talks:
        async with served(talk) as port:
            try:
                await check(port)
            except ApiError as error:
                raised.append(
                    "".join(traceback.format_exception(error)) + repr(error) + repr(error.__cause__)
                )

    assert len(raised) == 5
    logged = any("httpcore.http11: receive_response_headers.complete" in text for text in recorded)
    assert logged is (carrier is httpx_transport)
    for text in recorded + raised:
        assert "7700900000" not in text
        assert key not in text


async def test_what_httpx_itself_logs_is_masked_too(recorded):
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    async with httpx.AsyncClient(transport=transport) as client:
        await client.get("https://sendapi.co/v1/whatsapp/contacts/%2B447700900000/check")

    line = next(text for text in recorded if text.startswith("httpx: "))
    assert "HTTP Request: GET https://sendapi.co/v1/whatsapp/contacts/%2B[number]/check" in line
    assert "447700900000" not in line
