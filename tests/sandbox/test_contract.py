from __future__ import annotations

import re

import pytest

CONNECTED = "sess_01H8BKF0000000000000000Z2T"
PENDING = "sess_01H8BKF0000000000000000PND"
DISCONNECTED = "sess_01H8BKF0000000000000000DSC"
FOUND = {"phone": "+447700900000", "is_whatsapp_user": True, "whatsapp_id": "447700900000@s.whatsapp.net"}
CHECK = "/whatsapp/contacts/%2B447700900000/check"


def error_of(response):
    return response.json()["error"]


def test_the_documented_example_is_answered_as_documented(check):
    response = check("+447700900000")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == FOUND


@pytest.mark.parametrize("spelling", ["%2B447700900000", "+447700900000"])
def test_a_number_is_taken_with_its_plus_encoded_or_bare(get, spelling):
    response = get(f"/whatsapp/contacts/{spelling}/check", {"session_id": CONNECTED})
    assert response.json() == FOUND


def test_every_response_carries_whole_numbers_about_the_rate_limit(get):
    for path in ("/whatsapp/sessions", "/whatsapp/contacts", "/account/usage", "/nothing"):
        headers = get(path).headers
        assert int(headers["x-ratelimit-limit"]) == 300
        assert int(headers["x-ratelimit-remaining"]) == 299
        assert int(headers["x-ratelimit-reset"]) == 1_800_000_001


def test_a_number_not_registered_has_a_null_id_or_none(check):
    assert check("+447700900002").json() == {
        "phone": "+447700900002",
        "is_whatsapp_user": False,
        "whatsapp_id": None,
    }
    assert check("+447700900018").json() == {"phone": "+447700900018", "is_whatsapp_user": False}


@pytest.mark.parametrize(
    ("envelope", "expected"),
    [("bare", FOUND), ("data", {"data": FOUND}), ("success", {"success": True, "data": FOUND})],
)
def test_success_bodies_come_in_the_envelope_asked_for(check, envelope, expected):
    assert check("+447700900000", envelope=envelope).json() == expected


def test_mixed_envelopes_use_all_three(talk):
    async def scenario(api):
        bodies = [(await api.check(f"+4477009001{n:02d}")).json() for n in range(40)]
        return {tuple(sorted(set(body) & {"success", "data"})) for body in bodies}

    assert talk(scenario, envelope="mixed") == {(), ("data",), ("data", "success")}


def test_a_page_keeps_its_shape_in_every_envelope(get):
    bare, data, success = (
        get("/whatsapp/sessions", envelope=word).json() for word in ("bare", "data", "success")
    )
    assert bare == data
    assert success == {"success": True, **bare}


def test_sessions_are_listed_with_the_documented_fields(get):
    body = get("/whatsapp/sessions").json()
    assert body["meta"] == {"total": 3, "page": 1, "per_page": 25}
    assert [row["status"] for row in body["data"]] == ["connected", "pending", "disconnected"]
    fields = {"id", "name", "status", "phone_number", "last_seen_at", "message_count", "created_at"}
    assert all(set(row) == fields and isinstance(row["id"], str) for row in body["data"])


def test_one_session_is_answered_alone(get):
    assert get(f"/whatsapp/sessions/{PENDING}").json()["status"] == "pending"


def test_an_unknown_session_is_not_found(get):
    for response in (get("/whatsapp/sessions/sess_x"), get(CHECK, {"session_id": "sess_x"})):
        assert response.status_code == 404
        assert error_of(response)["type"] == "not_found"


def test_session_ids_may_be_integers(talk):
    async def scenario(api):
        api.session_id = "1"
        return (await api.get("/whatsapp/sessions")).json(), await api.check("+447700900000")

    listed, checked = talk(scenario, integer_ids=True)
    assert [row["id"] for row in listed["data"]] == [1, 2, 3]
    assert checked.json() == FOUND


@pytest.mark.parametrize("session_id", [PENDING, DISCONNECTED])
@pytest.mark.parametrize("status", [409, 422])
def test_a_session_that_is_not_connected_is_a_conflict(get, session_id, status):
    for path in (CHECK, "/whatsapp/contacts"):
        response = get(path, {"session_id": session_id}, not_connected_status=status)
        assert response.status_code == status
        assert error_of(response)["type"] == "session_not_connected"


@pytest.mark.parametrize("status", [400, 422])
def test_a_missing_session_is_an_invalid_request(get, status):
    for path in (CHECK, "/whatsapp/contacts"):
        response = get(path, bad_request_status=status)
        assert (response.status_code, error_of(response)["code"]) == (status, 4000)
        assert error_of(response)["type"] == "invalid_request"


@pytest.mark.parametrize(
    "number", ["447700900000", "%2B0447700900000", "%2B4477009OOOOO", "%2B1234567890123456"]
)
def test_what_is_no_e164_number_is_an_invalid_phone(get, number):
    response = get(f"/whatsapp/contacts/{number}/check", {"session_id": CONNECTED})
    assert (response.status_code, error_of(response)["code"]) == (422, 4001)
    assert error_of(response)["type"] == "invalid_phone"


@pytest.mark.parametrize(
    ("key", "status", "code", "type_"),
    [
        (None, 401, 4010, "missing_api_key"),
        ("nonsense", 401, 4011, "invalid_api_key"),
        ("sk_live_", 401, 4011, "invalid_api_key"),
        ("sk_live_revoked_1", 401, 4012, "revoked_api_key"),
        ("sk_live_expired_1", 401, 4013, "expired_api_key"),
        ("sk_live_noscope_1", 403, 4030, "insufficient_scope"),
        ("sk_live_quota_1", 402, 4020, "quota_exceeded"),
        ("sk_live_unpaid_1", 402, 402, "subscription_required"),
        ("sk_live_lapsed_1", 402, 402, "subscription_expired"),
    ],
)
def test_a_key_that_is_not_served_is_told_why(check, key, status, code, type_):
    response = check(key=key)
    assert response.status_code == status
    assert error_of(response)["code"] == code
    assert error_of(response)["type"] == type_


def test_only_listed_keys_are_known_where_not_any_key_is(check):
    assert check(any_key=False, keys=("sk_live_abc",)).status_code == 200
    assert check(any_key=False).status_code == 401


def test_the_scheme_of_the_key_is_read_in_any_case(talk):
    async def scenario(api):
        api.client.headers["authorization"] = "bearer sk_live_abc"
        return (await api.check("+447700900000")).status_code

    assert talk(scenario) == 200


def test_the_first_error_envelope_holds_the_request_id_in_the_error(check):
    body = check("+447700900003", error_envelope=1).json()
    assert body["success"] is False
    assert set(body["error"]) == {"type", "message", "code", "request_id"}
    assert re.fullmatch(r"req_\w+", body["error"]["request_id"])


def test_the_second_error_envelope_holds_the_request_id_beside_it(check):
    body = check("+447700900003", error_envelope=2).json()
    assert body["success"] is False
    assert set(body["error"]) == {"type", "message", "code"}
    assert re.fullmatch(r"req_\w+", body["meta"]["request_id"])
    assert body["meta"]["timestamp"] == "2027-01-15T08:00:00.000000Z"


def test_the_third_error_envelope_has_a_word_for_a_code(check):
    body = check("+447700900003", error_envelope=3).json()
    assert body.keys() == {"error"}
    assert body["error"]["type"] == "invalid_request_error"
    assert body["error"]["code"] == "invalid_phone"
    assert body["error"]["param"] == "phone"
    assert check("+447700900005", error_envelope=3).json()["error"]["type"] == "api_error"
    assert check("+447700900010", error_envelope=3).json()["error"]["type"] == "rate_limit_error"


def test_an_unknown_path_is_a_json_404(get):
    response = get("/whatsapp/groups")
    assert response.status_code == 404
    assert error_of(response)["type"] == "not_found"


def test_only_get_is_known(talk):
    async def scenario(api):
        return (await api.client.post("/whatsapp/contacts")).status_code

    assert talk(scenario) == 405


def test_usage_names_the_plan(get):
    assert get("/account/usage", key="sk_test_business_1").json()["plan"] == "business"


# contacts


def contacts(get, settings=None, **query):
    return get("/whatsapp/contacts", {"session_id": CONNECTED, **query}, **(settings or {}))


def test_contacts_come_25_a_page_unless_told(get):
    body = contacts(get).json()
    assert body["meta"] == {"total": 250, "page": 1, "per_page": 25}
    assert len(body["data"]) == 25


def test_all_pages_together_are_all_contacts_once(talk):
    async def scenario(api):
        pages = [
            (await api.get("/whatsapp/contacts", session_id=CONNECTED, page=page, per_page=100)).json()[
                "data"
            ]
            for page in (1, 2, 3, 4)
        ]
        return [len(page) for page in pages], {row["phone"] for page in pages for row in page}

    sizes, phones = talk(scenario)
    assert sizes == [100, 100, 50, 0]
    assert len(phones) == 250


def test_names_and_pictures_are_given_null_or_absent(get):
    rows = contacts(get, per_page=100).json()["data"]
    for field in ("name", "profile_picture_url"):
        assert {type(row.get(field, 0)) for row in rows} == {str, type(None), int}


@pytest.mark.parametrize(
    "query", [{"per_page": 101}, {"per_page": 0}, {"page": 0}, {"page": "x"}, {"page": "-1"}]
)
def test_pages_out_of_range_are_refused(get, query):
    response = contacts(get, **query)
    assert (response.status_code, error_of(response)["code"]) == (422, 4000)


def test_a_contact_and_a_check_of_it_agree(talk):
    async def scenario(api):
        rows = (await api.get("/whatsapp/contacts", session_id=CONNECTED, page=40)).json()["data"]
        checks = [(await api.check(row["phone"])).json() for row in rows]
        return [
            (row["is_whatsapp_user"], check["is_whatsapp_user"])
            for row, check in zip(rows, checks, strict=True)
        ]

    pairs = talk(scenario, contacts=1100)
    assert len(pairs) == 25
    assert all(listed == checked for listed, checked in pairs)


# phone/validate


@pytest.mark.parametrize(
    ("number", "e164", "country_code", "line_type"),
    [
        ("+44 7700 900000", "+447700900000", "GB", "mobile"),
        ("0044 (20) 7946-0000", "+442079460000", "GB", "landline"),
        ("+1 201 555 0123", "+12015550123", "US", "unknown"),
        ("+55 11 91234-5678", "+5511912345678", "BR", "mobile"),
        ("+999 1234567", "+9991234567", None, "unknown"),
    ],
)
def test_a_valid_number_is_taken_apart(get, number, e164, country_code, line_type):
    body = get("/phone/validate", {"number": number}).json()
    assert body["input"] == number
    assert body["valid"] is True
    assert (body["e164"], body["country_code"], body["line_type"]) == (e164, country_code, line_type)
    assert {"national_format", "country", "dial_prefix", "carrier"} < body.keys()


@pytest.mark.parametrize(
    "number", ["07700 900000", "+44 77", "+44 99", "hello", "+0123456789", "+4499999999999"]
)
def test_an_invalid_number_is_told_why(get, number):
    body = get("/phone/validate", {"number": number}).json()
    assert body.keys() == {"input", "valid", "error"}
    assert body["valid"] is False


def test_a_plus_that_arrives_as_a_space_is_understood(talk):
    async def scenario(api):
        return (await api.client.get("/phone/validate?number=+447700900000")).json()

    assert talk(scenario)["e164"] == "+447700900000"


def test_validating_nothing_is_an_invalid_request(get):
    assert error_of(get("/phone/validate"))["code"] == 4000
