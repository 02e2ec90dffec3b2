"""Requests that are put together once are on the wire as httpx and h11 would write them each time."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.http.httpx_bytes import bytes_of
from validator.http.request_bytes import RequestBytes
from validator.http.transport_errors import LocalProtocolError

HEADERS = {"Authorization": "Bearer sk_test_1", "Accept": "application/json", "X-Two": "a b"}

BASES = st.sampled_from(
    (
        *("https://sendapi.co/v1", "http://127.0.0.1:8080", "https://[::1]:8443/a/b"),
        "https://gateway.example/%C3%A9",
    )
)
PARTS = (
    *("/whatsapp", "/contacts", "/%2B447700900000", "?session_id=s", "/.", "/..", "/.x", "/a.b", "//", "é"),
    *(" ", "%", "%zz", "%c3", "+", "@", "&b=c", "#", "[", "~", "'", "\\", ":", ";"),
)
PATHS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map(
    lambda parts: "/" + "".join(parts).lstrip("/")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("aé\n"), inner, max_size=3),
    max_leaves=5,
).filter(lambda value: value is not None)


@pytest.mark.slow
@given(BASES, PATHS)
def test_a_get_is_the_same(base, path):
    expected = bytes_of(httpx.Request("GET", base + path, headers=HEADERS))

    assert RequestBytes(base, HEADERS).get(path) == expected


@pytest.mark.slow
@given(BASES, PATHS, JSON)
def test_a_post_is_the_same(base, path, body):
    expected = bytes_of(httpx.Request("POST", base + path, headers=HEADERS, json=body))

    assert RequestBytes(base, HEADERS).post(path, body) == expected


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\0", " a", "a ", "é"])
def test_a_header_that_cannot_be_sent_is_refused(value):
    requests = RequestBytes("https://sendapi.co/v1", {"X-Two": value})

    with pytest.raises(LocalProtocolError):
        requests.get("/")
