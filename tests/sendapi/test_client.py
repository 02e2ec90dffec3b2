"""What goes over the wire, and what comes back when all is well."""

import json
from datetime import UTC, datetime

import anyio
import httpx
import pytest
from trio.testing import MockClock

from tests.support.http.transports import KEY
from validator.errors import BadAnswer, Intercepted, RateLimited, TimedOut, UnexpectedStatus, UsageError
from validator.model import Number, RateWindow
from validator.sendapi import AsyncSendAPI, SessionStatus

pytestmark = pytest.mark.anyio

NUMBER = Number(447700900000)


@pytest.fixture
def asked(answering):
    """Return a client and the list of requests it has sent; `answer` is what they get."""

    def make(answer, **options):
        requests = []

        def handler(request):
            requests.append(request)
            return httpx.Response(200, json=answer)

        return answering(handler, **options), requests

    return make


async def test_a_check_asks_for_the_number_with_its_plus_sign_encoded(asked, registered):
    client, requests = asked(registered)

    await client.whatsapp.contacts.check(NUMBER, session_id="sess_01H8BKF-Z2T")

    assert requests[0].method == "GET"
    assert requests[0].url.host == "sendapi.co"
    assert (
        requests[0].url.raw_path == b"/v1/whatsapp/contacts/%2B447700900000/check?session_id=sess_01H8BKF-Z2T"
    )


async def test_every_request_carries_the_key_and_asks_for_plain_json(asked, key):
    client, requests = asked({})

    await client.account.usage()

    headers = requests[0].headers
    assert headers["authorization"] == f"Bearer {key}"
    assert headers["accept"] == "application/json"
    assert headers["accept-encoding"] == "identity"
    assert headers["user-agent"].startswith("recipient-validator/")
    assert headers["host"] == "sendapi.co"
    assert "cookie" not in headers


async def test_the_other_calls_ask_at_their_documented_paths(asked):
    page = {"data": [], "meta": {}}
    client, requests = asked(page, base_url="http://localhost:8080/v1/")

    await client.whatsapp.contacts.list(session_id="7")
    await client.whatsapp.contacts.list(session_id="7", page=3, per_page=100)
    await client.whatsapp.sessions.list()
    await client.account.usage()
    with pytest.raises(BadAnswer):
        await client.whatsapp.sessions.get("sess_1")

    assert [request.url.raw_path for request in requests] == [
        b"/v1/whatsapp/contacts?session_id=7&page=1&per_page=25",
        b"/v1/whatsapp/contacts?session_id=7&page=3&per_page=100",
        b"/v1/whatsapp/sessions",
        b"/v1/account/usage",
        b"/v1/whatsapp/sessions/sess_1",
    ]
    assert requests[0].url.port == 8080


async def test_cookies_of_the_server_are_not_kept(answering):
    cookies = []

    def handler(request):
        cookies.append(request.headers.get("cookie"))
        return httpx.Response(200, json={}, headers={"set-cookie": "track=1"})

    client = answering(handler)
    await client.account.usage()
    await client.account.usage()

    assert cookies == [None, None]


@pytest.mark.parametrize(
    "wrap", [lambda it: it, lambda it: {"data": it}, lambda it: {"success": True, "data": it}]
)
@pytest.mark.parametrize("is_user", [True, False])
async def test_a_registration_is_read_bare_and_wrapped(answering, registered, wrap, is_user):
    whatsapp_id = registered["whatsapp_id"] if is_user else None
    known = {"is_whatsapp_user": is_user, "whatsapp_id": whatsapp_id, "a_new_field": [1, {"deep": None}]}
    client = answering(wrap(registered | known))

    told = await client.whatsapp.contacts.check(NUMBER, session_id="sess_1")

    assert told.phone == NUMBER
    assert told.is_whatsapp_user is is_user
    assert told.whatsapp_id == whatsapp_id


@pytest.mark.parametrize("wrap", [lambda it: it, lambda it: {"data": it}], ids=["bare", "wrapped"])
@pytest.mark.parametrize(
    ("fields", "flaw"),
    [
        ({"is_whatsapp_user": False}, "the id of an account"),
        ({"errors": ["session closed"]}, "has errors"),
        ({"errors": {"phone": "not looked up"}}, "has errors"),
        ({"success": "false"}, "success: neither"),
        ({"success": 0}, "success: neither"),
        ({"success": None}, "success: neither"),
        ({"ok": False}, "ok: false"),
        ({"status": "error"}, "status is that of a failure"),
        ({"status": "FAILED"}, "status is that of a failure"),
        ({"code": 4001, "message": "invalid phone"}, "code is that of a failure"),
        ({"statusCode": 500}, "statuscode is that of a failure"),
        ({"status_code": "409"}, "statuscode is that of a failure"),
        ({"status": "disconnected"}, "status is that of a failure"),
        ({"state": "not-connected"}, "state is that of a failure"),
        ({"result": "error"}, "result is that of a failure"),
        ({"failed": True}, "has failed"),
        ({"fault": {"faultstring": "x"}}, "has fault"),
        ({"reason": "Session not ready, scan the QR code"}, "reason is that of a failure"),
        ({"message": "Request timed out"}, "message is that of a failure"),
    ],
    ids=str,
)
async def test_an_answer_that_contradicts_itself_is_none(*, answering, registered, wrap, fields, flaw):
    client = answering(wrap(registered | fields))

    with pytest.raises(BadAnswer, match=flaw):
        await client.whatsapp.contacts.check(NUMBER, session_id="s")


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "success", "code": 200, "message": "Number is not on WhatsApp"},
        {"code": 0, "result": "ok", "error": None, "errors": [], "exists": False, "jid": None},
        {"statusCode": "200", "reason": "not registered", "failed": False},
    ],
    ids=str,
)
async def test_what_other_envelopes_say_of_success_contradicts_nothing(answering, registered, fields):
    client = answering(registered | {"is_whatsapp_user": False, "whatsapp_id": None} | fields)

    assert not (await client.whatsapp.contacts.check(NUMBER, session_id="s")).is_whatsapp_user


@pytest.mark.parametrize("is_user", [True, False])
@pytest.mark.parametrize("name", ["exists", "numberExists", "isRegistered", "on_whatsapp"])
async def test_an_answer_whose_flags_differ_is_none(answering, registered, is_user, name):
    own = {"is_whatsapp_user": is_user, "whatsapp_id": None}
    client = answering(registered | own | {name: not is_user})

    with pytest.raises(BadAnswer, match="both"):
        await client.whatsapp.contacts.check(NUMBER, session_id="s")


@pytest.mark.parametrize("name", ["jid", "wa_id", "whatsappJid", "lid"])
async def test_a_no_with_an_id_of_any_name_is_none(answering, registered, name):
    own = {"is_whatsapp_user": False, "whatsapp_id": None, name: "447700900000@s.whatsapp.net"}
    client = answering(registered | own)

    with pytest.raises(BadAnswer, match="the id of an account"):
        await client.whatsapp.contacts.check(NUMBER, session_id="s")


@pytest.mark.parametrize("is_user", [True, False])
async def test_an_answer_with_two_verdicts_is_none(answering, registered, is_user):
    inner = registered | {"is_whatsapp_user": is_user, "whatsapp_id": None}
    client = answering({"is_whatsapp_user": not is_user, "data": inner})

    with pytest.raises(BadAnswer, match="both"):
        await client.whatsapp.contacts.check(NUMBER, session_id="s")


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 422, 429, 500, 503])
async def test_a_refusal_that_holds_a_verdict_is_neither(answering, registered, status):
    client = answering(httpx.Response(status, json=registered))

    with pytest.raises(BadAnswer, match=f"status {status}") as raised:
        await client.whatsapp.contacts.check(NUMBER, session_id="s")

    assert raised.value.status == status


async def test_a_verdict_beside_an_error_is_none(answering, registered):
    invalid = {"type": "invalid_phone", "code": 4001, "message": "No."}
    client = answering(registered | {"error": invalid})

    with pytest.raises(BadAnswer):
        await client.whatsapp.contacts.check(NUMBER, session_id="s")


@pytest.mark.parametrize(
    "whatsapp_id",
    ["5511987654321@s.whatsapp.net", "123456789012345@lid", "anything-at.all"],
)
async def test_the_id_is_kept_as_it_came(answering, registered, whatsapp_id):
    client = answering(registered | {"whatsapp_id": whatsapp_id})

    assert (await client.whatsapp.contacts.check(NUMBER, session_id="s")).whatsapp_id == whatsapp_id


@pytest.mark.parametrize("absent", [{"whatsapp_id": None}, {"whatsapp_id": ""}, {}])
@pytest.mark.parametrize("is_user", [True, False])
async def test_an_absent_id_changes_no_verdict(answering, absent, is_user):
    client = answering({"phone": "+447700900000", "is_whatsapp_user": is_user} | absent)

    told = await client.whatsapp.contacts.check(NUMBER, session_id="s")

    assert told.is_whatsapp_user is is_user
    assert told.whatsapp_id is None


@pytest.mark.parametrize("status", [200, 429])
async def test_a_byte_order_mark_before_an_answer_or_a_refusal_is_ignored(answering, registered, status):
    body = registered if status == 200 else {"error": {"type": "rate_limit_exceeded", "code": 4029}}
    client = answering(httpx.Response(status, content=b"\xef\xbb\xbf" + json.dumps(body).encode()))

    if status == 200:
        assert (await client.whatsapp.contacts.check(NUMBER, session_id="s")).is_whatsapp_user
    else:
        with pytest.raises(RateLimited, match="4029"):
            await client.whatsapp.contacts.check(NUMBER, session_id="s")


@pytest.mark.parametrize("echo", ["+447700900000", "447700900000", "+44 7700-900000", 447700900000])
async def test_the_echoed_phone_may_be_spelled_in_any_way(answering, registered, echo):
    client = answering(registered | {"phone": echo})

    assert (await client.whatsapp.contacts.check(NUMBER, session_id="s")).phone == NUMBER


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"phone": "+447700900001"}, "about another phone"),
        ({"phone": "+4477009000000"}, "about another phone"),
        ({"phone": ""}, "about another phone"),
        ({"phone": None}, "which phone"),
        ({"phone": True}, "which phone"),
        ({"phone": ["+447700900000"]}, "which phone"),
        ({"is_whatsapp_user": None}, "neither true nor false"),
        ({"is_whatsapp_user": "true"}, "neither true nor false"),
        ({"is_whatsapp_user": 1}, "neither true nor false"),
        ({"is_whatsapp_user": 0}, "neither true nor false"),
        ({"whatsapp_id": 447700900000}, "whatsapp_id is not an id"),
        ({"whatsapp_id": {"lid": "1"}}, "whatsapp_id is not an id"),
        ({"whatsapp_id": "1" * 129}, "whatsapp_id is not an id"),
        ({"whatsapp_id": "447700900000@s.whatsapp.net\n"}, "whatsapp_id is not an id"),
        ({"whatsapp_id": "4477\x0000900000"}, "whatsapp_id is not an id"),
        ({"whatsapp_id": "\u202e0000"}, "whatsapp_id is not an id"),
        ({"whatsapp_id": "=HYPERLINK(1)"}, "whatsapp_id is not an id"),
        ({"whatsapp_id": "@SUM(1)"}, "whatsapp_id is not an id"),
        ({"whatsapp_id": "+447700900000"}, "whatsapp_id is not an id"),
    ],
)
async def test_an_answer_that_is_none_is_never_a_verdict(answering, registered, change, flaw):
    client = answering(registered | change)

    with pytest.raises(BadAnswer, match=flaw) as bad:
        await client.whatsapp.contacts.check(NUMBER, session_id="s")

    assert bad.value.transient
    assert bad.value.status == 200


@pytest.mark.parametrize("lacking", ["phone", "is_whatsapp_user"])
async def test_an_answer_without_a_required_field_is_none(answering, registered, lacking):
    client = answering({name: value for name, value in registered.items() if name != lacking})

    with pytest.raises(BadAnswer):
        await client.whatsapp.contacts.check(NUMBER, session_id="s")


GOOD = '{"phone": "+447700900000", "is_whatsapp_user": true}'


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<!doctype html><p>Welcome", "HTML"),
        (GOOD.encode()[:-1], "not JSON"),
        (GOOD.encode() + b"x", "not JSON"),
        (GOOD.replace("true", "NaN").encode(), "NaN"),
        (GOOD.replace("true", "-Infinity").encode(), "-Infinity"),
        (b'{"phone": "+447700900000", "is_whatsapp_user": false, "is_whatsapp_user": true}', "a key twice"),
        (f"[{GOOD}]".encode(), "array in place of an object"),
        (b"null", "null in place of an object"),
        (b'"yes"', "string in place of an object"),
        (b"1", "value in place of an object"),
        (f'{{"data": [{GOOD}]}}'.encode(), "no object in it"),
        (b'{"data": null}', "no object in it"),
        (b"[" * 50_000, "nested too deeply"),
        (GOOD.encode("utf-16"), "not UTF-8"),
        (GOOD.encode().replace(b"44", b"\xff\xfe"), "not UTF-8"),
        (b'{"phone": "+447700900000", "is_whatsapp_user": true, "whatsapp_id": "\\ud800"}', "whatsapp_id"),
        (b'{"phone": ' + b"4" * 101 + b"}", "an integer of 101 digits"),
    ],
)
async def test_a_body_that_is_not_the_answer_is_refused_whatever_it_is(answering, body, flaw):
    client = answering(httpx.Response(200, content=body))

    with pytest.raises(BadAnswer, match=flaw):
        await client.whatsapp.contacts.check(NUMBER, session_id="s")


class Endless(httpx.AsyncByteStream):
    """A body that never ends, and counts how much of it was taken."""

    def __init__(self):
        self.taken = 0
        self.closed = False

    async def __aiter__(self):
        while True:
            self.taken += 1024
            yield b" " * 1024

    async def aclose(self):
        self.closed = True


@pytest.mark.parametrize("status", [200, 502])
async def test_a_body_without_end_is_left_at_the_cap_and_closed(answering, status):
    body = Endless()
    client = answering(lambda _: httpx.Response(status, stream=body))

    with pytest.raises(Exception, match="larger than any answer" if status == 200 else "answered 502"):
        await client.whatsapp.contacts.check(NUMBER, session_id="s")

    assert body.taken <= 66 * 1024
    assert body.closed


async def test_a_page_may_be_larger_than_a_single_object(answering):
    contact = {"phone": "+447700900000", "name": "x" * 1_000, "is_whatsapp_user": True}
    client = answering({"data": [contact] * 100, "meta": {}})

    assert len(await client.whatsapp.contacts.list(session_id="s", per_page=100)) == 100


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
async def test_a_compressed_body_is_refused_unread(answering, encoding):
    body = Endless()
    client = answering(lambda _: httpx.Response(200, stream=body, headers={"content-encoding": encoding}))

    with pytest.raises(BadAnswer, match="compressed without being asked"):
        await client.whatsapp.contacts.check(NUMBER, session_id="s")

    assert body.taken == 0
    assert body.closed


async def test_the_identity_encoding_may_be_named(answering, registered):
    client = answering(
        lambda _: httpx.Response(200, json=registered, headers={"content-encoding": "Identity"})
    )

    assert (await client.whatsapp.contacts.check(NUMBER, session_id="s")).is_whatsapp_user


@pytest.mark.parametrize("status", [201, 202, 204, 206])
async def test_a_success_that_the_contract_does_not_know_is_not_guessed_at(answering, registered, status):
    client = answering(httpx.Response(status, json=registered))

    with pytest.raises(UnexpectedStatus, match=f"answered {status}") as unexpected:
        await client.whatsapp.contacts.check(NUMBER, session_id="s")

    assert not unexpected.value.transient


@pytest.mark.parametrize("status", [201, 202, 206, 207, 226, 299])
@pytest.mark.parametrize(
    "body",
    [
        {"status": "queued"},
        {"ok": True, "job": 5},
        {"data": {"id": "evt_1"}, "success": True},
        {"message": "accepted", "code": 4001},
        {"phone": NUMBER},
    ],
)
async def test_the_json_of_somebody_else_with_a_status_of_success_may_pass(answering, status, body):
    client = answering(httpx.Response(status, json=body))

    with pytest.raises(Intercepted, match=f"answered {status}.* the JSON of another program") as odd:
        await client.whatsapp.contacts.check(NUMBER, session_id="s")

    assert odd.value.transient


async def test_the_rates_and_the_request_id_come_with_the_answer(answering, registered):
    headers = {
        "x-ratelimit-limit": "300",
        "x-ratelimit-remaining": "299",
        "x-ratelimit-reset": "1763900030",
        "x-request-id": "req_from_header",
    }
    client = answering(httpx.Response(200, json=registered, headers=headers))

    told = await client.whatsapp.contacts.check(NUMBER, session_id="s")

    assert told.rate.windows == (RateWindow(limit=300, remaining=299, reset_s=30),)
    assert told.request_id == "req_from_header"


async def test_a_header_that_came_twice_is_read_by_its_first_value(answering, registered):
    headers = [("X-RateLimit-Limit", "300"), ("X-RateLimit-Limit", "9")]
    client = answering(httpx.Response(200, json=registered, headers=headers))

    assert (await client.whatsapp.contacts.check(NUMBER, session_id="s")).rate.windows[0].limit == 300


async def test_a_page_of_contacts_is_read_with_all_that_may_be_absent(answering):
    rows = [
        {
            "phone": "+447700900000",
            "name": "Ada",
            "profile_picture_url": "https://example.com/a.jpg",
            "is_whatsapp_user": True,
        },
        {"phone": "447700900001", "name": None, "is_whatsapp_user": False},
        {"phone": "100000000000001@lid", "is_whatsapp_user": "true"},
        {"phone": None, "name": "\ud83d\ude00 \ud800"},
        {"phone": "1", "name": "a\x1bb\u202ec👩\u200d🚀"},
        {"phone": "2", "name": "é" * 50_000},
        {"phone": 5},
        {"phone": "+"},
    ]
    body = json.dumps({"success": True, "data": rows, "meta": {"total": 6, "page": 1, "per_page": "25"}})
    client = answering(httpx.Response(200, content=body))

    page = await client.whatsapp.contacts.list(session_id="s")

    assert [contact.number for contact in page] == [447700900000, 447700900001] + [None] * 6
    assert [contact.is_whatsapp_user for contact in page] == [True, False] + [None] * 6
    assert [contact.phone for contact in page][:3] == ["+447700900000", "447700900001", "100000000000001@lid"]
    assert (page.contacts[0].name, page.contacts[0].profile_picture_url) == (
        "Ada",
        "https://example.com/a.jpg",
    )
    assert page.contacts[3].name == "😀 ?"
    assert page.contacts[4].name == "a b c👩\u200d🚀"
    assert page.contacts[5].name == "é" * 1_000
    assert (page.total, page.page, page.per_page) == (6, 1, None)


@pytest.mark.parametrize(
    "body", [{"data": {"data": [], "meta": {"total": 0}}}, {"data": [], "meta": {"total": 0}}]
)
async def test_an_empty_page_is_read_bare_and_wrapped(answering, body):
    page = await answering(body).whatsapp.contacts.list(session_id="s")

    assert page.contacts == ()
    assert page.total == 0


@pytest.mark.parametrize(
    "body", [{}, {"data": {}}, {"data": "none"}, {"data": [1]}, {"data": {"phone": "x"}}]
)
async def test_a_page_without_a_list_of_objects_is_none(answering, body):
    client = answering(body)

    with pytest.raises(BadAnswer, match="no list of objects"):
        await client.whatsapp.contacts.list(session_id="s")
    with pytest.raises(BadAnswer, match="no list of objects"):
        await client.whatsapp.sessions.list()


SESSION = {
    "id": "sess_01H8BKF0000000000000000Z2T",
    "name": "Support",
    "status": "connected",
    "phone_number": "+447700900999",
    "last_seen_at": "2026-11-23T10:00:00.123456Z",
    "message_count": 12,
    "created_at": "2026-01-02T03:04:05",
}


@pytest.mark.parametrize(
    "wrap", [lambda it: it, lambda it: {"data": it}, lambda it: {"success": True, "data": it}]
)
async def test_a_session_is_read_bare_and_wrapped(answering, wrap):
    session = await answering(wrap(SESSION)).whatsapp.sessions.get(SESSION["id"])

    assert session.id == SESSION["id"]
    assert session.status is SessionStatus.CONNECTED
    assert session.name == "Support"
    assert session.phone_number == "+447700900999"
    assert session.last_seen_at == datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)
    assert session.created_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert session.message_count == 12


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("connected", SessionStatus.CONNECTED),
        ("Connected", SessionStatus.CONNECTED),
        ("pending", SessionStatus.PENDING),
        ("disconnected", SessionStatus.DISCONNECTED),
        ("scan_qr", SessionStatus.OTHER),
        ("", SessionStatus.OTHER),
    ],
)
async def test_a_status_nobody_knows_is_not_connected_and_keeps_its_word(answering, word, status):
    session = await answering({"id": 17, "status": word}).whatsapp.sessions.get("17")

    assert session.id == "17"
    assert session.status is status
    assert session.raw_status == word


async def test_sessions_are_listed_with_all_that_may_be_absent(answering):
    rows = [SESSION, {"id": 2, "status": "pending", "last_seen_at": "yesterday", "message_count": True}]
    page = await answering({"data": rows, "meta": {"total": 2}}).whatsapp.sessions.list()

    assert [session.id for session in page] == [SESSION["id"], "2"]
    assert page.total == len(page) == 2
    assert page.sessions[1].last_seen_at is None
    assert page.sessions[1].message_count is None
    assert page.sessions[1].phone_number is None


@pytest.mark.parametrize("row", [{"id": 3}, {"id": 3, "status": None}, {"id": 3, "status": True}])
async def test_a_session_without_a_status_hides_no_other_one_of_the_list(answering, row):
    page = await answering({"data": [SESSION, row]}).whatsapp.sessions.list()

    assert [(one.id, one.status) for one in page] == [(SESSION["id"], "connected"), ("3", "other")]
    assert page.sessions[1].raw_status == ""


@pytest.mark.parametrize(
    "flaw", [{"id": None}, {"id": True}, {"id": ""}, {"id": 1.5}, {"status": None}, {"status": 1}]
)
async def test_a_session_without_id_or_status_is_none(answering, flaw):
    with pytest.raises(BadAnswer, match="a session has no"):
        await answering(SESSION | flaw).whatsapp.sessions.get("s")


async def test_a_list_of_sessions_without_meta_has_no_total(answering):
    assert (await answering({"data": [SESSION]}).whatsapp.sessions.list()).total is None


@pytest.mark.parametrize("body", [{"used": 3}, {"data": {"used": 3}}])
async def test_usage_is_shown_as_it_came(answering, body):
    assert await answering(body).account.usage() == {"used": 3}


async def test_personal_data_stays_out_of_every_repr(answering, registered):
    contact = {"phone": "+447700900123", "name": "Ada", "is_whatsapp_user": True}
    bodies = {"/v1/whatsapp/contacts": {"data": [contact]}, "/v1/whatsapp/sessions/1": SESSION}
    client = answering(lambda request: bodies.get(request.url.path, registered))

    shown = [
        repr(await client.whatsapp.contacts.check(NUMBER, session_id="s")),
        repr(await client.whatsapp.contacts.list(session_id="s")),
        repr(await client.whatsapp.sessions.get("1")),
    ]

    assert not any(secret in text for text in shown for secret in ("7700900", "Ada"))
    assert "+4477******00" in shown[0]


class Silent(httpx.AsyncBaseTransport):
    """A server that takes the request, or a body's first byte, and then says nothing more."""

    def __init__(self, *, head):
        self.head = head
        self.closed = False

    async def handle_async_request(self, _):
        if not self.head:
            await anyio.sleep_forever()
        return httpx.Response(200, stream=self)

    async def __aiter__(self):
        yield b"{"
        await anyio.sleep_forever()


class SilentBody(Silent, httpx.AsyncByteStream):
    pass


@pytest.mark.parametrize("head", [True, False])
@pytest.mark.parametrize("anyio_backend", [("trio", {"clock": MockClock(autojump_threshold=0)})])
async def test_one_deadline_spans_head_and_body(head, anyio_backend, key):
    client = AsyncSendAPI(key, transport=SilentBody(head=head), timeout_s=30)
    start = anyio.current_time()

    with pytest.raises(TimedOut, match=r"no answer from sendapi.co within 30 s") as late:
        await client.whatsapp.contacts.check(NUMBER, session_id="s")

    assert anyio.current_time() - start == pytest.approx(30)
    assert late.value.transient
    assert late.value.status is None


async def test_cancelling_a_call_is_no_timeout(key):
    client = AsyncSendAPI(key, transport=SilentBody(head=True), timeout_s=10)

    with anyio.move_on_after(0.01) as scope:
        await client.whatsapp.contacts.check(NUMBER, session_id="s")

    assert scope.cancelled_caught


@pytest.mark.anyio
@pytest.mark.parametrize("body", [{"data": None}, {"data": None, "meta": None}, {"data": {"data": None}}])
async def test_null_is_an_empty_list(answering, body):
    client = answering(body)

    assert (await client.whatsapp.contacts.list(session_id="s")).contacts == ()
    assert (await client.whatsapp.sessions.list()).sessions == ()
    assert [contact async for contact in client.whatsapp.contacts.iterate(session_id="s")] == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("asked", "echo"),
    [
        ("+5511961234567", "551161234567"),
        ("+5511961234567", "+55 11 6123-4567"),
        # Numbers before a renumbering, and the ninth digit before 7.
        ("+5531971234567", "553171234567"),
        ("+2290197123456", "22997123456"),
        ("+2250707123456", "+225 07 12 34 56"),
        ("+525512345678", "5215512345678"),
        ("+5491123456789", "541123456789"),
        ("+541123456789", 5491123456789),
    ],
)
@pytest.mark.parametrize("flag", [True, False])
async def test_an_answer_in_whatsapps_own_spelling_is_about_the_same_subscriber(answering, asked, echo, flag):
    found = await answering({"phone": echo, "is_whatsapp_user": flag}).whatsapp.contacts.check(
        asked, session_id="s"
    )

    assert (found.phone.e164, found.is_whatsapp_user) == (asked, flag)
    assert int(found.matched_number) == int("".join(filter(str.isdigit, str(echo))))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("asked", "echo"),
    [
        ("+5511961234567", "5511961234568"),
        ("+5511931234567", "551131234567"),
        ("+525512345678", "5215512345679"),
        ("+447700900000", "4407700900000"),
        ("+5491123456789", "5401123456789"),
    ],
)
async def test_any_other_number_is_somebody_else(answering, asked, echo):
    client = answering({"phone": echo, "is_whatsapp_user": True})

    with pytest.raises(BadAnswer, match="another phone than the one asked about"):
        await client.whatsapp.contacts.check(asked, session_id="s")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda api: api.contacts.check(None, session_id="s"), "phone is of type NoneType"),
        (lambda api: api.contacts.check(True, session_id="s"), "phone is of type bool"),
        (lambda api: api.contacts.check(4.47e11, session_id="s"), "phone is of type float"),
        (lambda api: api.contacts.check(b"+447700900000", session_id="s"), "phone is of type bytes"),
        (lambda api: api.contacts.check(12, session_id="s"), "the phone is not in E.164"),
        (lambda api: api.contacts.check("+447700900000", session_id=None), "session_id is of type NoneType"),
        (lambda api: api.contacts.check("+447700900000", session_id=True), "session_id is of type bool"),
        (lambda api: api.contacts.list(session_id=["s"]), "session_id is "),
        (lambda api: api.contacts.list(session_id="s", page=True), "page is True"),
        (lambda api: api.contacts.list(session_id="s", page="1"), "page is '1'"),
        (lambda api: api.contacts.list(session_id="s", page=1.0), "page is 1.0"),
        (lambda api: api.contacts.list(session_id="s", per_page=None), "per_page is None"),
        (lambda api: api.sessions.get(None), "session_id is of type NoneType"),
    ],
)
async def test_an_argument_that_cannot_be_is_named(answering, call, says):
    with pytest.raises(UsageError, match=says):
        await call(answering({}).whatsapp)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"api_key": None}, "api_key is of type NoneType"),
        ({"api_key": 5}, "api_key is of type int"),
        ({"base_url": None}, "base_url is of type NoneType"),
        ({"timeout_s": "30"}, "timeout_s is of type str"),
        ({"max_connections": True}, "max_connections is of type bool"),
    ],
)
def test_an_argument_of_the_client_that_cannot_be_is_named(arguments, says):
    with pytest.raises(UsageError, match=says):
        AsyncSendAPI(**({"api_key": KEY} | arguments))


@pytest.mark.anyio
async def test_sessions_and_phones_may_be_integers(answering):
    asked = []

    def handler(request):
        asked.append(str(request.url))
        return {"phone": "+447700900000", "is_whatsapp_user": True}

    await answering(handler).whatsapp.contacts.check(447700900000, session_id=42)

    assert asked[0].endswith("/contacts/%2B447700900000/check?session_id=42")
