"""Which proxy a connection goes through."""

import pytest

from validator.errors import UsageError
from validator.http.masking import mask
from validator.http.proxy import Proxy, find_proxy, is_excepted

SERVER = "https://sendapi.example/v1"
HERE = "http://127.0.0.1:8080/v1"


def where(url=SERVER, given=None, **environ):
    found = find_proxy(url, given, environ)
    return str(found) if found else None


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://p.example:3128"}, "p.example:3128 (HTTPS_PROXY)"),
        ({"https_proxy": "p.example:3128"}, "p.example:3128 (https_proxy)"),
        ({"ALL_PROXY": "HTTP://p.example"}, "p.example:80 (ALL_PROXY)"),
        ({"all_proxy": "http://[::1]:3128/"}, "[::1]:3128 (all_proxy)"),
        ({"HTTPS_PROXY": "a:1", "https_proxy": "b:2", "ALL_PROXY": "c:3"}, "b:2 (https_proxy)"),
        ({"HTTPS_PROXY": "  ", "ALL_PROXY": "c:3"}, "c:3 (ALL_PROXY)"),
        ({"HTTP_PROXY": "a:1", "http_proxy": "a:1"}, None),
        ({"HTTPS_PROXY": "a:1", "NO_PROXY": "sendapi.example"}, None),
        ({"HTTPS_PROXY": "socks5://a:1", "no_proxy": "*"}, None),
    ],
)
def test_the_environment_names_a_proxy_as_it_does_for_curl(environ, found):
    assert where(**environ) == found


def test_a_given_proxy_beats_the_environment_and_none_is_none():
    environ = {"HTTPS_PROXY": "a:1", "NO_PROXY": "*"}

    assert where(given="b:2", **environ) == "b:2 (--proxy)"
    assert where(given="None", HTTPS_PROXY="a:1") is None


@pytest.mark.parametrize("given", [None, "b:2"])
def test_a_server_without_https_is_reached_directly_as_a_proxy_would_read_the_key(given):
    assert where(HERE, given, HTTPS_PROXY="a:1", ALL_PROXY="a:1", HTTP_PROXY="a:1") is None


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("socks5://ann:secret-9@a:1080", "'a:1080', which is a proxy of another kind (socks5)"),
        ("https://ann:secret-9@a:3128", "'a:3128', which is a proxy of another kind (https)"),
        ("http://ann:secret-9@:3128", "':3128', which is no address"),
        ("http://ann:secret-9@a:99999", "'a:99999', which is no address, or has no usable port"),
        ("http://ann:secret-9@a:x", "'a:x', which is no address, or has no usable port"),
        ("http://ann:secret-9@a:1/path", "'a:1', which is no address"),
        ("http://", "'', which is no address"),
        ("http://ann:secret-9@[::1:3128", "'[::1:3128', which is no address"),
        ("http://ann:secret-9@\udcfc:3128", "':3128', which is no address"),
    ],
)
def test_what_is_no_proxy_is_an_error_that_names_its_place_and_hides_the_password(text, flaw):
    with pytest.raises(UsageError, match="give one like") as raised:
        where(ALL_PROXY=text)

    assert f"ALL_PROXY names {flaw}" in str(raised.value)
    assert "secret-9" not in str(raised.value)


def test_credentials_are_sent_as_they_are_meant_and_shown_nowhere():
    proxy = Proxy.parse("http://ann%40shop:p%40ss%3Aw%C3%B6rd@a:1", "HTTPS_PROXY")

    assert proxy.authorization == "Basic YW5uQHNob3A6cEBzczp3w7ZyZA=="
    assert "YW5u" not in repr(proxy) + str(proxy)
    assert mask(f"p@ss:wörd p%40ss%3Aw%C3%B6rd {proxy.authorization}") == "[key] [key] Basic [key]"


def test_a_password_may_be_missing_or_hold_an_at_sign():
    assert Proxy.parse("ann@a:1", "--proxy").authorization == "Basic YW5uOg=="
    assert Proxy.parse("ann:x@y@a:1", "--proxy").authorization == "Basic YW5uOnhAeQ=="


@pytest.mark.parametrize(
    ("exceptions", "excepted"),
    [
        ("", False),
        ("*", True),
        ("b.example", True),
        (".b.example", True),
        ("*.b.example", True),
        ("B.EXAMPLE.", True),
        ("ab.example", False),
        ("c.a.b.example", False),
        ("other, a.b.example:443", True),
        ("a.b.example:8443", False),
        ("other a.b.example", True),
        ("10.0.0.0/8", False),
    ],
)
def test_exceptions_name_hosts_and_what_is_below_them(exceptions, excepted):
    assert is_excepted("a.b.example", 443, exceptions) is excepted


@pytest.mark.parametrize(
    ("host", "exceptions", "excepted"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.3:443", True),
        ("10.1.2.3", "10.1.2.3:80", False),
        ("10.1.2.3", "10.1.2.4/32,11.0.0.0/8", False),
        ("10.1.2.3", "fd00::/8", False),
        ("fd00::7", "fd00::/8", True),
        ("::1", "[::1]:443", True),
        ("::1", "[::1]", True),
        ("::1", "::1", True),
    ],
)
def test_exceptions_name_addresses_and_blocks_of_them(host, exceptions, excepted):
    assert is_excepted(host, 443, exceptions) is excepted
