from __future__ import annotations

import anyio
import pytest

from validator.sandbox import parse_fault

CONNECTED = "sess_01H8BKF0000000000000000Z2T"
NUMBER = "+447700900500"


def faults(*texts):
    return tuple(parse_fault(text) for text in texts)


# by chance


@pytest.mark.slow
def test_faults_by_chance_meet_their_share(talk):
    async def scenario(api):
        return [(await api.check(f"+44770{n:07d}")).status_code for n in range(250)]

    met = talk(scenario, plan="unlimited", faults=faults("500=0.1", "503=0.2"))
    assert met.count(500) == pytest.approx(25, abs=15)
    assert met.count(503) == pytest.approx(50, abs=20)


@pytest.mark.parametrize("order", [1, -1])
def test_who_is_met_depends_on_number_and_attempt_and_on_nothing_else(talk, order):
    async def scenario(api):
        met = {}
        for n in list(range(40))[::order]:
            met[n] = [(await api.check(f"+44770{n:07d}")).status_code for _ in range(2)]
        return met

    async def together(api):
        met = {n: [] for n in range(40)}

        async def twice(n):
            for _ in range(2):
                met[n].append((await api.check(f"+44770{n:07d}")).status_code)

        async with anyio.create_task_group() as tasks:
            for n in met:
                tasks.start_soon(twice, n)
        return met

    settings = {"plan": "unlimited", "seed": 5, "faults": faults("500=0.5"), "latency_jitter_ms": 50}
    assert talk(scenario, **settings) == talk(together, **settings)


def test_another_attempt_draws_anew(talk):
    async def scenario(api):
        return {(await api.check(NUMBER)).status_code for _ in range(30)}

    assert talk(scenario, faults=faults("500=0.5")) == {200, 500}


def test_faults_meet_the_other_endpoints_too(get):
    assert get("/whatsapp/sessions", faults=faults("500")).status_code == 500


def test_a_key_that_is_refused_meets_no_fault(check):
    assert check(NUMBER, key="sk_live_revoked", faults=faults("500")).status_code == 401


# from a check on


async def statuses(api, count, every_s=0.0):
    seen = []
    for n in range(count):
        seen.append((await api.check(f"+4477009001{n:02d}")).status_code)
        await anyio.sleep(every_s)
    return seen


@pytest.mark.parametrize(
    ("word", "status"), [("401@3", 401), ("402@3", 402), ("disconnect@3", 409), ("outage@3", 503)]
)
def test_a_scheduled_fault_holds_from_its_check_on(talk, word, status):
    async def scenario(api):
        return await statuses(api, 5)

    assert talk(scenario, faults=faults(word)) == [200, 200, status, status, status]


@pytest.mark.parametrize("word", ["disconnect@2+30s", "outage@2+30s"])
def test_a_scheduled_fault_ends_when_its_time_is_over(talk, word):
    async def scenario(api):
        return [status < 300 for status in await statuses(api, 6, every_s=11)]

    assert talk(scenario, faults=faults(word)) == [True, False, False, False, True, True]


def test_a_disconnected_session_says_so(talk):
    async def scenario(api):
        await api.check(NUMBER)
        one = await api.get(f"/whatsapp/sessions/{CONNECTED}")
        every = await api.get("/whatsapp/sessions")
        return one.json()["status"], {row["status"] for row in every.json()["data"]}

    assert talk(scenario, faults=faults("disconnect@1")) == ("disconnected", {"disconnected"})


def test_a_session_that_begins_to_lie_answers_no_to_everybody(talk):
    async def scenario(api):
        return [(await api.check("+447700900200")).json()["is_whatsapp_user"] for _ in range(4)]

    assert talk(scenario, registered_share=1.0, faults=faults("lie@3")) == [True, True, False, False]


def test_a_downgrade_changes_the_limit_that_is_told_and_the_one_that_holds(talk):
    async def scenario(api):
        limits = [int((await api.check(NUMBER)).headers["x-ratelimit-limit"]) for _ in range(3)]
        return limits, (await statuses(api, 70)).count(200)

    limits, passed = talk(scenario, faults=faults("limit=60@2"))
    assert limits == [300, 300, 60]
    assert passed == 59


def test_a_magic_number_keeps_its_fate_under_faults_by_chance(check):
    assert check("+447700900005", faults=faults("html")).status_code == 500
