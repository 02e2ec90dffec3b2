"""Answers of the same kinds in other words, envelopes and spellings: what each adapter makes of them."""

import anyio
import httpx
import pytest

from validator.errors import (
    ApiError,
    BadAnswer,
    Intercepted,
    InvalidRequest,
    NotFound,
    QuotaExceeded,
    RateLimited,
    ServerError,
    SessionNotConnected,
    Unsupported,
)
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import GATEWAYS, open_gateway
from validator.http.api_key import ApiKey
from validator.model import Number, SessionState, Verdict

KEY = "user:canary_5f2d9a77"
SESSION = "1101000001"
ANN, BOB, CY = (Number(447_700_900_100 + place) for place in range(3))
OTHERS = [name for name in GATEWAYS if name != "sendapi"]
YES, NO = Verdict.REGISTERED, Verdict.NOT_REGISTERED


def answered(gateway, call, body, status=200, headers=None):
    """Return the reply that an answer to a call becomes, or the failure."""
    text = {"text": body} if isinstance(body, str) else {"json": body}

    async def main():
        transport = httpx.MockTransport(lambda _: httpx.Response(status, headers=headers, **text))
        options = GatewayOptions(
            key=ApiKey(KEY),
            base_url="http://127.0.0.1:9",
            transport=transport,
            wall_clock=lambda: 1_800_000_000.0,
        )
        async with open_gateway(gateway, options) as opened:
            try:
                return await call(opened)
            except ApiError as failure:
                return failure

    return anyio.run(main)


def check(gateway, body, status=200, *, numbers=(ANN,), headers=None):
    return answered(gateway, lambda opened: opened.check(numbers, SESSION), body, status, headers)


def verdicts(gateway, body, *numbers):
    reply = check(gateway, body, numbers=numbers)
    return [reply.result(number).verdict for number in numbers]


def state(gateway, body, status=200):
    return answered(gateway, lambda opened: opened.session_status(SESSION), body, status)


def sessions(gateway, body):
    return answered(gateway, lambda opened: opened.sessions(), body)


def contacts(gateway, body):
    return answered(gateway, lambda opened: opened.contacts(SESSION), body)


# A "no" in the form of each gateway, as the envelope makes one of a value.
NEGATIVES = {
    "evolution": lambda no: [{"jid": f"{int(ANN)}@s.whatsapp.net", "exists": no, "number": f"{int(ANN):d}"}],
    "evolution-go": lambda no: {"message": "success", "data": {"Users": [user(ANN, no)]}},
    "waha": lambda no: {"numberExists": no},
    "green-api": lambda no: {"existsWhatsapp": no},
    "wuzapi": lambda no: {"code": 200, "success": True, "data": {"Users": [user(ANN, no)]}},
    "gowa": lambda no: {"code": "SUCCESS", "message": "x", "results": {"is_on_whatsapp": no}},
}


def user(number, exists, jid=None):
    own = f"{int(number):d}@s.whatsapp.net"
    return {"Query": number.e164, "IsInWhatsapp": exists, "JID": jid or own, "VerifiedName": ""}


def entry(number, exists, jid=None):
    return {"jid": jid or f"{int(number):d}@s.whatsapp.net", "exists": exists, "number": f"{int(number):d}"}


def assert_no_answer(found):
    failure = found if isinstance(found, ApiError) else found.result(ANN).failure
    assert isinstance(failure, BadAnswer)
    assert failure.transient


@pytest.mark.parametrize("gateway", OTHERS)
def test_a_no_is_the_word_false_and_nothing_else(gateway):
    assert verdicts(gateway, NEGATIVES[gateway](False), ANN) == [NO]
    for value in ("false", "true", None, 0, "", "no", [], {}):
        assert_no_answer(check(gateway, NEGATIVES[gateway](value)))


@pytest.mark.parametrize("gateway", OTHERS)
@pytest.mark.parametrize("status", [201, 202, 203, 206, 207])
def test_a_no_with_another_status_than_200_says_nothing(gateway, status):
    assert_no_answer(check(gateway, NEGATIVES[gateway](False), status))


@pytest.mark.parametrize("gateway", OTHERS)
def test_a_no_in_an_envelope_that_the_gateway_does_not_have_says_nothing(gateway):
    no = NEGATIVES[gateway](False)
    for body in ({"data": no}, {"response": no}, [no], {"success": False, "results": no}):
        assert_no_answer(check(gateway, body))


@pytest.mark.parametrize(
    ("gateway", "spoilt"),
    [
        ("evolution-go", {"message": "error"}),
        ("evolution-go", {"message": None}),
        ("wuzapi", {"success": False}),
        ("wuzapi", {"success": "true"}),
        ("wuzapi", {"code": 500}),
        ("gowa", {"code": "ERROR"}),
        ("gowa", {"code": 200}),
    ],
)
def test_a_no_in_an_envelope_that_calls_it_no_success_says_nothing(gateway, spoilt):
    assert_no_answer(check(gateway, NEGATIVES[gateway](False) | spoilt))


def each_object_with(body, fields):
    """Yield a body once for each object in it, with further fields in that object."""
    if isinstance(body, dict):
        yield body | fields
    places = body if isinstance(body, dict) else range(len(body)) if isinstance(body, list) else ()
    for place in places:
        for changed in each_object_with(body[place], fields):
            copy = body.copy()
            copy[place] = changed
            yield copy


@pytest.mark.parametrize("gateway", OTHERS)
@pytest.mark.parametrize("exists", [True, False])
def test_an_answer_with_a_failure_beside_it_says_nothing(gateway, exists):
    failures = ({"error": "Connection Closed"}, {"errors": ["x"]}, {"statusCode": 500}, {"status": "timeout"})
    for failure in failures:
        for body in each_object_with(NEGATIVES[gateway](exists), failure):
            assert_no_answer(check(gateway, body))
    for body in each_object_with(NEGATIVES[gateway](exists), {"error": None, "errors": [], "status": "ok"}):
        assert verdicts(gateway, body, ANN) == [YES if exists else NO]


@pytest.mark.parametrize("gateway", OTHERS)
@pytest.mark.parametrize(
    "body", ["<html>Welcome</html>", "", "null", "[]", "{}", '{"exists": false}', "\ufeff"]
)
def test_a_page_or_another_json_with_status_200_says_nothing(gateway, body):
    assert_no_answer(check(gateway, body))


@pytest.mark.parametrize(
    ("gateway", "rows", "envelope"),
    [
        ("evolution", entry, lambda rows: rows),
        ("evolution-go", user, lambda rows: {"message": "success", "data": {"Users": rows}}),
        ("wuzapi", user, lambda rows: {"code": 200, "success": True, "data": {"Users": rows}}),
    ],
)
def test_an_array_is_matched_by_number_however_long_it_is(gateway, rows, envelope):
    stranger, said = Number(447_700_900_999), lambda *entries: envelope(list(entries))

    assert verdicts(gateway, said(rows(CY, False), rows(ANN, True)), ANN, BOB, CY) == [YES, None, NO]
    longer = said(rows(stranger, False), rows(BOB, False), rows(ANN, True), rows(BOB, False))
    assert verdicts(gateway, longer, ANN, BOB) == [YES, NO]
    assert verdicts(gateway, said(rows(ANN, False), rows(BOB, True), rows(ANN, True)), ANN, BOB) == [
        None,
        YES,
    ]
    assert verdicts(gateway, said(), ANN, BOB) == [None, None]
    assert verdicts(gateway, said(rows(ANN, True, "100000000000001@lid")), ANN) == [YES]
    of_bob = f"{int(BOB):d}@s.whatsapp.net"
    assert verdicts(gateway, said(rows(ANN, True, of_bob), rows(BOB, False)), ANN, BOB) == [None, NO]
    assert verdicts(gateway, said(rows(ANN, False, of_bob)), ANN) == [None]
    mexico, known = Number(525_512_345_678), "5215512345678@s.whatsapp.net"
    assert verdicts(gateway, said(rows(mexico, True, known)), mexico) == [YES]


@pytest.mark.parametrize("users", [False, 0, "", {}, "none"])
@pytest.mark.parametrize("gateway", ["evolution-go", "wuzapi"])
def test_rows_that_are_no_list_are_another_programs(gateway, users):
    data = {"Users": users}
    body = {"message": "success", "data": data, "code": 200, "success": True}

    assert_no_answer(check(gateway, body))
    assert isinstance(check(gateway, body), BadAnswer)


@pytest.mark.parametrize("known", [553_171_234_567, 5_531_971_234_567])
def test_an_id_may_spell_the_subscriber_in_another_way(known):
    asked, body = Number(5_531_971_234_567), {"numberExists": True, "chatId": f"{known}@c.us"}

    result = check("waha", body, numbers=[asked]).result(asked)

    assert (result.verdict, result.whatsapp_id) == (YES, f"{known}@c.us")


def test_an_id_of_another_subscriber_is_no_answer():
    for exists in (True, False):
        body = {"numberExists": exists, "chatId": f"{int(BOB):d}@c.us"}
        assert isinstance(check("waha", body), BadAnswer)


def boom(code, message="x", data=None):
    payload = {"statusCode": code, "error": "Error", "message": message}
    return {
        "data": data,
        "isBoom": True,
        "isServer": False,
        "output": {"statusCode": code, "payload": payload},
    }


def thrown(status, *message):
    return {"status": status, "error": "Error", "message": list(message)}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (boom(428, "Connection Closed"), SessionNotConnected),
        (boom(500, "CONNECTION CLOSED"), SessionNotConnected),
        (boom(401, "Intentional Logout"), SessionNotConnected),
        (boom(440, "Stream Errored (conflict)"), SessionNotConnected),
        (boom(408, "Timed Out"), ServerError),
        (boom(500, "An internal server error occurred"), ServerError),
        (boom(500, data=429), RateLimited),
        (boom(500, data="429"), RateLimited),
        (boom(429), RateLimited),
        (boom(500, "Rate-OverLimit"), RateLimited),
        (boom([428]), ServerError),
        (boom({"a": 428}), ServerError),
        (thrown(500, "connection closed"), SessionNotConnected),
        (thrown(500, "Error: Connection Closed"), SessionNotConnected),
        (thrown(500, "Cannot read properties of undefined"), ServerError),
        (thrown(404, 'The "main" instance does not exist'), NotFound),
        (thrown(400, "instance.numbers contains duplicate item"), InvalidRequest),
        (thrown(400, "Method not available on WhatsApp Business API"), Unsupported),
        (thrown(400, "Method not available on Evolution Channel"), Unsupported),
        ({"status": 200, "error": "x", "message": "x"}, Intercepted),
        ({"status": 500, "message": "Connection Closed"}, Intercepted),
        ({}, Intercepted),
    ],
)
def test_what_evolution_throws_is_a_400_with_a_status_of_its_own(body, kind):
    assert type(check("evolution", body, 400)) is kind


@pytest.mark.parametrize("data", [429, "429"])
def test_wahas_rate_limit_is_in_the_data_as_well(data):
    failure = check("waha", {"statusCode": 500, "exception": {"message": "Internal", "data": data}}, 500)

    assert type(failure) is RateLimited


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("check phone number timeout limit exceeded", ServerError),
        ("Phone number check timed out", ServerError),
        ("phone number: TIME OUT", ServerError),
        ("Instance account not authorized", SessionNotConnected),
        ("The instance is not authorised", SessionNotConnected),
        ("notAuthorized", SessionNotConnected),
        ("Instance in Starting process, try later", SessionNotConnected),
        ("Validation failed. Details: 'phoneNumber' is required", InvalidRequest),
        (["not authorized", {"token": KEY}], SessionNotConnected),
    ],
)
def test_green_apis_400_is_told_by_its_text_in_other_words_too(message, kind):
    body = {"statusCode": 400, "timestamp": "x", "path": f"/waInstance{SESSION}/x/{KEY}", "message": message}

    failure = check("green-api", body, 400)

    assert type(failure) is kind
    assert "canary" not in str(failure)


@pytest.mark.parametrize("field", ["invokeStatus", "correspondentsStatus"])
def test_either_quota_of_green_api_ends_the_checks(field):
    failure = check("green-api", {field: {"used": 3, "total": 3, "description": "it is used up"}}, 466)

    assert type(failure) is QuotaExceeded
    assert "it is used up" in str(failure)


def state_of(gateway, word):
    bodies = {
        "evolution": {"instance": {"instanceName": SESSION, "state": word}},
        "waha": {"name": SESSION, "status": word},
        "green-api": {"stateInstance": word},
    }
    return state(gateway, bodies[gateway]).status


@pytest.mark.parametrize(
    ("gateway", "word"),
    [("evolution", "open"), ("waha", "WORKING"), ("green-api", "authorized")],
)
def test_a_state_counts_in_whatever_case_and_no_other_word_is_ready(gateway, word):
    for spelling in (word, word.upper(), word.lower(), word.title()):
        assert state_of(gateway, spelling).is_ready
    for other in (f"{word}ed", f" {word}", "suspended", "ok", "connected", ""):
        assert state_of(gateway, other).state is SessionState.UNKNOWN


@pytest.mark.parametrize(
    ("gateway", "body"),
    [
        ("evolution", {"instance": {"instanceName": "another", "state": "open"}}),
        ("waha", {"name": "another", "status": "WORKING"}),
        (
            "gowa",
            {"code": "SUCCESS", "message": "x", "results": {"device_id": "another", "is_connected": True}},
        ),
    ],
)
def test_the_state_of_another_session_is_no_answer(gateway, body):
    failure = state(gateway, body)

    assert isinstance(failure, BadAnswer)
    assert "about another session" in str(failure)


@pytest.mark.parametrize("data", [{}, {"connected": "true", "loggedIn": "true"}, {"connected": None}])
@pytest.mark.parametrize("gateway", ["evolution-go", "wuzapi"])
def test_without_a_word_about_the_connection_there_is_no_state(gateway, data):
    body = {"message": "success", "data": data, "code": 200, "success": True}

    assert isinstance(state(gateway, body), BadAnswer)


@pytest.mark.parametrize(
    ("gateway", "body"),
    [
        ("evolution", [{"instance": {"instanceName": "main", "status": "open"}}]),
        ("waha", [{"id": "default", "status": "WORKING"}]),
        ("gowa", {"code": "SUCCESS", "message": "x", "results": [{"device": "main"}]}),
        ("gowa", {"code": "SUCCESS", "message": "x", "results": {"devices": []}}),
    ],
)
def test_a_list_of_sessions_in_another_form_is_not_an_empty_one(gateway, body):
    assert isinstance(sessions(gateway, body), BadAnswer)


def test_instances_without_a_number_check_are_listed_as_such():
    kinds = ("WHATSAPP-BAILEYS", "WHATSAPP-BUSINESS", "EVOLUTION", None)
    rows = [{"name": "main", "connectionStatus": "open", "integration": kind, "token": "t"} for kind in kinds]

    found = sessions("evolution", rows).sessions

    assert [str(one.status) for one in found] == [
        "open",
        "no number check (WHATSAPP-BUSINESS)",
        "no number check (EVOLUTION)",
        "open",
    ]
    assert [one.status.is_ready for one in found] == [True, False, False, True]


def test_contacts_in_another_form_are_not_an_empty_list():
    body = {"code": "SUCCESS", "message": "x", "results": {"data": {"447700900100": "Ann"}}}

    assert isinstance(contacts("gowa", body), BadAnswer)


def test_an_empty_list_of_green_apis_contacts_means_again():
    failure = contacts("green-api", [])

    assert type(failure) is ServerError
    assert failure.transient


@pytest.mark.parametrize("gateway", OTHERS)
def test_what_is_no_text_in_a_refusal_is_not_quoted(gateway):
    token = {"instance": {"token": "token-of-another"}}
    for status in (400, 401, 404, 422, 500):
        body = {"status": status, "statusCode": status, "code": status, "success": False, "error": "Error"}
        for message in (token, [token], ["a text", token]):
            failure = check(gateway, body | {"message": message, "response": {"message": message}}, status)
            assert "token-of-another" not in f"{failure!s} {failure!r}"


def test_the_password_is_hidden_without_its_user_too():
    _, _, password = KEY.partition(":")

    failure = check("gowa", {"code": "ERROR", "message": f"no such password: {password}"}, 500)

    assert password not in str(failure)
