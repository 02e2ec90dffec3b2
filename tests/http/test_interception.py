"""What a response looks like that is not in the gateway's form."""

import pytest

from validator.errors import Intercepted, RateLimited, Redirected, ServerError
from validator.http.interception import appearance, intercepted
from validator.http.reply import Reply
from validator.model import NO_NOTICE, RateNotice, RateWindow


def reply(status, body=b"", **headers):
    return Reply(
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=body,
    )


LOOKS = [
    (reply(403, b"<title>Just a moment...</title>", server="cloudflare"), "a firewall's challenge"),
    (reply(403, b"error code: 1020"), "a firewall's challenge"),
    (reply(403, b"", cf_mitigated="challenge"), "a firewall's challenge"),
    (reply(405, b"", x_amzn_waf_action="captcha"), "a firewall's challenge"),
    (reply(200, b"<h1>Welcome to our Hotspot</h1>"), "a captive portal"),
    (reply(302, b"", location="http://10.0.0.1/portal?from=x"), "a captive portal"),
    (reply(511, b"<html>Log in first"), "a captive portal"),
    (reply(407, b""), "a proxy's log-in"),
    (reply(401, b"<html>", proxy_authenticate="Basic realm=x"), "a proxy's log-in"),
    (reply(404, b'{"message":"no Route matched with those values"}', server="kong/3"), "an API gateway"),
    (reply(403, b'{"message":"Missing Authentication Token"}'), "an API gateway"),
    (reply(401, b'{"message":"Unauthorized"}', x_amzn_errortype="UnauthorizedException"), "an API gateway"),
    (reply(304), "a cache"),
    (reply(404, b"<html><h1>404 Not Found</h1><hr>nginx</html>", server="nginx"), "an error page"),
    (reply(404, b""), "an empty page"),
    (reply(422, b'{"title": "no"}'), "the JSON of another program"),
    (reply(466, b"[]"), "the JSON of another program"),
    (reply(418, b"short and stout"), "a text of another program"),
    (reply(403, None), "a page that is too large, or compressed without being asked to"),
]


@pytest.mark.parametrize(("answer", "looks"), LOOKS)
def test_the_message_names_what_answered(answer, looks):
    assert appearance(answer) == looks
    assert str(intercepted(answer, rate=NO_NOTICE)).startswith(
        f"something in between answered {answer.status}"
    )
    assert looks in str(intercepted(answer, rate=NO_NOTICE))


def test_where_a_redirect_leads_is_named_without_the_number():
    error = intercepted(reply(307, location="https://elsewhere.example/%2B447700900000"), rate=NO_NOTICE)

    assert type(error) is Redirected
    assert "to https://elsewhere.example/" in str(error)
    assert "447700900000" not in str(error)
    assert "--base-url" in str(error)


@pytest.mark.parametrize(("status", "is_named"), [(404, True), (405, True), (403, False), (502, False)])
def test_a_page_in_place_of_the_path_names_the_address(status, is_named):
    error = intercepted(reply(status, b"<html>"), rate=NO_NOTICE)

    assert ("--base-url is wrong" in str(error)) is is_named


@pytest.mark.parametrize(
    ("status", "kind", "believed"),
    [(429, RateLimited, True), (503, ServerError, True), (403, Intercepted, False), (302, Redirected, False)],
)
def test_limits_are_believed_only_from_what_answers_about_load(status, kind, believed):
    rate = RateNotice(windows=(RateWindow(limit=5, window_s=60.0),), retry_after_s=7.0, sent_at_s=1.0)

    error = intercepted(reply(status), rate=rate)

    assert type(error) is kind
    assert error.rate == (rate if believed else RateNotice(sent_at_s=1.0))


@pytest.mark.parametrize("byte", [b"<", b"(", b"a ", b"error ", b"\xff"])
def test_a_page_made_to_take_long_is_named_at_once(byte):
    assert appearance(reply(403, byte * 1_000_000))
