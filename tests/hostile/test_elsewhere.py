"""The way to the provider: names that do not resolve, closed ports, other hosts, other certificates.

What was sent is written down by whoever it was sent to.
"""

import csv
import socket
import ssl

import pytest
import trustme

from tests.support.hostile.misdeeds import KEY, answer
from tests.support.http.loopback import http, served

NUMBERS = ["+447700900100", "+447700900101"]
OPTIONS = "-o out.csv --accept possible --no-canaries --rate none"

pytestmark = pytest.mark.slow


@pytest.fixture
def check(run, folder):
    (folder / "list.csv").write_text("phone\n" + "\n".join(NUMBERS) + "\n")

    def check(*more):
        code, said = run("check", "list.csv", *OPTIONS.split(), *more)
        assert KEY not in said
        return code, said

    return check


@pytest.fixture
def reasons(folder):
    def read():
        with (folder / "out.csv").open(newline="") as file:
            return [row["reason"] or row["verdict"] for row in csv.DictReader(file)]

    return read


@pytest.fixture
def resolver(monkeypatch, provider):
    """Stand in for the system's resolver: `localhost` is each place in turn, and then the last one."""
    real = socket.getaddrinfo

    def stand_in(*places):
        left = list(places)

        def getaddrinfo(host, port, *more, **options):
            if host not in {"localhost", b"localhost"}:
                return real(host, port, *more, **options)
            place = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(place, OSError):
                raise place
            return real(place, port, *more, **options)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        monkeypatch.setenv("SENDAPI_BASE_URL", f"http://localhost:{provider.port}/v1")

    return stand_in


@pytest.fixture
def closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        yield free.getsockname()[1]


def hanging_up(provider):
    """Let the provider close every connection after its answer, so that each request needs the name anew."""

    async def play(stream, number, echo):
        await answer(stream, number, echo)
        await stream.aclose()

    provider.misdeed = play
    provider.session_headers = ("Connection: close",)


HERE, NOBODY = "127.0.0.1", "::1"  # the provider listens on the first one alone
UNRESOLVED = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
RESOLVER_BUSY = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def test_a_name_that_does_not_resolve_ends_the_run_before_it_begins(check, resolver, provider):
    resolver(UNRESOLVED)

    code, said = check("--timeout", "1s")

    assert code == 5, said
    assert "Name or service not known" in said
    assert provider.connections == 0


def test_a_name_that_resolves_now_and_then_costs_retries_and_nothing_else(check, resolver, provider, reasons):
    hanging_up(provider)
    resolver(HERE, RESOLVER_BUSY, RESOLVER_BUSY, HERE)

    code, said = check("--retries", "3")

    assert code == 0, said
    assert reasons() == ["registered", "not_on_whatsapp"]


@pytest.mark.parametrize("failure", ["refused", "unresolved"])
def test_a_provider_that_goes_away_leaves_unknown_and_is_gone_on_with(
    check, resolver, provider, reasons, failure
):
    hanging_up(provider)
    resolver(HERE, NOBODY if failure == "refused" else UNRESOLVED)

    code, said = check("--retries", "0")

    assert code == 4, said
    assert reasons() == ["no_connection"] * 2
    assert provider.checks == []

    resolver(HERE)
    assert check()[0] == 0


def test_a_proxy_gets_nothing_that_is_not_encrypted(check, monkeypatch, closed_port):
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")

    assert check()[0] == 0


@pytest.fixture
def listener(portal):
    """Another server, by port, that writes down every byte it is sent."""
    received = []

    async def talk(stream):
        while part := await stream.receive():
            received.append(part)

    with portal.wrap_async_context_manager(served(talk)) as port:
        yield port, received


@pytest.mark.parametrize("status", ["302 Found", "308 Permanent"])
def test_a_redirect_to_another_host_stops_the_run_and_sends_nothing_there(check, provider, listener, status):
    port, received = listener

    async def redirect(stream, number, echo):
        target = f"Location: http://127.0.0.1:{port}/v1/whatsapp/contacts/%2B{number[1:]}/check"
        await stream.send(http(b"", target, status=status))

    provider.misdeed = redirect
    provider.spoils_later_looks = True  # or nothing confirms it

    code, said = check()

    assert code == 2, said
    assert "redirects elsewhere" in said
    assert received == []
    assert not [number for number in NUMBERS if number[1:] in said]
    assert len(provider.checks) <= len(NUMBERS) + 1  # in flight at most, and one that confirms it

    provider.misdeed, provider.spoils_later_looks = answer, False
    assert check()[0] == 0


def test_a_certificate_of_unknown_make_stops_the_run_before_a_byte_is_sent(
    check, folder, monkeypatch, portal, provider
):
    received = []

    async def talk(stream):
        received.append(await stream.receive())

    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("localhost").configure_cert(serving)
    with portal.wrap_async_context_manager(served(talk, context=serving)) as port:
        monkeypatch.setenv("SENDAPI_BASE_URL", f"https://localhost:{port}/v1")
        code, said = check()

    assert code == 6, said
    assert "certificate" in said
    assert received == []

    monkeypatch.setenv("SENDAPI_BASE_URL", f"http://127.0.0.1:{provider.port}/v1")
    assert check()[0] == 0
