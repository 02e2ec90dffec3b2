"""What is let through: requests of the page itself, under its own name."""

import pytest
from starlette.datastructures import Headers

from tests.support.web.opened import HOST, NAMES, ORIGIN
from validator.web.guard import OPENING, Hosts, refusal


def asked(method="POST", path="/key", **headers):
    given = {"host": HOST, "origin": ORIGIN} | {
        name.replace("_", "-"): text for name, text in headers.items()
    }
    return refusal(method, path, Headers({name: text for name, text in given.items() if text}), NAMES)


def test_the_page_itself_is_let_through():
    assert asked() is None
    assert asked(sec_fetch_site="same-origin") is None
    assert asked("GET", "/", origin="", sec_fetch_site="none") is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8765",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:8766",
        "127.0.0.1:8765.evil.example",
        "user@127.0.0.1:8765",
        "127.0.0.1:8765/",
        "127.0.0.2:8765",
        "192.168.1.20:8765",
        "[::1",
        "127.0.0.1:port",
    ],
)
def test_another_name_is_refused_whatever_is_asked_for(host):
    assert "name" in asked("GET", "/", host=host, origin="")
    assert "name" in asked("GET", OPENING, host=host, origin="")
    assert "name" in asked(host=host, origin=f"http://{host}")


def test_two_names_are_refused():
    headers = Headers(raw=[(b"host", HOST.encode()), (b"host", b"evil.example")])

    assert "name" in refusal("GET", "/", headers, NAMES)


@pytest.mark.parametrize(
    "origin",
    ["null", "http://evil.example", "https://127.0.0.1:8765", "http://127.0.0.1:9999", "http://localhost"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_origin_is_refused(origin, method):
    assert "another site" in asked(method, origin=origin)


def test_a_change_has_to_say_where_it_comes_from():
    assert "does not say" in asked(origin="")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_look_from_another_site_is_refused_but_for_the_opening_link(site):
    assert "another site" in asked("GET", "/lists/0123", origin="", sec_fetch_site=site)
    assert asked("GET", OPENING, origin="", sec_fetch_site=site) is None


@pytest.mark.parametrize(
    ("host", "is_one"),
    [
        ("192.168.1.20:80", True),
        ("192.168.1.20", True),
        ("[fe80::1]", True),
        ("desk", True),
        ("rebound.example", False),
    ],
)
def test_beyond_loopback_any_numeric_address_is_the_page_and_no_foreign_name(host, is_one):
    assert Hosts(80, frozenset({"desk"}), any_address=True).allow(host) is is_one
