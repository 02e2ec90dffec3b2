from __future__ import annotations

import json

import anyio
import pytest

from validator.sandbox import FAULT_WORDS, ConnectionBroken, Fault, FaultKind, parse_fault

CONNECTED = "sess_01H8BKF0000000000000000Z2T"
NUMBER = "+447700900500"


def faults(*texts):
    return tuple(parse_fault(text) for text in texts)


# how they are written


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("500=0.05", Fault(kind=FaultKind.STATUS, status=500, share=0.05)),
        ("429", Fault(kind=FaultKind.STATUS, status=429)),
        (" html=0.02 ", Fault(kind=FaultKind.HTML, share=0.02)),
        ("slow=0.1:2s", Fault(kind=FaultKind.SLOW, share=0.1, delay_s=2)),
        ("slow=0.1", Fault(kind=FaultKind.SLOW, share=0.1, delay_s=2)),
        ("slow:250ms", Fault(kind=FaultKind.SLOW, delay_s=0.25)),
        ("stall", Fault(kind=FaultKind.STALL, delay_s=60)),
        ("401@500", Fault(kind=FaultKind.STATUS, status=401, at_check=500)),
        ("disconnect@100+30s", Fault(kind=FaultKind.DISCONNECT, at_check=100, lasts_s=30)),
        ("lie@300", Fault(kind=FaultKind.LIE, at_check=300)),
        ("outage@100+1.5m", Fault(kind=FaultKind.STATUS, status=503, at_check=100, lasts_s=90)),
        ("slow:5@7+1h", Fault(kind=FaultKind.SLOW, delay_s=5, at_check=7, lasts_s=3600)),
        ("limit=60@200", Fault(kind=FaultKind.LIMIT, limit_per_min=60, at_check=200)),
    ],
)
def test_a_fault_is_read_from_its_text(text, fault):
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "cannot read fault ''"),
        ("=0.5", "cannot read fault"),
        ("explode=0.5", "unknown fault 'explode' in 'explode=0.5'; known faults are: 400 to 599, timeout"),
        ("status=0.5", "unknown fault 'status'"),
        ("200=0.5", "unknown fault '200'"),
        ("500=2", "share '2' in fault '500=2' is not a number from 0 to 1"),
        ("500=nan", "is not a number from 0 to 1"),
        ("500=often", "share 'often'"),
        ("slow=0.1:soon", "duration 'soon'"),
        ("disconnect@100+30x", "duration '30x'"),
        ("401@0", "'0' in fault '401@0' is not a whole number above 0"),
        ("401@x", "'x' in fault"),
        ("401=0.5@100", "both a share and a check"),
        ("disconnect", "needs the check it begins with, as in 'disconnect@100+30s'"),
        ("lie=0.5", "needs the check"),
        ("outage", "as in 'outage@100+30s'"),
        ("limit=60", "as in 'limit=60@200'"),
        ("limit@200", "'' in fault 'limit@200' is not a whole number"),
    ],
)
def test_what_is_no_fault_is_refused_with_its_text_and_the_remedy(text, part):
    with pytest.raises(ValueError, match="fault") as refused:
        parse_fault(text)
    assert part in str(refused.value)


def test_every_kind_has_a_word_in_the_table():
    words = {word for word, _ in FAULT_WORDS}
    assert words == {kind.value for kind in FaultKind} - {"status"} | {"400 to 599", "outage"}


# what they do to a check


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, 4000),
        (401, 4012),
        (402, 4020),
        (403, 4030),
        (404, None),
        (408, None),
        (409, None),
        (422, 4000),
        (425, None),
        (429, 4029),
        (500, None),
        (503, None),
        (599, None),
    ],
)
def test_a_status_comes_with_the_provider_s_error_body(check, status, code):
    response = check(NUMBER, faults=faults(str(status)))
    assert response.status_code == status
    assert response.json()["error"].get("code") == code
    assert ("retry-after" in response.headers) == (status == 429)


def flag_of(body):
    return body["is_whatsapp_user"]


@pytest.mark.parametrize(
    ("word", "holds"),
    [
        ("wrong_number", lambda b: b["phone"] == "+447700900501"),
        ("null_flag", lambda b: flag_of(b) is None),
        ("string_flag", lambda b: flag_of(b) == "true"),
        ("missing_flag", lambda b: "is_whatsapp_user" not in b),
        ("nan", lambda b: flag_of(b) != flag_of(b)),
        ("null_id", lambda b: flag_of(b) is True and b["whatsapp_id"] is None),
        ("extra_fields", lambda b: flag_of(b) is True and b["score"] == 0.25),
        ("list", lambda b: isinstance(b, list) and flag_of(b[0]) is True),
        ("pending", lambda b: b == {"phone": NUMBER, "status": "processing"}),
        ("flap", lambda b: flag_of(b) is False),
        ("stall", lambda b: flag_of(b) is False),
        ("success_false", lambda b: b["success"] is False),
        ("nonzero_code", lambda b: b["code"] == 5001 and b["data"] is None),
        ("close", lambda b: flag_of(b) is True),
    ],
)
def test_a_fault_of_the_content_leaves_it_json_with_status_200(check, word, holds):
    response = check(NUMBER, registered_share=1.0, faults=faults(word))
    assert response.status_code == 200
    assert holds(response.json())


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_duplicate_keys_say_yes_and_no(check, share):
    pairs = json.loads(
        check(NUMBER, registered_share=share, faults=faults("duplicate_keys")).text, object_pairs_hook=list
    )
    assert [value for key, value in pairs if key == "is_whatsapp_user"] == [True, False]


@pytest.mark.parametrize(
    ("word", "status", "type_", "length"),
    [
        ("html", 200, "text/html; charset=utf-8", range(50, 500)),
        ("html502", 502, "text/html; charset=utf-8", range(50, 500)),
        ("empty", 200, "application/json", range(1)),
        ("truncated", 200, "application/json", range(20, 60)),
        ("oversize", 200, "application/json", range(2**23, 2**23 + 1)),
        ("wrong_type", 200, "text/plain; charset=utf-8", range(60, 120)),
        ("redirect", 302, "application/json", range(1)),
        ("overlimit500", 500, "application/json", range(50, 500)),
    ],
)
def test_a_fault_of_the_bytes_changes_status_type_or_length(check, word, status, type_, length):
    response = check(NUMBER, faults=faults(word))
    assert response.status_code == status
    assert response.headers["content-type"] == type_
    assert len(response.content) in length
    assert int(response.headers["content-length"]) == len(response.content)


def test_a_redirect_points_to_another_host(check):
    assert check(NUMBER, faults=faults("redirect")).headers["location"] == "https://elsewhere.invalid/v1/"


def test_an_oversize_body_is_the_right_answer_all_the_same(check):
    assert check("+447700900001", faults=faults("oversize")).json()["phone"] == "+447700900001"


def test_overlimit500_wraps_a_rate_limit(check):
    assert "rate-overlimit" in check(NUMBER, faults=faults("overlimit500")).json()["error"]["message"]


def test_close_ends_the_connection_after_the_answer(check):
    assert check(NUMBER, faults=faults("close")).headers["connection"] == "close"


@pytest.mark.parametrize(("word", "seconds"), [("slow:500ms", 0.5), ("slow:7s", 7), ("stall", 60)])
def test_late_answers_are_late(talk, word, seconds):
    async def scenario(api):
        await api.check(NUMBER)
        return anyio.current_time()

    assert talk(scenario, faults=faults(word)) == pytest.approx(seconds)


def test_drip_sends_a_byte_a_second(talk):
    async def scenario(api):
        body = (await api.check("+447700900001")).content
        return len(body), anyio.current_time()

    length, seconds = talk(scenario, faults=faults("drip"))
    assert seconds == pytest.approx(length - 1)


@pytest.mark.parametrize("word", ["reset", "cut"])
def test_a_broken_connection_comes_out_of_the_application(check, word):
    with pytest.raises(ConnectionBroken):
        check(NUMBER, faults=faults(word))


def test_timeout_never_answers(talk):
    async def scenario(api):
        with anyio.move_on_after(600) as scope:
            await api.check(NUMBER)
        return scope.cancelled_caught

    assert talk(scenario, faults=faults("timeout"))


# contacts


@pytest.mark.parametrize(
    ("word", "page", "changed"),
    [
        ("repeated_row", 2, lambda right: ["+447700900044", *right[:-1]]),
        ("repeated_row", 1, lambda right: right),
        ("short_page", 1, lambda right: right[:-1]),
        ("lid_contact", 1, lambda right: ["100000000000001@lid", *right[1:]]),
        ("null_flag", 1, lambda right: right),
    ],
)
def test_a_page_of_contacts_can_be_wrong(get, word, page, changed):
    right, wrong = (
        [
            row["phone"]
            for row in get("/whatsapp/contacts", {"session_id": CONNECTED, "page": page}, **kw).json()["data"]
        ]
        for kw in ({}, {"faults": faults(word)})
    )
    assert wrong == changed(right)
