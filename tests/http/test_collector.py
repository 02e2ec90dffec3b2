"""A collector of OpenTelemetry: its address, its headers, and what is sent to it."""

import anyio
import httpx
import pytest

from tests.support.http.receiver import receiving
from validator.errors import UsageError
from validator.http.collector import Collector, post
from validator.http.connection_settings import connection_settings
from validator.http.masking import mask
from validator.http.network import Network
from validator.http.sending import TIMEOUT, NotDelivered


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://collector.example:4318/T0SECRET", "is not encrypted"),
        ("https://ann:T0SECRET@collector.example", "has a user name or password in it"),
        ("https://collector.example/?token=T0SECRET", "has a query or a fragment"),
        ("collector.example:4318/T0SECRET", "does not start with https://"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused_and_not_quoted(url, words):
    with pytest.raises(UsageError, match="the address of the collector") as refused:
        Collector.parse(url, "")

    assert words in str(refused.value)
    assert "SECRET" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("", {}),
        ("Api-Key=abc", {"api-key": "abc"}),
        (" a=1 , b = 2 ,", {"a": "1", "b": "2"}),
        ("authorization=Basic%20QW5uOg==", {"authorization": "Basic QW5uOg=="}),
        ("authorization=Bearer abc", {"authorization": "Bearer abc"}),
        ("list=a%2Cb", {"list": "a,b"}),
    ],
)
def test_headers_are_read_as_open_telemetry_writes_them(text, headers):
    assert Collector.parse("https://collector.example", text).headers == headers


@pytest.mark.parametrize(
    "text", ["T0SECRET", "=T0SECRET", "a b=T0SECRET", "a=T0SECRET%0AHost: b", "a=T0SECRET%C3%A4"]
)
def test_headers_that_cannot_be_sent_are_refused_and_not_quoted(text):
    with pytest.raises(UsageError, match="OTEL_EXPORTER_OTLP_HEADERS") as refused:
        Collector.parse("https://collector.example", text)

    assert "SECRET" not in str(refused.value)


def test_neither_path_nor_headers_are_printed():
    collector = Collector.parse("https://collector.example/T0SECRET/", "api-key=a-long-credential")

    assert "SECRET" not in repr(collector)
    assert "credential" not in repr(collector) + mask("api-key is a-long-credential")
    assert collector.host == "collector.example"


def test_a_short_header_hides_no_words_elsewhere():
    Collector.parse("https://collector.example", "x-scope-orgid=leads")

    assert mask("the leads of 1") == "the leads of 1"


def sent_to(url, headers=""):
    """Send once."""

    async def program():
        async with connection_settings(url, Network()).client(TIMEOUT) as client:
            await post(client, Collector.parse(url, headers), "traces", b"\x0a\x00")

    anyio.run(program)


def test_a_body_goes_to_the_path_of_its_signal_with_the_users_headers():
    with receiving() as (url, messages):
        sent_to(url.partition("?")[0] + "/", "api-key=abc,content-type=text/plain")

    (message,) = messages
    assert (message.path, message.body) == ("/hooks/T0/v1/traces", b"\x0a\x00")
    found = httpx.Headers(message.headers)
    assert (found["api-key"], found["content-type"]) == ("abc", "application/x-protobuf")


@pytest.mark.parametrize(("status", "transient"), [(400, False), (301, False), (503, True), (429, True)])
def test_a_collector_that_refuses_is_tried_again_if_that_may_help(status, transient):
    with receiving(status) as (url, _), pytest.raises(NotDelivered, match=f"answers {status}") as failed:
        sent_to(url.partition("?")[0])

    assert failed.value.transient is transient
