from __future__ import annotations

from email.utils import parsedate_to_datetime

import anyio
import pytest

START_UNIX_S = 1_800_000_000
NUMBER = "+447700900500"


async def until_refused(api):
    for passed in range(3000):
        response = await api.check(NUMBER)
        if response.status_code == 429:
            return passed, response
    raise AssertionError("never refused")


@pytest.mark.parametrize(
    ("plan", "limit"), [("starter", 60), ("growth", 300), ("business", 1000), ("enterprise", 2000)]
)
def test_the_key_names_its_plan(check, plan, limit):
    headers = check(key=f"sk_test_{plan}_1", plan="unlimited").headers
    assert int(headers["x-ratelimit-limit"]) == limit
    assert int(headers["x-ratelimit-remaining"]) == limit - 1


def test_a_plan_s_requests_pass_and_the_next_does_not(talk):
    passed, refused = talk(until_refused, plan="starter")
    assert passed == 60
    assert refused.headers["x-ratelimit-remaining"] == "0"


def test_a_key_that_names_no_plan_has_the_configured_one(check):
    for key in ("sk_live_abc", "sk_test_abc", "sk_test_golden_1"):
        assert check(key=key, plan="starter").headers["x-ratelimit-limit"] == "60"


def test_the_unlimited_plan_tells_no_limit(check):
    assert not [name for name in check(key="sk_test_unlimited_1").headers if "ratelimit" in name]


def test_a_refusal_is_code_4029_with_a_wait_that_suffices(talk):
    async def scenario(api):
        _, refused = await until_refused(api)
        await anyio.sleep(int(refused.headers["retry-after"]))
        return refused, (await api.check(NUMBER)).status_code

    refused, after = talk(scenario, plan="starter")
    assert refused.json()["error"]["code"] == 4029
    assert refused.json()["error"]["type"] == "rate_limit_exceeded"
    assert after == 200


def test_all_endpoints_spend_one_allowance_and_each_key_its_own(talk):
    async def scenario(api):
        await api.check(NUMBER)
        await api.get("/whatsapp/sessions")
        same = await api.get("/account/usage")
        other = await api.client.get("/account/usage", headers={"authorization": "Bearer sk_live_other"})
        return [response.headers["x-ratelimit-remaining"] for response in (same, other)]

    assert talk(scenario) == ["297", "299"]


@pytest.mark.parametrize(
    "limiter", ["fixed_window", "sliding_log", "sliding_counter", "gcra_burst", "gcra_smooth"]
)
def test_the_limiter_is_the_one_asked_for(talk, limiter):
    passed, _ = talk(until_refused, limiter=limiter, limit_per_min=120)
    assert passed == {"gcra_burst": 12, "gcra_smooth": 2}.get(limiter, 120)


def test_a_limit_of_ones_own_goes_before_the_plan(check):
    assert check(limit_per_min=7).headers["x-ratelimit-limit"] == "7"


def test_what_others_spend_is_missing(talk):
    async def scenario(api):
        await api.check(NUMBER)
        await anyio.sleep(30)
        return int((await api.check(NUMBER)).headers["x-ratelimit-remaining"])

    assert talk(scenario, limiter="sliding_log") == 298
    assert talk(scenario, limiter="sliding_log", foreign_per_min=60) == pytest.approx(268, abs=1)


def test_a_penalty_shuts_the_key_for_its_time(talk):
    async def scenario(api):
        seen = [(await until_refused(api))[1]]
        for wait_s in (100, 499, 2):
            await anyio.sleep(wait_s)
            seen.append(await api.check(NUMBER))
        return seen

    seen = talk(scenario, limit_per_min=3, penalty_s=600)
    assert [response.status_code for response in seen] == [429, 429, 429, 200]
    assert [response.headers.get("retry-after") for response in seen] == ["600", "500", "1", None]


def test_a_penalty_that_extends_begins_anew_with_each_try(talk):
    async def scenario(api):
        statuses = [(await until_refused(api))[1].status_code]
        for wait_s in (100, 599, 601):
            await anyio.sleep(wait_s)
            statuses.append((await api.check(NUMBER)).status_code)
        return statuses

    assert talk(scenario, limit_per_min=3, penalty_s=600, penalty_extends=True) == [429, 429, 429, 200]


def test_too_many_at_once_is_a_429_of_its_own(talk):
    async def scenario(api):
        responses = []

        async def one():
            responses.append(await api.check(NUMBER))

        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(one)
        return responses

    refused = [r for r in talk(scenario, max_in_flight=3, latency_ms=100) if r.status_code == 429]
    assert len(refused) == 2
    assert refused[0].json()["error"]["type"] == "concurrency_limit_exceeded"


# how the limit is told


@pytest.mark.parametrize(
    ("form", "value"), [("unix", START_UNIX_S + 1), ("ms", START_UNIX_S * 1000 + 200), ("delta", 1)]
)
def test_the_reset_is_told_in_the_form_asked_for(check, form, value):
    assert int(check(NUMBER, reset_form=form).headers["x-ratelimit-reset"]) == value


def test_the_ietf_fields_are_those_of_the_draft(check):
    headers = check(NUMBER, rate_headers="ietf").headers
    assert headers["ratelimit-policy"] == '"default";q=300;w=60'
    assert headers["ratelimit"] == '"default";r=299;t=1'
    assert "x-ratelimit-limit" not in headers


def test_both_tells_both(check):
    headers = check(NUMBER, rate_headers="both").headers
    assert {"ratelimit", "ratelimit-policy", "x-ratelimit-limit"} <= headers.keys()


def test_none_tells_nothing(check):
    assert not [name for name in check(NUMBER, rate_headers="none").headers if "ratelimit" in name]


def test_some_tells_every_other_time(talk):
    async def scenario(api):
        return ["x-ratelimit-limit" in (await api.check(NUMBER)).headers for _ in range(4)]

    assert talk(scenario, rate_headers="some") == [True, False, True, False]


def test_wrong_tells_more_than_there_is_and_a_reset_in_the_past(talk):
    async def scenario(api):
        passed, refused = await until_refused(api)
        return passed, refused.headers

    passed, headers = talk(scenario, plan="starter", rate_headers="wrong")
    assert passed == 60
    assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]) == ("600", "599")
    assert int(headers["x-ratelimit-reset"]) < START_UNIX_S


@pytest.mark.parametrize(
    ("form", "header"),
    [
        ("seconds", "60"),
        ("zero", "0"),
        ("negative", "-5"),
        ("huge", "3600"),
        ("garbage", "soon"),
        ("absent", None),
    ],
)
def test_the_wait_is_told_in_the_form_asked_for(talk, form, header):
    _, refused = talk(until_refused, limit_per_min=1, retry_after_form=form)
    assert refused.headers.get("retry-after") == header


def test_the_wait_may_be_a_date_that_is_not_too_early(talk):
    _, refused = talk(until_refused, limit_per_min=1, retry_after_form="date")
    sent, until = (parsedate_to_datetime(refused.headers[name]) for name in ("date", "retry-after"))
    assert (until - sent).total_seconds() == 60


@pytest.mark.parametrize("envelope", [1, 2, 3])
def test_the_wait_may_be_in_the_body_only(talk, envelope):
    _, refused = talk(until_refused, limit_per_min=1, retry_after_form="body", error_envelope=envelope)
    assert "retry-after" not in refused.headers
    assert refused.json()["error"]["retry_after"] == 60


# how late answers are


def times(talk, count, **settings):
    async def scenario(api):
        taken = []
        for n in range(count):
            begun = anyio.current_time()
            await api.check(f"+44770{n:07d}")
            taken.append(anyio.current_time() - begun)
        return taken

    return talk(scenario, plan="unlimited", **settings)


@pytest.mark.slow
def test_latency_is_the_base_and_a_part_of_the_jitter(talk):
    taken = times(talk, 100, latency_ms=100, latency_jitter_ms=50)
    assert min(taken) >= 0.1 - 1e-9
    assert max(taken) <= 0.15 + 1e-9
    assert max(taken) - min(taken) > 0.03


@pytest.mark.slow
def test_the_tail_is_later_still(talk):
    taken = times(talk, 200, latency_ms=10, latency_tail_share=0.1, latency_tail_ms=3000)
    assert {round(t, 3) for t in taken} == {0.01, 3.01}
    assert sum(t > 1 for t in taken) == pytest.approx(20, abs=12)


def test_the_date_is_the_wall_s(talk):
    async def scenario(api):
        first = (await api.check(NUMBER)).headers["date"]
        await anyio.sleep(75)
        return first, (await api.check(NUMBER)).headers["date"]

    assert talk(scenario) == ("Fri, 15 Jan 2027 08:00:00 GMT", "Fri, 15 Jan 2027 08:01:15 GMT")
