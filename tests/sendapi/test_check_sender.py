"""A check that is sent without a task has the bytes, the answer and the failure of one in a coroutine."""

import json

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.http.loopback import http, saying, served
from tests.support.http.transports import KEY
from validator.errors import ApiError
from validator.http.request_bytes import RequestBytes
from validator.model import MAX_DIGITS, MIN_DIGITS, Number
from validator.sendapi import AsyncSendAPI
from validator.sendapi.address import check_path

NUMBER = Number(447700900000)
ANSWERS = {
    "yes": {"phone": "+447700900000", "is_whatsapp_user": True},
    "no, in an envelope": {"data": {"phone": "+447700900000", "is_whatsapp_user": False}},
    "another number": {"phone": "+447700900001", "is_whatsapp_user": True},
    "no flag": {"phone": "+447700900000"},
    "a text": "yes",
}
REFUSALS = {
    "422 No": {"error": {"type": "invalid_phone", "code": 4001}},
    "401 No": {"error": {"type": "authentication_error", "code": 1002}},
    "429 No": {"error": {"type": "rate_limit_error"}},
    "500 No": {"error": {"type": "api_error"}},
    "302 Found": {},
}
RESPONSES = [
    *(http(json.dumps(answer).encode(), "X-RateLimit-Remaining: 3") for answer in ANSWERS.values()),
    *(http(json.dumps(body).encode(), "Retry-After: 7", status=status) for status, body in REFUSALS.items()),
    b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n{",
]

numbers = st.integers(10 ** (MIN_DIGITS - 1), 10**MAX_DIGITS - 1).map(Number)
sessions = st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)
paths = st.sampled_from(["", "/v1", "/whatsapp/contacts/%2B100000000000000/check", "/a%2Bb/100000000000000"])


@given(numbers, sessions, paths)
def test_its_bytes_are_the_same(number, session, path):
    client = AsyncSendAPI(KEY, base_url=f"https://gateway.example{path}")
    exchange = client.whatsapp.contacts._exchange
    expected = RequestBytes(exchange.base_url, exchange.headers).get(check_path(number, session))

    for _ in range(2):
        assert client.check_sender.request(number, session) == expected


async def by_coroutine(client):
    try:
        return await client.whatsapp.contacts.check(NUMBER, session_id="s")
    except ApiError as failure:
        return failure


async def by_callback(client):
    ended, found = anyio.Event(), []

    def end(how):
        found.append(how)
        ended.set()

    assert client.check_sender.begin(NUMBER, "s", end, on_unsolicited=lambda: None) is not None
    await ended.wait()
    return found[0]


def told(how):
    """What is known from how a check ended."""
    if isinstance(how, ApiError):
        return type(how), str(how), how.status, how.rate, how.request_id
    return how, how.rate, how.request_id


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("response", RESPONSES)
async def test_it_ends_the_same(response):
    first = http(b'{"used": 3}')
    found = []

    async def talk(stream):
        await stream.receive()
        await stream.send(first)
        await saying(response)(stream)

    async with served(talk) as port:
        for check in (by_coroutine, by_callback):
            async with AsyncSendAPI(KEY, base_url=f"http://127.0.0.1:{port}/v1") as client:
                await client.account.usage()
                found.append(told(await check(client)))

    assert found[0] == found[1]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_it_needs_a_transport_of_ours():
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    client = AsyncSendAPI(KEY, transport=transport)

    assert client.check_sender.begin(NUMBER, "s", lambda _: None, on_unsolicited=lambda: None) is None
