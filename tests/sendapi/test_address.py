import pytest

from validator.errors import UsageError
from validator.http.url import checked_base_url
from validator.sendapi import DEFAULT_BASE_URL

REMEDY = "Give another one with --base-url"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (DEFAULT_BASE_URL, "https://sendapi.co/v1"),
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
    assert text.replace("\n", " ") in str(refused.value)


def test_a_password_in_the_base_url_is_refused_and_not_repeated():
    with pytest.raises(UsageError) as refused:
        checked_base_url("https://user:hunter2@sendapi.co/v1", remedy=REMEDY)

    assert "user name or password" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("session_id", ["", "a b", "a/b", "a?b", "a&page=2", "../x", "ä", "x" * 129, "a\n"])
@pytest.mark.anyio
async def test_a_session_id_that_could_change_the_url_is_refused_unsent(answering, session_id):
    client = answering(lambda _: pytest.fail("sent"))

    for call in (
        lambda: client.whatsapp.contacts.check("+447700900000", session_id=session_id),
        lambda: client.whatsapp.contacts.list(session_id=session_id),
        lambda: client.whatsapp.sessions.get(session_id),
    ):
        with pytest.raises(UsageError, match=r"session id .* cannot be right"):
            await call()


@pytest.mark.parametrize(
    "phone", ["447700900000", "+44 7700 900000", "", "+", "+0447700900000", "+44770090000\uff10"]
)
@pytest.mark.anyio
async def test_a_phone_not_in_e164_is_refused_unsent_and_not_repeated(answering, phone):
    client = answering(lambda _: pytest.fail("sent"))

    with pytest.raises(UsageError, match=r"not in E\.164") as refused:
        await client.whatsapp.contacts.check(phone, session_id="sess_1")

    assert "7700 900000" not in str(refused.value)
    assert "write it as +447700900000" in str(refused.value)


@pytest.mark.parametrize(
    ("bounds", "flaw"),
    [
        ({"page": 0}, "page 0 does not exist"),
        ({"per_page": 0}, "per_page 0"),
        ({"per_page": 101}, "per_page 101"),
    ],
)
@pytest.mark.anyio
async def test_a_page_that_cannot_be_is_refused_unsent(answering, bounds, flaw):
    client = answering(lambda _: pytest.fail("sent"))

    with pytest.raises(UsageError, match=flaw):
        await client.whatsapp.contacts.list(session_id="sess_1", **bounds)


@pytest.mark.parametrize(
    "options",
    [
        {"timeout_s": 0},
        {"timeout_s": -1},
        {"timeout_s": float("inf")},
        {"timeout_s": float("nan")},
        {"max_connections": 0},
    ],
)
def test_a_client_without_a_deadline_or_connections_is_refused(answering, options):
    with pytest.raises(UsageError, match="above zero"):
        answering({}, **options)
