"""Who is spoken to: certificates of every kind, and encrypted connections that break off."""

import contextlib
import gc
import ssl
from datetime import UTC, datetime, timedelta

import anyio
import pytest
import trustme

from tests.support.http.loopback import (
    Server,
    hang_up,
    http,
    keepalive_transport,
    reset,
    saying,
    served,
)
from validator.errors import BadAnswer, CertificateFailed, NoAnswer, TimedOut

pytestmark = pytest.mark.anyio

NUMBER = "+447700900000"
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def serving(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


def self_signed(authority, folder):
    """An authority's own certificate, which nobody but itself vouches for."""
    own = trustme.CA()
    chain = folder / "self-signed.pem"
    chain.write_bytes(own.private_key_pem.bytes() + own.cert_pem.bytes())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain)
    return context


def of_nobody_known(authority, folder):
    return serving(trustme.CA().issue_cert("localhost"))


def expired(authority, folder):
    return serving(authority.issue_cert("localhost", not_before=NOW - 2 * DAY, not_after=NOW - DAY))


def not_yet_valid(authority, folder):
    return serving(authority.issue_cert("localhost", not_before=NOW + DAY, not_after=NOW + 2 * DAY))


def of_another_host(authority, folder):
    return serving(authority.issue_cert("elsewhere.example"))


@pytest.mark.parametrize(
    ("make", "flaw"),
    [
        (self_signed, "self-signed certificate"),
        (of_nobody_known, "unable to get local issuer certificate"),
        (expired, "certificate has expired"),
        (not_yet_valid, "certificate is not yet valid"),
        (of_another_host, "Hostname mismatch"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_a_certificate_that_proves_nothing_stops_before_the_key_is_sent(  # noqa: PLR0917 - fixtures
    client_at, authority, trusting, tmp_path, make, flaw
):
    received = []

    async def talk(stream):
        received.append(await stream.receive())

    server = Server(talk)
    async with (
        served(server.talk, context=make(authority, tmp_path)) as port,
        client_at(port, scheme="https", host="localhost", context=trusting) as client,
    ):
        with pytest.raises(CertificateFailed, match=f"does not prove who it is: .*{flaw}") as raised:
            await client.whatsapp.contacts.check(NUMBER, session_id="s")

    assert not raised.value.transient
    assert received == []


async def test_a_certificate_of_the_name_does_not_serve_for_the_address(client_at, certificate, trusting):
    async with (
        served(saying(http(b"{}")), context=certificate) as port,
        client_at(port, scheme="https", context=trusting) as client,
    ):
        with pytest.raises(CertificateFailed, match="IP address mismatch"):
            await client.account.usage()


async def test_a_trusted_certificate_serves(client_at, certificate, trusting):
    async with (
        served(saying(http(b'{"used": 3}')), context=certificate) as port,
        client_at(port, scheme="https", host="localhost", context=trusting) as client,
    ):
        assert await client.account.usage() == {"used": 3}


async def test_a_server_without_tls_behind_an_https_address_is_no_answer(client_at, trusting):
    async with (
        served(saying(http(b"{}"))) as port,
        client_at(port, scheme="https", host="localhost", context=trusting) as client,
    ):
        with pytest.raises(NoAnswer) as raised:
            await client.account.usage()

    assert type(raised.value) is NoAnswer


@pytest.mark.parametrize("then", [hang_up, reset])
async def test_a_handshake_that_breaks_off_is_no_answer(client_at, trusting, then):
    async with (
        served(then) as port,
        client_at(port, scheme="https", host="localhost", context=trusting) as client,
    ):
        with pytest.raises(NoAnswer) as raised:
            await client.account.usage()

    assert type(raised.value) is NoAnswer


@pytest.fixture
def no_garbage_collection():
    """Keep whatever was left open in a cycle of objects from being found and closed."""
    gc.disable()
    yield
    gc.enable()


# By ours alone: httpx leaves such a socket to the garbage collector.
@pytest.mark.parametrize("carrier", [keepalive_transport])
async def test_a_handshake_that_never_ends_is_left_at_the_deadline_and_closed(
    client_at, trusting, no_garbage_collection
):
    is_closed = anyio.Event()

    async def talk(stream):
        with contextlib.suppress(anyio.EndOfStream, anyio.BrokenResourceError):
            while True:
                await stream.receive()
        is_closed.set()

    async with (
        served(talk) as port,
        client_at(port, scheme="https", host="localhost", context=trusting, timeout_s=0.1) as client,
    ):
        with pytest.raises(TimedOut):
            await client.account.usage()
        with anyio.fail_after(10):
            await is_closed.wait()


# TLS's own goodbye is not waited for, as hardly any server says it. What ends too early is known by its
# length, or by not being JSON.
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (http(b'{"used": 3}')[:-5], NoAnswer),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{", NoAnswer),
        (b'HTTP/1.1 200 OK\r\n\r\n{"used"', BadAnswer),
        (b"", NoAnswer),
    ],
    ids=["by its length", "by its chunks", "by its braces", "before anything"],
)
@pytest.mark.parametrize("then", [hang_up, reset])
async def test_an_encrypted_answer_that_ends_too_early_is_none(  # noqa: PLR0917 - fixtures
    client_at, certificate, trusting, said, expected, then
):
    async def talk(stream):
        await stream.receive()
        await stream.send(said)
        await then(stream)

    async with (
        served(talk, context=certificate) as port,
        client_at(port, scheme="https", host="localhost", context=trusting) as client,
    ):
        with pytest.raises((NoAnswer, BadAnswer)) as raised:
            await client.account.usage()

    # A reset may overtake what was sent before it.
    assert type(raised.value) in ({expected} if then is hang_up else {expected, NoAnswer})
