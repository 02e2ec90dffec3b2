"""A client whose provider is a function of the request, and one over sockets, on both event loops."""

import httpx
import pytest

from tests.support.http.transports import KEY
from validator.sendapi import AsyncSendAPI

WALL_NOW = 1_763_900_000.0


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


@pytest.fixture
def answering():
    """Return a client that gets `answer`: a response, a JSON body, or a function of the request."""

    def make(answer, **options):
        def handler(request):
            told = answer(request) if callable(answer) else answer
            return told if isinstance(told, httpx.Response) else httpx.Response(200, json=told)

        options.setdefault("wall_clock", lambda: WALL_NOW)
        return AsyncSendAPI(KEY, transport=httpx.MockTransport(handler), **options)

    return make


@pytest.fixture
def registered():
    return {
        "phone": "+447700900000",
        "is_whatsapp_user": True,
        "whatsapp_id": "447700900000@s.whatsapp.net",
    }


@pytest.fixture
def client_at(key, carrier):
    """Return a client of the server on a port, over each of the transports."""

    def make(port, *, scheme="http", host="127.0.0.1", context=None, max_connections=100, **options):
        url = f"{scheme}://{host}:{port}/v1"
        transport = carrier(url, max_connections=max_connections, context=context)
        return AsyncSendAPI(
            key, base_url=url, max_connections=max_connections, transport=transport, **options
        )

    return make
