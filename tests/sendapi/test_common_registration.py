"""Common answers to a check are read by an expression, and all others the long way: with the same results."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from validator.errors import ApiError
from validator.http.masking import hide_key
from validator.http.reply import Reply
from validator.model import Number
from validator.sendapi.common_registration import common_registration
from validator.sendapi.envelope import understand
from validator.sendapi.reading import registration_in

ASKED = Number(447400123456)
NOW = 1_763_900_000.0
YES = b'{"phone": "+447400123456", "is_whatsapp_user": true, "whatsapp_id": "447400123456@s.whatsapp.net"}'
COMMON = {
    "yes": YES,
    "yes, compact": YES.replace(b" ", b""),
    "yes, by an id that is no number": YES.replace(b"447400123456@s.whatsapp.net", b"199@lid"),
    "yes, without an id": b'{"phone":"+447400123456","is_whatsapp_user":true}',
    "yes, with a null": b'{"phone":"+447400123456","is_whatsapp_user":true,"whatsapp_id":null}',
    "no": b'{"phone":"+447400123456","is_whatsapp_user":false}',
    "no, with a null": b'{"phone": "+447400123456", "is_whatsapp_user": false, "whatsapp_id": null}',
}
UNCOMMON = {
    "another number": YES.replace(b"+447400123456", b"+447400123457"),
    "a number without a plus": YES.replace(b"+447400123456", b"447400123456"),
    "a zero before the number": YES.replace(b"+447400123456", b"+0447400123456"),
    "an id beside a no": YES.replace(b"true", b"false"),
    "an empty id": YES.replace(b"447400123456@s.whatsapp.net", b""),
    "an escape": YES.replace(b"@", rb"\u0040"),
    "a field more": YES.replace(b"}", b', "status": "ok"}'),
    "a field twice": YES.replace(b"}", b', "is_whatsapp_user": true}'),
    "another order": json.dumps(dict(reversed(json.loads(YES).items()))).encode(),
    "an envelope": b'{"data": %b}' % YES,
    "blanks around it": b" %b\n" % YES,
    "the flag as a text": YES.replace(b"true", b'"true"'),
    "half of it": YES[:50],
    "nothing": b"",
}


def reply(body, status=200, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers=named, body=body)


def at_length(replied):
    try:
        return registration_in(understand(replied, NOW), ASKED)
    except ApiError:
        return None


def assert_alike(replied):
    found = common_registration(replied, NOW, ASKED)
    if found is not None:
        expected = at_length(replied)
        assert (found, found.rate, found.request_id) == (expected, expected.rate, expected.request_id)
    return found


@pytest.mark.parametrize("body", COMMON.values(), ids=COMMON)
def test_common_answers_are_read_by_the_expression(body):
    rates = {"x_ratelimit_limit": "300", "x_ratelimit_remaining": "299", "x_ratelimit_reset": "42"}

    assert assert_alike(reply(body, x_request_id="req_1", **rates)) is not None


@pytest.mark.parametrize("body", UNCOMMON.values(), ids=UNCOMMON)
def test_other_answers_go_the_long_way(body):
    assert common_registration(reply(body), NOW, ASKED) is None


@pytest.mark.parametrize("replied", [reply(None), reply(YES, status=201), reply(YES, status=404)])
def test_answers_of_another_status_or_without_a_body_go_the_long_way(replied):
    assert common_registration(replied, NOW, ASKED) is None


def test_a_key_in_an_id_or_in_the_id_of_the_exchange_is_masked():
    hide_key("a-key-of-another-gateway")
    body = YES.replace(b"447400123456@s.whatsapp.net", b"a-key-of-another-gateway@lid")
    found = assert_alike(reply(body, x_request_id="sk_live_0123456789"))

    assert (found.whatsapp_id, found.request_id) == ("[key]@lid", "[key]")


PARTS = st.sampled_from(
    (
        *(b"{", b"}", b'"phone"', b'"is_whatsapp_user"', b'"whatsapp_id"', b":", b": ", b",", b", ", b" "),
        *(b'"+447400123456"', b'"+447400123457"', b"true", b"false", b"null", b'"x@lid"', b'"', b"\\", b"1"),
    )
)
HEADERS = st.dictionaries(
    st.sampled_from(("x_request_id", "retry_after", "x_ratelimit_limit", "date")), st.text(max_size=4)
)


@given(body=st.lists(PARTS, max_size=16).map(b"".join), headers=HEADERS)
@example(body=YES, headers={"x_request_id": "x" * 200})
def test_answers_of_any_kind_are_read_alike(body, headers):
    assert_alike(reply(body, **headers))


@given(st.sampled_from([*COMMON.values()]), st.data())
def test_a_common_answer_with_some_bytes_changed_is_read_alike(body, data):
    place = data.draw(st.integers(0, len(body) - 1))
    changed = data.draw(PARTS | st.binary(max_size=2))
    assert_alike(reply(body[:place] + changed + body[place + data.draw(st.integers(0, 3)) :]))
