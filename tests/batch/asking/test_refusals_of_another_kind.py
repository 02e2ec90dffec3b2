"""The fan-out against refusals that are not for a told rate: in flight, blocked, by a front. Virtual time."""

import anyio
import pytest

from tests.support.batch.front import Front
from tests.support.batch.laboratory import numbers_of
from tests.support.pacing.servers import Gcra

TOLD_PER_MIN = 2000


def front_of(lab, admits, status=503):
    lab.app = Front(lab.app, admits, status)
    return lab.app


@pytest.mark.slow
@pytest.mark.parametrize("form", ["seconds", "absent", "garbage"])
@pytest.mark.parametrize("rate_headers", ["x", "none"])
def test_a_limit_on_requests_in_flight_keeps_the_pace_and_loses_nothing(make_lab, form, rate_headers):
    lab = make_lab(
        max_in_flight=3, latency_ms=500, plan="growth", retry_after_form=form, rate_headers=rate_headers
    )

    ran = lab.ask(numbers_of(150), paced=True, rate=None if rate_headers == "x" else 300)

    assert lab.decided() == set(numbers_of(150))
    # A wait that is told and cannot be read is one of 60 s; the refusals come together, and wait for it once.
    told_s = 60 if form == "garbage" else 0
    assert ran.duration_s <= 150 * 60 / 300 * 1.4 + told_s
    assert ran.counters.calls.refusals <= 8
    assert ran.budget.limit_per_min == 300


@pytest.mark.slow
@pytest.mark.parametrize("extends", [False, True])
def test_a_penalty_of_ten_minutes_is_waited_out_and_shown(make_lab, extends):
    reasons = set()

    async def watch(dispatcher, counters):
        while True:
            reasons.add(dispatcher.resting.why)
            await anyio.sleep(1)

    lab = make_lab(
        plan="starter",
        limiter="fixed_window",
        rate_headers="none",
        retry_after_form="absent",
        penalty_s=600,
        penalty_extends=extends,
    )

    lab.ask(numbers_of(80), rate=120, watchers=(watch,))

    assert lab.decided() == set(numbers_of(80))
    refused = [entry for entry in lab.checks() if entry.status == 429]
    assert len(refused) <= (6 if extends else 5)
    assert any("in a row, and names no wait" in why for why in reasons)


@pytest.mark.slow
@pytest.mark.parametrize("status", [503, 429])
@pytest.mark.parametrize("burst", [1, 4])
def test_a_front_that_allows_less_than_the_provider_tells_is_learned_from(make_lab, status, burst):
    lab = make_lab(plan="enterprise", latency_ms=3)
    limiter = Gcra(300, burst)
    front = front_of(lab, lambda _, now: limiter.rule(now).passed, status)

    ran = lab.ask(numbers_of(60), paced=True)

    assert lab.decided() == set(numbers_of(60))
    assert ran.duration_s <= 2 * 60 * 60 / 300
    assert front.refused <= 20


@pytest.mark.slow
def test_pages_of_503_in_an_outage_are_not_waited_for_long_once_it_is_over(make_lab):
    lab = make_lab(plan="enterprise", latency_ms=3)
    front_of(lab, lambda _, now: not 2.0 <= now < 400.0)

    ran = lab.ask(numbers_of(300), rate=600)

    assert lab.decided() == set(numbers_of(300))
    assert ran.duration_s <= 400.0 + 70.0 + 60.0


def test_a_number_that_always_gets_a_page_of_503_does_not_hold_up_the_run(make_lab):
    lab = make_lab(plan="enterprise", latency_ms=3)
    number = numbers_of(30)[7]
    front_of(lab, lambda path, _: str(number) not in path)

    ran = lab.ask(numbers_of(30), rate=600)

    assert lab.decided() == set(numbers_of(30)) - {number}
    assert lab.known()[number][:2] == ("unknown", "server_error")
    assert ran.duration_s <= 600.0
