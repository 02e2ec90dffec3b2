"""Fixtures for whatever goes over sockets: transports, ours and httpx's, and certificates."""

import ssl

import pytest
import trustme

from tests.support.http.loopback import httpx_transport, keepalive_transport
from validator.http.transport import KeepAliveTransport

KEY = "sk_test_canary_5f2d9a"


@pytest.fixture
def key():
    return KEY


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
