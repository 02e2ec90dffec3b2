"""A client whose provider is a function of the request, and one over sockets, on both event loops."""

import ssl

import httpx
import pytest
import trustme

from tests.support.http.loopback import httpx_transport, keepalive_transport
from validator.http.transport import KeepAliveTransport
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


@pytest.fixture(params=[keepalive_transport, httpx_transport], ids=lambda made: made.__name__)
def carrier(request):
    """Return what makes a transport to a URL: ours and httpx's, for what has to be the same with both."""
    return request.param


@pytest.fixture
def ours():
    def make(port, *, max_connections=10, **options):
        return KeepAliveTransport(f"http://127.0.0.1:{port}/v1", max_connections=max_connections, **options)

    return make


@pytest.fixture
def either(carrier):
    """Return a transport to the server on a port, of either kind."""

    def make(port, *, max_connections=10):
        return carrier(f"http://127.0.0.1:{port}", max_connections=max_connections, context=None)

    return make


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


@pytest.fixture(scope="session")
def authority():
    """Return an authority that signs certificates."""
    return trustme.CA()


@pytest.fixture(scope="session")
def certificate(authority):
    """Return a server's context for the name `localhost`, signed by the authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture(scope="session")
def trusting(authority):
    """Return a client's context that trusts the authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context
