from datetime import UTC, datetime
from email.utils import formatdate

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from validator.http.rate_headers import MAX_LIMIT, read_any_rates, read_rates
from validator.http.retry_after import MAX_WAIT_S
from validator.model import RateNotice, RateWindow

NOW = 1_763_900_000
# The server's clock is an hour ahead of ours: whatever is read against ours shows.
SERVER_NOW = NOW + 3_600
DATE = {"date": formatdate(SERVER_NOW, usegmt=True)}


def windows(**headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_rates(DATE | named, None, wall_now=NOW).windows


def retry_after_s(value, body=None, date=DATE):
    return read_rates(date | {"retry-after": value}, body, wall_now=NOW).retry_after_s


def test_the_providers_headers_make_a_window_of_a_minute():
    told = windows(
        x_ratelimit_limit="300", x_ratelimit_remaining="287", x_ratelimit_reset=str(SERVER_NOW + 42)
    )

    assert told == (RateWindow(limit=300, remaining=287, reset_s=42, window_s=60),)


@pytest.mark.parametrize(
    "reset", [str(SERVER_NOW + 42), str((SERVER_NOW + 42) * 1000), "42", f"{SERVER_NOW + 42}.0", "42, 17"]
)
def test_a_reset_is_told_apart_as_unix_seconds_milliseconds_or_seconds_left(reset):
    assert windows(x_ratelimit_reset=reset)[0].reset_s == 42


def test_a_reset_in_the_past_is_now():
    assert windows(x_ratelimit_reset=str(SERVER_NOW - 5))[0].reset_s == 0


def test_without_a_date_a_reset_is_read_against_our_clock_and_not_believed_beyond_a_minute():
    near = read_rates({"x-ratelimit-reset": str(NOW + 20)}, None, wall_now=NOW)
    skewed = read_rates({"x-ratelimit-reset": str(NOW + 3_620)}, None, wall_now=NOW)

    assert near.windows[0].reset_s == 20
    assert skewed.windows[0].reset_s == 60


@pytest.mark.parametrize("garbage", ["", "many", "-1", "NaN", "inf", "1e3", "٣٠٠", "0x10", "1_000"])
def test_counts_that_are_none_are_as_good_as_absent(garbage):
    assert windows(x_ratelimit_limit=garbage) == ()
    assert windows(x_ratelimit_limit="300", x_ratelimit_remaining=garbage)[0].remaining is None


def test_an_absurd_limit_is_brought_back_into_bounds():
    assert windows(x_ratelimit_limit="9" * 400)[0].limit == MAX_LIMIT


def test_the_drafts_fields_tell_several_windows():
    told = windows(
        ratelimit_policy='"minute";q=100;w=60, "day";q=1000;w=86400;pk=:dHJpY2s=:',
        ratelimit='"minute";r=50;t=30,"day";r=999;t=80000',
    )

    assert told == (
        RateWindow(limit=100, remaining=50, reset_s=30, window_s=60),
        RateWindow(limit=1000, remaining=999, reset_s=80_000, window_s=86_400),
    )


def test_a_draft_policy_or_state_that_stands_alone_is_still_a_window():
    assert windows(ratelimit_policy='"p";q=100') == (RateWindow(limit=100, window_s=60),)
    assert windows(ratelimit='"p";r=50;t=30') == (RateWindow(remaining=50, reset_s=30),)


def test_a_comma_or_semicolon_in_a_policys_name_does_not_split_it():
    told = windows(ratelimit_policy='"a,b;c";q=10;w=1', ratelimit='"a,b;c";r=5')

    assert told == (RateWindow(limit=10, remaining=5, window_s=1),)


def test_policies_that_count_something_else_than_requests_are_left_out():
    told = windows(
        ratelimit_policy='"bytes";q=9999;w=60;qu="content-bytes", "calls";q=10;w=60;qu="requests"',
        ratelimit='"bytes";r=1;t=60, "calls";r=9;t=60',
    )

    assert [window.limit for window in told] == [10]
    assert told[0].remaining == 9


@pytest.mark.parametrize(
    "headers",
    [
        {"ratelimit": "limit=100, remaining=50, reset=30"},
        {"ratelimit_limit": "100", "ratelimit_remaining": "50", "ratelimit_reset": "30"},
    ],
)
def test_the_drafts_older_forms_are_read_with_their_policies(headers):
    told = windows(ratelimit_policy="100;w=10, 5000;w=3600", **headers)

    assert told == (
        RateWindow(limit=100, remaining=50, reset_s=30, window_s=10),
        RateWindow(limit=5000, window_s=3600),
    )


def test_one_limit_told_in_two_spellings_is_one_window():
    told = windows(
        ratelimit_policy='"p";q=300;w=60',
        ratelimit='"p";r=7;t=9',
        x_ratelimit_limit="300",
        x_ratelimit_remaining="7",
    )

    assert told == (RateWindow(limit=300, remaining=7, reset_s=9, window_s=60),)


def test_two_limits_in_two_spellings_are_two_windows():
    told = windows(ratelimit_policy='"day";q=9000;w=86400', x_ratelimit_limit="300")

    assert [window.limit for window in told] == [9000, 300]


@pytest.mark.parametrize("malformed", ['"p";q=100;w=', '"p";q=100;w=0', '"p";q=100;w=-5', '"p";q=100;w=x;w'])
def test_a_window_of_no_length_is_a_minute(malformed):
    assert windows(ratelimit_policy=malformed) == (RateWindow(limit=100, window_s=60),)


@pytest.mark.parametrize("malformed", ['"p', ";;;", "=", ",,,", '"p";q=', "q=100", "\\", '"p";r="x"'])
def test_malformed_draft_fields_are_ignored(malformed):
    assert windows(ratelimit_policy=malformed, ratelimit=malformed) == ()


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [
        ("30", 30),
        ("1.5", 1.5),
        (" 7 ", 7),
        ("0", 0),
        ("-5", 0),
        ("3600", 3600),
        ("9" * 400, MAX_WAIT_S),
        (formatdate(SERVER_NOW + 90, usegmt=True), 90),
        (formatdate(SERVER_NOW - 90, usegmt=True), 0),
        ("Sunday, 23-Nov-25 13:14:50 GMT", 90),
        (str(SERVER_NOW + 90), 90),
        (f"{SERVER_NOW + 90}.5", 90.5),
        (str((SERVER_NOW + 90) * 1000), 90),
        (f"5, {SERVER_NOW + 90}", 90),
        (str(SERVER_NOW - 90), 0),
        ("1000000000", 60),
        ("5, 5", 5),
        ("5, 120,7", 120),
        ('"5"', 5),
        ("5s", 5),
        ("5 sec", 5),
        ("30 seconds", 30),
        ("1500ms", 1.5),
        ("2m", 120),
        ("2 Minutes", 120),
        ("1h", 3600),
        (f"3, {formatdate(SERVER_NOW + 90, usegmt=True)}", 90),
        (f"{formatdate(SERVER_NOW + 90, usegmt=True)}, {formatdate(SERVER_NOW + 80, usegmt=True)}", 90),
        ("Sunday, 23-Nov-25 13:14:50 GMT, 5", 90),
        (datetime.fromtimestamp(SERVER_NOW + 90, UTC).isoformat(), 90),
        (datetime.fromtimestamp(SERVER_NOW + 90, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), 90),
        (datetime.fromtimestamp(SERVER_NOW + 90, UTC).strftime("%Y-%m-%d %H:%M:%S"), 90),
        ("5, soon", 60),
        ("soon, 120", 120),
        ("soon", 60),
        ("NaN", 60),
        ("inf", 60),
        ("", 60),
        (",", 60),
        ("PT5S", 60),
        ("five", 60),
        ("5 fortnights", 60),
        ("Mon, 99 Nov 2026 99:99:99 GMT", 60),
        ("Fri, 31 Dec 99999999999 23:59:59 GMT", 60),
        ("x" * 5_000, 60),
    ],
)
def test_retry_after_is_read_in_every_form(value, wait_s):
    assert retry_after_s(value) == wait_s


def test_a_retry_after_date_without_a_server_date_is_read_against_our_clock():
    assert retry_after_s(formatdate(NOW + 12, usegmt=True), date={}) == 12


def test_a_date_without_a_zone_is_in_utc():
    assert retry_after_s(formatdate(SERVER_NOW + 12).replace("-0000", "").strip()) == 12


@pytest.mark.parametrize(
    ("body", "wait_s"),
    [
        ({"retry_after": 12}, 12),
        ({"retryAfter": "12.5"}, 12.5),
        ({"error": {"retry_after": 12}}, 12),
        ({"error": {"retryAfter": -3}}, 0),
        ({"error": {"retry_after": 10**400}}, MAX_WAIT_S),
        ({"error": {"retry_after": "5s"}}, 5),
        ({"error": {"retry_after": True}}, 60),
        ({"error": {"retry_after": {"seconds": 5}}}, 60),
        ({"error": {"retry_after": "soon"}}, 60),
    ],
)
def test_a_wait_that_is_only_in_the_body_is_found(body, wait_s):
    assert read_rates({}, body, wall_now=NOW).retry_after_s == wait_s
    assert retry_after_s("garbage", body) == wait_s


@pytest.mark.parametrize("until", [SERVER_NOW + 45, (SERVER_NOW + 45) * 1000, str(SERVER_NOW + 45)])
def test_a_time_in_the_body_is_read_against_the_servers_clock(until):
    assert read_rates(DATE, {"error": {"retry_after": until}}, wall_now=NOW).retry_after_s == 45


@pytest.mark.parametrize("body", [{"error": {"retry_after": None}}, {"error": "rate limited"}, {}, None])
def test_no_wait_is_told_where_there_is_none(body):
    assert read_rates({}, body, wall_now=NOW).retry_after_s is None
    assert retry_after_s("garbage", body) == 60


@pytest.mark.parametrize(
    ("header", "body", "wait_s"),
    [
        ("1", {"error": {"retry_after": 60}}, 60),
        ("5", {"retry_after": 60}, 60),
        ("90", {"retry_after": 60}, 90),
        ("0", {"error": {"retryAfter": "2m"}}, 120),
        ("1, 3", {"retry_after": 2}, 3),
        (None, {"retry_after": 5, "error": {"retry_after": 45, "retryAfter": "7"}}, 45),
        ("7", {"error": {"retry_after": "soon"}}, 7),
    ],
)
def test_of_several_waits_the_largest_counts_wherever_they_stand(header, body, wait_s):
    told = {} if header is None else {"retry-after": header}

    assert read_rates(told, body, wall_now=NOW).retry_after_s == wait_s


def test_a_response_that_says_nothing_is_an_empty_notice():
    assert read_rates({}, None, wall_now=NOW) == RateNotice()


@pytest.mark.parametrize(
    ("headers", "sent_at_s"), [(DATE, SERVER_NOW), ({"date": "yesterday"}, None), ({}, None)]
)
def test_a_notice_carries_the_servers_time_of_day(headers, sent_at_s):
    assert read_rates(headers, None, wall_now=NOW).sent_at_s == sent_at_s


FIELDS = [
    "date",
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
]
PIECES = st.sampled_from(
    ['"p"', ";q=", ";w=", ";r=", ";t=", "limit=", ",", "-", ".", "60", "9" * 20, " GMT", "Mon, 1 Jan "]
)
VALUES = st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=12).map("".join), st.integers().map(str))
BODIES = st.none() | st.dictionaries(
    st.sampled_from(["retry_after", "retryAfter", "error"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.dictionaries(st.text(), inner),
    ),
)


@pytest.mark.slow
@settings(max_examples=150)
@given(headers=st.dictionaries(st.sampled_from(FIELDS), VALUES), body=BODIES, now=st.floats(0, 4e9))
@example(headers={"retry-after": "Mon, 1 Jan 0001 00:00:00 +2359"}, body=None, now=0.0)
def test_nothing_a_server_sends_raises_or_leaves_the_bounds(headers, body, now):
    notice = read_rates(headers, body, wall_now=now)

    assert notice.retry_after_s is None or 0 <= notice.retry_after_s <= MAX_WAIT_S
    for window in notice.windows:
        assert window.limit is None or 0 <= window.limit <= MAX_LIMIT
        assert window.remaining is None or 0 <= window.remaining <= MAX_LIMIT
        assert window.reset_s is None or 0 <= window.reset_s <= MAX_WAIT_S
        assert 1 <= window.window_s <= MAX_WAIT_S


USUAL = st.sampled_from([f"x-ratelimit-{part}" for part in ("limit", "remaining", "reset")] * 3 + ["date"])
OTHERS = st.sampled_from(["retry-after", "ratelimit", "ratelimit-policy", "ratelimit-limit", "x-other"])
DIGITS = st.sampled_from(
    ("0", "1", "300", str(SERVER_NOW), str(SERVER_NOW * 1_000), "9" * 10, "9" * 15, "9" * 16)
)
SAID = st.sampled_from(
    (
        *("-1", "+1", "1.5", "", " 1", "1, 2", "\u0663", "\u00b2", "1_0", "limit=5, reset=4", '"a";q=5'),
        DATE["date"],
    )
)


@pytest.mark.slow
@given(
    headers=st.dictionaries(USUAL, DIGITS | DIGITS | SAID) | st.dictionaries(USUAL | OTHERS, DIGITS | SAID),
    body=st.sampled_from([None, None, {}, {"retry_after": 3}]),
)
@example(headers={}, body=None)
@example(headers={"x-ratelimit-limit": ""}, body=None)
@example(
    headers={"x-ratelimit-limit": "9999999999", "x-ratelimit-remaining": "1", "x-ratelimit-reset": "5"},
    body=None,
)
def test_the_usual_headers_are_read_as_any_others(headers, body):
    found, expected = (read(headers, body, wall_now=NOW) for read in (read_rates, read_any_rates))

    assert found == expected
    assert found.sent_at_s == expected.sent_at_s
