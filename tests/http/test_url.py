import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.errors import UsageError
from validator.http.route import origin_of
from validator.http.url import checked_base_url

REMEDY = "Give another one with --base-url"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://sendapi.co/v1", "https://sendapi.co/v1"),
        ("https://sendapi.co/v1/", "https://sendapi.co/v1"),
        ("https://SendAPI.co:443/v1//", "https://sendapi.co/v1"),
        ("https://gateway.internal:8443", "https://gateway.internal:8443"),
        ("https://api_gw.example.com", "https://api_gw.example.com"),
        ("https://münchen.example/v1", "https://xn--mnchen-3ya.example/v1"),
        ("https://192.0.2.7/v1", "https://192.0.2.7/v1"),
        ("http://localhost:8080/v1", "http://localhost:8080/v1"),
        ("http://LOCALHOST/v1", "http://localhost/v1"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.8.9.10/v1", "http://127.8.9.10/v1"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
    ],
)
def test_good_base_urls_are_normalised(text, url):
    assert checked_base_url(text, remedy=REMEDY) == url


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", "does not start with https://"),
        ("sendapi.co/v1", "does not start with https://"),
        ("ftp://sendapi.co", "does not start with https://"),
        ("https://", "does not start with https:// and a host"),
        ("https:///v1", "does not start with https:// and a host"),
        ("https://sendapi.co/v1?plan=growth", "a query or a fragment"),
        ("https://sendapi.co/v1?", "a query or a fragment"),
        ("https://sendapi.co/v1#top", "a query or a fragment"),
        ("https://sendapi.co:70000", "no usable host and port"),
        ("https://sendapi.co:0", "no usable host and port"),
        ("https://send api.co", "no usable host and port"),
        ("https://send..api.co", "no usable host and port"),
        ("https://" + "a" * 64 + ".example", "no usable host and port"),
        ("https://sendapi.co:port", "is not a URL"),
        ("https://sendapi.co/\nv1", "is not a URL"),
        ("http://sendapi.co/v1", "is not encrypted"),
        ("http://localhost.example.com/v1", "is not encrypted"),
        ("http://192.168.100.200:8080", "is not encrypted"),
        ("http://128.0.0.1", "is not encrypted"),
    ],
)
def test_a_bad_base_url_is_refused_with_its_flaw_and_the_remedy(text, flaw):
    with pytest.raises(UsageError) as refused:
        checked_base_url(text, remedy=REMEDY)

    assert flaw in str(refused.value)
    assert "--base-url" in str(refused.value)
    assert text.replace("\n", " ").partition("?")[0].partition("#")[0] in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "https://user:hunter2@sendapi.co/v1",
        "https://user:p@hunter2@sendapi.co/v1",
        "https://user:hunter2/x@sendapi.co/v1",
        "https://user:hunter2?x@sendapi.co/v1",
        "https:user:hunter2@sendapi.co/v1",
        "user:hunter2@sendapi.co/v1",
        "user:hunter2@sendapi.co://v1",
        "https://sendapi.co/v1?key=hunter2",
        "https://sendapi.co/v1#hunter2",
        "https://user:x@sendapi.co/v1?to=https://hunter2",
    ],
)
def test_a_secret_in_the_base_url_is_refused_and_not_repeated(text):
    with pytest.raises(UsageError) as refused:
        checked_base_url(text, remedy=REMEDY)

    assert "hunter2" not in str(refused.value)
    assert "sendapi.co" in str(refused.value)


HOSTS = st.sampled_from(
    ("sendapi.co", "SendAPI.co", "a_b.example", "127.0.0.1", "192.0.2.7", "1.2.3.999", "[::1]")
)
PORTS = st.sampled_from(("", ":80", ":443", ":8443", ":0443", ":4430", ":65535", ":65536", ":99999"))
SEGMENTS = st.lists(
    st.sampled_from(("", "v1", ".", "..", ".v", "v.1", "%c3%A9", "é", "a~b", "a+b")), max_size=4
)


@pytest.mark.slow
@given(st.sampled_from(("https", "http", "HTTPS")), HOSTS, PORTS, SEGMENTS)
def test_a_base_url_is_normalised_as_httpx_does_it(scheme, host, port, segments):
    text = "/".join([f"{scheme}://{host}{port}", *segments])
    try:
        url = checked_base_url(text, remedy=REMEDY)
    except UsageError:
        return
    expected = httpx.URL(text)
    assert url == str(expected).rstrip("/")
    assert origin_of(url) == (
        expected.scheme,
        expected.raw_host.decode(),
        expected.port or {"https": 443, "http": 80}[expected.scheme],
    )
