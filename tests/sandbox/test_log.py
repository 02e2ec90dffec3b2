from __future__ import annotations

import json

import anyio
import pytest

from validator.sandbox import RequestLog, parse_fault

CONNECTED = "sess_01H8BKF0000000000000000Z2T"
NUMBER = "+447700900500"


def test_calls_are_counted_for_each_number(talk):
    async def scenario(api):
        for number in (NUMBER, NUMBER, "+447700900501"):
            await api.check(number)
        await api.get("/whatsapp/sessions")
        return api.app.log

    log = talk(scenario)
    assert (log.calls(NUMBER), log.calls("+447700900501"), log.calls("+447700900502")) == (2, 1, 0)
    assert (log.requests, log.checks, log.refusals) == (4, 3, 0)


def test_a_refusal_by_the_limiter_is_no_call(talk):
    async def scenario(api):
        for _ in range(5):
            await api.check(NUMBER)
        return api.app.log

    log = talk(scenario, limit_per_min=2)
    assert (log.calls(NUMBER), log.requests, log.refusals) == (2, 5, 3)
    assert [entry.passed for entry in log.entries] == [True, True, False, False, False]


def test_an_entry_says_who_asked_what_and_what_came_of_it(talk):
    async def scenario(api):
        await anyio.sleep(61)
        await api.check(NUMBER)
        return api.app.log.entries[-1]

    entry = talk(scenario, faults=(parse_fault("503"),))
    assert (entry.time_s, entry.wall_s) == (61, 1_800_000_061)
    assert (entry.method, entry.path) == ("GET", f"/v1/whatsapp/contacts/{NUMBER}/check")
    assert (entry.number, entry.session) == (NUMBER, CONNECTED)
    assert (entry.status, entry.fault, entry.passed) == (503, "503", True)


def test_the_key_is_named_by_a_fingerprint(talk):
    async def scenario(api):
        await api.check(NUMBER)
        await api.client.get("/account/usage", headers={"authorization": "Bearer sk_live_other"})
        del api.client.headers["authorization"]
        await api.get("/account/usage")
        return [entry.key for entry in api.app.log.entries]

    first, second, none = talk(scenario, key="sk_live_secretsecret")
    assert len(first) == len(second) == 12
    assert first != second
    assert "secret" not in first
    assert none == ""


def test_a_request_is_entered_before_its_answer_leaves(talk):
    async def scenario(api):
        with anyio.move_on_after(1):
            await api.check("+447700900015")
        return api.app.log.calls("+447700900015")

    assert talk(scenario) == 1


def test_minutes_are_counted_from_the_first_request(talk):
    async def scenario(api):
        await anyio.sleep(90)
        for wait_s in (0, 10, 40, 120):
            await anyio.sleep(wait_s)
            await api.check(NUMBER)
        return api.app.log.per_minute

    assert talk(scenario) == {0: 2, 1: 1, 3: 1}


def test_an_empty_log_counts_nothing():
    log = RequestLog()
    assert (log.requests, log.checks, log.refusals, log.per_minute) == (0, 0, 0, {})
    log.close()


def test_the_file_has_a_line_of_json_a_request_at_once(talk, tmp_path):
    path = tmp_path / "requests.jsonl"

    async def scenario(api):
        await api.check(NUMBER)
        return [json.loads(line) for line in path.read_text().splitlines()]

    (entry,) = talk(scenario, log_path=path)
    assert (entry["number"], entry["status"], entry["passed"]) == (NUMBER, 200, True)
    talk(scenario, log_path=path)
    assert len(path.read_text().splitlines()) == 2


def test_a_log_file_that_cannot_be_opened_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        RequestLog(tmp_path / "nowhere" / "requests.jsonl")


# the control paths


def test_health_answers_without_a_key(talk):
    async def scenario(api):
        response = await api.control("GET", "/_sandbox/health")
        return response.status_code, api.app.log.requests

    assert talk(scenario, key=None) == (200, 0)


def test_the_log_can_be_read_over_http(talk):
    async def scenario(api):
        for number in (NUMBER, NUMBER, "+447700900003"):
            await api.check(number)
        bare, last, odd = [
            (await api.control("GET", f"/_sandbox/log{q}")).json() for q in ("", "?last=2", "?last=x")
        ]
        return bare, last["entries"], odd["entries"]

    body, last, odd = talk(scenario)
    assert list(body.pop("keys").values()) == [
        {"requests": 3, "checks": 3, "refusals": 0, "most_in_a_minute": 3}
    ]
    assert body == {
        "requests": 3,
        "checks": 3,
        "refusals": 0,
        "distinct_numbers": 2,
        "statuses": {"200": 2, "422": 1},
        "per_minute": {"0": 3},
        "numbers": {NUMBER: 2, "+447700900003": 1},
        "entries": [],
    }
    assert [entry["number"] for entry in last] == [NUMBER, "+447700900003"]
    assert odd == []


def test_reset_forgets_the_log_and_the_state(talk):
    async def scenario(api):
        before = [(await api.check("+447700900004")).status_code for _ in range(2)]
        await api.control("PATCH", "/_sandbox", json={"faults": ["503"], "limit_per_min": 5})
        await api.control("POST", "/_sandbox/reset")
        after = await api.check("+447700900004")
        return before, after.status_code, after.headers["x-ratelimit-limit"], api.app.log.requests

    assert talk(scenario) == ([500, 200], 500, "300", 1)


def test_faults_can_be_changed_while_it_runs(talk):
    async def scenario(api):
        seen = []
        for wanted in (["503"], ["disconnect@2"], []):
            await api.control("PATCH", "/_sandbox", json={"faults": wanted})
            seen.append((await api.check(NUMBER)).status_code)
        return seen

    assert talk(scenario) == [503, 409, 200]


def test_a_session_can_be_changed_while_it_runs(talk):
    async def scenario(api):
        async def change(**state):
            await api.control("PATCH", "/_sandbox", json={"sessions": {CONNECTED: state}})
            response = await api.check("+447700900200")
            return response.json().get("is_whatsapp_user", response.status_code)

        states = (
            {"answers": "no"},
            {"status": "disconnected"},
            {"status": "connected"},
            {"answers": "honest"},
        )
        return [await change(**state) for state in states]

    assert talk(scenario, registered_share=1.0) == [False, 409, False, True]


def test_the_limit_can_be_changed_while_it_runs(talk):
    async def scenario(api):
        limits = []
        for limit in (5, None):
            await api.control("PATCH", "/_sandbox", json={"limit_per_min": limit})
            limits.append((await api.check(NUMBER)).headers["x-ratelimit-limit"])
        return limits

    assert talk(scenario) == ["5", "300"]


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ({"weather": 1}, "unknown members ['weather']"),
        ({"faults": ["explode"]}, "unknown fault 'explode'"),
        ({"faults": ["500", "503"]}, "add up to 2"),
        ({"limit_per_min": 0}, "limit_per_min 0"),
        ({"sessions": {"sess_x": {}}}, "sess_x"),
        ({"sessions": {CONNECTED: {"answers": "maybe"}}}, "maybe"),
        ([], "cannot apply"),
    ],
)
def test_a_change_that_cannot_be_applied_is_refused_with_its_cause(talk, wanted, part):
    async def scenario(api):
        return await api.control("PATCH", "/_sandbox", json=wanted)

    response = talk(scenario)
    assert response.status_code == 400
    assert part in response.json()["error"]


def test_each_key_has_its_own_limit_and_its_own_counts(talk):
    """Several machines ask with several keys: the sandbox says how each key was used, and when."""

    async def scenario(api):
        for _ in range(4):
            await api.check(NUMBER)
        api.client.headers["authorization"] = "Bearer sk_test_wide"
        for _ in range(5):
            await api.check(NUMBER)
        return api.app.log.summary()["keys"]

    limits = {"sk_test_narrow": 2, "sk_test_wide": 4}
    keys = talk(scenario, key="sk_test_narrow", key_limits_per_min=limits)

    assert sorted(counts["checks"] for counts in keys.values()) == [2, 4]
    assert sorted(counts["refusals"] for counts in keys.values()) == [1, 2]


def test_the_most_requests_in_any_minute_are_counted_for_each_key(talk):
    async def scenario(api):
        for pause_s in (50, 5, 10, 60):
            await anyio.sleep(pause_s)
            await api.check(NUMBER)
        (counts,) = api.app.log.keys.values()
        return counts.most_in_a_minute

    assert talk(scenario) == 3


def test_further_sessions_are_connected(talk):
    async def scenario(api):
        return (await api.get("/whatsapp/sessions")).text

    assert "sess_more_2" in talk(scenario, more_sessions=2)
