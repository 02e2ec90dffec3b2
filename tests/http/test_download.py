"""Lists on web servers: which are fetched, from where, and what becomes of a transfer that fails."""

from pathlib import Path

import pytest

from tests.support.http.loopback import Server, hang_up, http, saying, served
from tests.support.http.proxying import Tunnels
from validator.errors import FileError, UsageError
from validator.http.download import download
from validator.model import ObjectUrl

pytestmark = pytest.mark.anyio

LEADS = b"phone\n+447700900001\n"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


async def fetched(url, folder):
    """Return the list, or why it is not there."""
    try:
        return (await download(ObjectUrl(url), Path(folder))).read_bytes()
    except FileError as error:
        return str(error)


def redirecting(location, then=LEADS):
    """A server that redirects the first request of a path, and answers others."""

    async def talk(stream):
        while head := await stream.receive():
            if head.startswith(b"GET /leads.csv "):
                await stream.send(http(b"", f"Location: {location}", status="302 Found"))
            else:
                await stream.send(http(then))

    return talk


async def test_a_list_comes_encrypted_from_an_authority_that_the_environment_names(
    authority, certificate, environment, tmp_path
):
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    async with served(saying(http(LEADS)), context=certificate) as port:
        url = f"https://localhost:{port}/lists/leads.csv"
        assert "local issuer certificate; trusted is the system's store" in await fetched(url, tmp_path)
        (tmp_path / "leads.csv").unlink()
        environment.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert await fetched(url, tmp_path) == LEADS


async def test_a_list_goes_through_the_proxy_that_the_environment_names(
    authority, certificate, environment, tmp_path
):
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    environment.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    tunnels = Tunnels()
    async with (
        served(tunnels.talk) as proxy_port,
        served(saying(http(LEADS)), context=certificate) as port,
    ):
        environment.setenv("https_proxy", f"http://ann:secret-2026@127.0.0.1:{proxy_port}")
        assert await fetched(f"https://localhost:{port}/leads.csv", tmp_path) == LEADS

    assert "Proxy-Authorization: Basic YW5uOnNlY3JldC0yMDI2" in tunnels.heads[0]
    assert b"leads" not in tunnels.clear


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "http://lists.example/leads.csv",
            "would come unencrypted, and could be changed on the way",
        ),
        ("http://10.0.0.7/leads.csv", "would come unencrypted"),
        ("HTTP://localhost.example/leads.csv", "would come unencrypted"),
        ("https:///leads.csv", "names no object"),
        ("https://lists.example/..", "names no object"),
        ("https://lists.example/a%00b", "names no object"),
    ],
)
async def test_what_is_not_fetched_is_not_asked_for(url, says, tmp_path):
    assert says in await fetched(url, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_this_machine_may_be_asked_without_tls(host, tmp_path):
    async with served(saying(http(LEADS))) as port:
        assert await fetched(f"http://{host}:{port}/leads.csv", tmp_path) == LEADS
    (copy,) = tmp_path.iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("location", ["/other.csv", "other.csv", "http://127.0.0.1:{port}/other.csv"])
async def test_a_redirect_on_the_same_server_is_followed(location, tmp_path):
    server = Server(redirecting(location))
    async with served(server.talk) as port:
        server.talks[0] = redirecting(location.format(port=port))
        assert await fetched(f"http://127.0.0.1:{port}/leads.csv", tmp_path) == LEADS


@pytest.mark.parametrize(
    "location",
    [
        "https://ann:secret@lists.example/leads.csv?sig=1",
        "http://localhost:{port}/x.csv",
        "http://127.0.0.1:{other}/x.csv",
        "//169.254.169.254/latest",
    ],
)
async def test_a_redirect_to_another_server_is_named_and_not_followed(location, tmp_path):
    other = Server(saying(http(LEADS)))
    server = Server(None)
    async with served(server.talk) as port, served(other.talk) as other_port:
        server.talks[0] = redirecting(location.format(port=port, other=other_port))
        said = await fetched(f"http://127.0.0.1:{port}/leads.csv", tmp_path)

    assert "redirects to another server (http" in said
    assert "secret" not in said
    assert other.connections == 0


async def test_redirects_without_end_are_left(tmp_path):
    async with served(redirecting("/leads.csv")) as port:
        assert "it redirects without end" in await fetched(f"http://127.0.0.1:{port}/leads.csv", tmp_path)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("404 Not Found", "does not exist; check its name"),
        ("410 Gone", "does not exist"),
        ("401 Unauthorized", "may not be read without credentials"),
        ("403 Forbidden", "may not be read without credentials"),
        ("418 Teapot", "(status 418)"),
        ("206 Partial Content", "(status 206)"),
        ("304 Not Modified", "(status 304)"),
    ],
)
async def test_another_answer_than_the_list_is_named(status, says, tmp_path):
    async with served(saying(http(b"", status=status))) as port:
        assert says in await fetched(f"http://127.0.0.1:{port}/leads.csv", tmp_path)


CUT = saying(http(LEADS)[:-5], then=hang_up)
BUSY = saying(http(b"no", status="503 Busy"), then=hang_up)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [CUT, BUSY, hang_up])
async def test_a_list_that_breaks_off_is_fetched_anew_and_whole(fault, tmp_path):
    server = Server(fault, fault, saying(http(LEADS)))
    async with served(server.talk) as port:
        assert await fetched(f"http://127.0.0.1:{port}/leads.csv", tmp_path) == LEADS

    assert server.connections == 3


async def test_a_list_without_an_end_is_no_list(tmp_path):
    unbounded = saying(b"HTTP/1.1 200 OK\r\n\r\n" + LEADS, then=hang_up)
    async with served(unbounded) as port:
        said = await fetched(f"http://127.0.0.1:{port}/leads.csv", tmp_path)

    assert "does not say where it ends" in said


async def test_a_proxy_of_another_kind_is_an_error(environment, tmp_path):
    environment.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")

    with pytest.raises(UsageError, match="ALL_PROXY names"):
        await download(ObjectUrl("https://lists.example/leads.csv"), tmp_path)
