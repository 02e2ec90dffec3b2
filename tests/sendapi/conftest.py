"""A client whose provider is a function of the request, on both event loops."""

import httpx
import pytest

from validator.sendapi import AsyncSendAPI

KEY = "sk_test_canary_5f2d9a"
WALL_NOW = 1_763_900_000.0


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


@pytest.fixture
def key():
    return KEY


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
