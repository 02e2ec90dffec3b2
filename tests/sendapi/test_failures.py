"""Refusals: every status, code and envelope of the contract, and those seen elsewhere."""

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.errors import (
    ApiError,
    BadAnswer,
    Forbidden,
    Intercepted,
    InvalidPhone,
    InvalidRequest,
    MissingOrBadKey,
    NotFound,
    QuotaExceeded,
    RateLimited,
    Redirected,
    ServerError,
    SessionNotConnected,
    UnexpectedStatus,
)
from validator.http.reply import Reply
from validator.sendapi.envelope import understand
from validator.sendapi.failures import Fault, meaning_of

CONTRACT = [
    (401, 4010, "missing_api_key", MissingOrBadKey),
    (401, 4011, "invalid_api_key", MissingOrBadKey),
    (401, 4012, "revoked_api_key", MissingOrBadKey),
    (401, 4013, "expired_api_key", MissingOrBadKey),
    (403, 4030, "insufficient_scope", Forbidden),
    (402, 4020, "quota_exceeded", QuotaExceeded),
    (402, 402, "subscription_required", QuotaExceeded),
    (402, 402, "subscription_expired", QuotaExceeded),
    (400, 4000, "invalid_request", InvalidRequest),
    (422, 4000, "invalid_request", InvalidRequest),
    (400, 4001, "invalid_phone", InvalidPhone),
    (422, 4001, "invalid_phone", InvalidPhone),
    (404, None, "not_found", NotFound),
    (409, None, "session_not_connected", SessionNotConnected),
    (422, None, "session_not_connected", SessionNotConnected),
    (429, 4029, "rate_limit_exceeded", RateLimited),
    (500, None, "api_error", ServerError),
    (503, None, "api_error", ServerError),
]

CLASSES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    429: "rate_limit_error",
    500: "api_error",
    503: "api_error",
}


def envelope_1(code, kind):
    error = {"type": kind, "message": "Because.", "code": code, "request_id": "req_1"}
    return {"success": False, "error": error}


def envelope_2(code, kind):
    meta = {"request_id": "req_1", "timestamp": "2026-03-09T14:30:00.000000Z"}
    return {"success": False, "error": {"type": kind, "message": "Because.", "code": code}, "meta": meta}


@pytest.fixture
def refused(answering):
    """Return the exception that a response of the provider becomes."""

    async def ask(response):
        with pytest.raises(ApiError) as raised:
            await answering(response).whatsapp.contacts.check("+447700900000", session_id="sess_1")
        return raised.value

    return ask


@pytest.mark.anyio
@pytest.mark.parametrize(("status", "code", "kind", "expected"), CONTRACT)
@pytest.mark.parametrize("envelope", [envelope_1, envelope_2])
async def test_the_contracts_errors_become_their_own_types(
    refused, *, envelope, status, code, kind, expected
):
    error = await refused(httpx.Response(status, json=envelope(code, kind)))

    assert type(error) is expected
    assert (error.status, error.code, error.type, error.request_id) == (status, code, kind, "req_1")
    assert f"answered {status}" in str(error)
    assert kind in str(error)
    assert "Because" in str(error)


@pytest.mark.anyio
@pytest.mark.parametrize(("status", "code", "kind", "expected"), CONTRACT)
async def test_the_third_envelope_means_the_same(refused, status, code, kind, expected):
    error = {
        "type": CLASSES.get(status, "invalid_request_error"),
        "code": kind,
        "param": "phone",
        "message": "Because.",
    }
    response = httpx.Response(status, json={"error": error}, headers={"x-request-id": "req_1"})

    raised = await refused(response)

    assert type(raised) is expected
    assert (raised.code, raised.request_id) == (kind, "req_1")


# Of no program, and of others: only the provider's own envelope says something about key, session or number.
OF_OTHERS = (
    b"",
    b"<html>Bad gateway</html>",
    b"[1]",
    b'{"unheard": "of"}',
    b'{"error": 5}',
    b'{"error": "Unauthorized"}',
    b'{"message": "no Route matched with those values"}',
    b'{"code": 4011, "type": "invalid_api_key"}',
    b'{"error": {"code": 402, "message": "Pay first", "status": "PAYMENT_REQUIRED"}}',
    b'{"error": {"message": "Invalid token", "type": "OAuthException", "code": 190}}',
    b'{"statusCode": 404, "message": "Cannot GET /v1", "error": "Not Found"}',
    b'{"success": false, "errors": [{"code": 4011, "message": "no"}]}',
)


def understood(status, body):
    with pytest.raises(ApiError) as raised:
        understand(Reply(status=status, headers={}, body=body), 0.0)
    return raised.value


@pytest.mark.parametrize("body", OF_OTHERS)
def test_a_refusal_in_no_envelope_is_something_in_between_whatever_its_status(body):
    errors = {(status, body): understood(status, body) for status in range(300, 600)}

    kinds = {at: type(error) for at, error in errors.items()}
    assert kinds == {at: kind_of_others(at[0]) for at in errors}
    assert all(error.status == status for (status, _), error in errors.items())
    assert all("something in between answered" in str(error) for error in errors.values())


def kind_of_others(status):
    if status < 400:
        return Redirected
    if status == 429:
        return RateLimited
    return ServerError if status in {408, 425} or status >= 500 else Intercepted


@pytest.mark.anyio
async def test_in_an_envelope_without_known_words_the_status_decides(refused):
    kinds = {
        400: InvalidRequest,
        401: MissingOrBadKey,
        402: QuotaExceeded,
        403: Forbidden,
        404: NotFound,
        405: UnexpectedStatus,
        408: ServerError,
        409: SessionNotConnected,
        418: UnexpectedStatus,
        422: InvalidRequest,
        428: UnexpectedStatus,
        429: RateLimited,
        500: ServerError,
        304: Redirected,
    }
    bodies = (
        {"error": {"type": "unheard_of"}},
        {"success": False, "error": {"message": "no"}},
        {"success": False, "error": {"type": "unheard-of", "code": 9}, "meta": {}},
    )

    found = {
        status: {type(await refused(httpx.Response(status, json=body))) for body in bodies}
        for status in kinds
    }

    assert found == {status: {kind} for status, kind in kinds.items()}


@pytest.mark.anyio
async def test_limits_in_a_page_of_something_in_between_are_not_the_providers(refused):
    headers = {"x-ratelimit-limit": "5", "x-ratelimit-remaining": "0", "retry-after": "86400"}

    error = await refused(httpx.Response(403, headers=headers, html="<html>"))

    assert (error.rate.windows, error.rate.retry_after_s) == ((), None)


def fault(status, code=None, kind="", message=""):
    return Fault(status=status, code=code, type=kind, message=message)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        # what the provider says outweighs the status it says it with
        (fault(429, 4020, "quota_exceeded"), QuotaExceeded),
        (fault(466, None, "quota_exceeded"), QuotaExceeded),
        (fault(403, 4012, "revoked_api_key"), MissingOrBadKey),
        (fault(403, 4029, "rate_limit_exceeded"), RateLimited),
        (fault(400, "RATE_LIMIT_EXCEEDED"), RateLimited),
        # but a verdict on the number takes a status that fits it
        (fault(404, 4001, "invalid_phone"), NotFound),
        (fault(409, 4001, "invalid_phone"), SessionNotConnected),
        (fault(503, 4001, "invalid_phone"), ServerError),
        (fault(422, 4001, "session_invalid"), InvalidRequest),
        (fault(400, 4001, "device_removed"), InvalidRequest),
        (fault(422, "invalid_phone", "authentication_error"), InvalidRequest),
        (fault(200, 4001, "internal_error"), BadAnswer),
        # a disconnected session by its words, wherever they stand
        (fault(422, 4000, "invalid_request", "The session is not connected."), SessionNotConnected),
        (fault(400, None, "session_disconnected"), SessionNotConnected),
        (fault(404, None, "not_found", "Session sess_1 is not yet connected"), SessionNotConnected),
        (fault(422, "session-offline"), SessionNotConnected),
        (fault(422, 4001, "invalid_phone", "The session is connected, the phone is wrong"), InvalidPhone),
        (fault(422, 4000, "invalid_request", "session_id is required"), InvalidRequest),
        (fault(404, None, "not_found", "No session has this id."), NotFound),
        (fault(401, 4011, "invalid_api_key", "This session is not active."), MissingOrBadKey),
        # a 429 behind another status
        (fault(500, None, "api_error", "upstream answered 429: rate-overlimit"), RateLimited),
        (fault(503, None, "api_error", "Too many requests"), RateLimited),
        (fault(500, None, "rate_limit_exceeded"), RateLimited),
        (fault(500, None, "api_error", "our rate of failure is over the limit"), ServerError),
        # refusals that come as a success
        (fault(200, 4029, "rate_limit_exceeded"), RateLimited),
        (fault(200, 4001, "invalid_phone"), InvalidPhone),
        (fault(200, None, "session_not_connected"), SessionNotConnected),
        (fault(200, None, "api_error", "The lookup failed."), BadAnswer),
        (fault(202, 4001, "invalid_phone"), UnexpectedStatus),
        (fault(302, 4001, "invalid_phone"), Redirected),
    ],
)
def test_code_type_words_and_status_are_weighed(told, expected):
    assert meaning_of(told) is expected


def test_a_429_deep_inside_the_body_of_a_500_is_found():
    raw = b'{"statusCode":500,"exception":{"message":"rate-overlimit","data":429}}'

    assert meaning_of(fault(500), raw) is RateLimited
    assert meaning_of(fault(500), b"<p>see our page on rate limits</p>") is ServerError


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"success": False}, BadAnswer),
        ({"success": False, "error": "the lookup failed"}, BadAnswer),
        (
            {"success": False, "error": {"type": "rate_limit_exceeded", "code": 4029, "retry_after": 7}},
            RateLimited,
        ),
        ({"error": {"code": "invalid_api_key"}}, MissingOrBadKey),
        ({"success": False, "phone": "+447700900000", "is_whatsapp_user": False}, BadAnswer),
        ({"code": 5001, "message": "The lookup failed.", "data": None}, BadAnswer),
    ],
)
async def test_a_refusal_with_status_200_is_no_verdict(refused, body, expected):
    error = await refused(httpx.Response(200, json=body))

    assert type(error) is expected
    assert error.status == 200


@pytest.mark.anyio
async def test_a_wait_told_in_the_body_of_a_refusal_comes_with_it(refused):
    body = {"success": False, "error": {"type": "rate_limit_exceeded", "retry_after": 7}}

    assert (await refused(httpx.Response(200, json=body))).rate.retry_after_s == 7
    assert (await refused(httpx.Response(429, json=body))).rate.retry_after_s == 7


@pytest.mark.anyio
@pytest.mark.parametrize(("status", "expected"), [(429, RateLimited), (503, ServerError)])
async def test_retry_after_and_windows_come_with_the_refusal(refused, status, expected):
    headers = {"retry-after": "17", "x-ratelimit-limit": "60", "x-ratelimit-remaining": "0"}

    error = await refused(httpx.Response(status, headers=headers))

    assert type(error) is expected
    assert error.transient
    assert error.rate.retry_after_s == 17
    assert (error.rate.windows[0].limit, error.rate.windows[0].remaining) == (60, 0)


@pytest.mark.anyio
async def test_a_redirect_is_not_followed_and_says_where_it_led(answering):
    asked = []

    def redirect(request):
        asked.append(request.url.host)
        return httpx.Response(302, headers={"location": "https://elsewhere.invalid/%2B447700900000"})

    with pytest.raises(Redirected) as raised:
        await answering(redirect).whatsapp.contacts.check("+447700900000", session_id="s")

    assert asked == ["sendapi.co"]
    assert not raised.value.transient
    assert "elsewhere.invalid" in str(raised.value)
    assert "--base-url" in str(raised.value)
    assert "447700900000" not in str(raised.value)


@pytest.mark.anyio
async def test_the_providers_words_are_shown_on_one_line_without_numbers_or_control_characters(refused):
    message = "Invalid:\r\n\x1b[31m+44 7700 900000\u202e is\u242e no phone, sk_live_9f8e7d6c5b4a "
    message += "x" * 5_000
    body = {"error": {"type": "invalid_phone", "code": 4001, "message": message}}

    shown = str(await refused(httpx.Response(422, json=body)))

    assert shown.startswith(
        "the provider answered 422: 4001, invalid_phone, Invalid: [31m[number] is no phone, [key] xx"
    )
    assert shown.isprintable()
    assert len(shown) < 500


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "headers", "request_id"),
    [
        (
            {"error": {"request_id": "req_a"}, "meta": {"request_id": "req_b"}},
            {"x-request-id": "req_c"},
            "req_a",
        ),
        ({"error": {"request_id": 5}, "meta": {"request_id": "req_b"}}, {"x-request-id": "req_c"}, "req_b"),
        ({"error": {}, "request_id": "req_d"}, {}, "req_d"),
        ({"error": {}, "meta": []}, {"x-request-id": "req_c"}, "req_c"),
        ({}, {}, ""),
        ({}, {"x-request-id": "x" * 500}, "x" * 128),
    ],
)
async def test_the_request_id_is_found_wherever_it_stands(refused, body, headers, request_id):
    assert (await refused(httpx.Response(500, json=body, headers=headers))).request_id == request_id


@pytest.mark.parametrize("code", [True, None, 1.5, [], {}])
def test_a_code_that_is_neither_number_nor_word_is_none(code):
    assert Fault.read(400, {"error": {"code": code, "type": 5, "message": None}}) == fault(400)


@pytest.mark.parametrize(
    "error", [{"message": "session " * 8_000, "type": "x" * 9_000, "code": "y" * 9_000}, "session " * 8_000]
)
def test_of_a_refusal_made_to_take_long_only_the_beginning_is_read(error):
    """The pattern for disconnected sessions took 3 s for this message."""
    told = Fault.read(422, {"error": error})

    assert len(told.words) < 3_100
    assert told.message == ("session " * 8_000)[:1_000]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "code", "type", "message", "meta", "data"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@pytest.mark.slow
@settings(max_examples=100)
@given(
    status=st.integers(200, 599), body=st.dictionaries(st.sampled_from(["error", "code", "message"]), JSON)
)
def test_every_refusal_has_a_meaning_and_none_but_those_about_the_call_judge_the_number(status, body):
    meaning = meaning_of(Fault.read(status, body))

    assert issubclass(meaning, ApiError)
    assert meaning is not InvalidPhone or status in {200, 400, 422}
