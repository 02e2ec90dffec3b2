"""One odd answer of something in between, at any moment of a run, with any status: no night ends over it."""

import os
import random

import anyio
import httpx
import pytest

from tests.support.batch.laboratory import Laboratory, numbers_of

# The long form: `ODD_NUMBERS=2000 ODD_SEEDS=3 ODD_STEP=1 pytest tests/batch/asking/test_odd_answers.py`.
NUMBERS = int(os.environ.get("ODD_NUMBERS", "30"))
SEEDS = range(int(os.environ.get("ODD_SEEDS", "1")))
STATUSES = range(300, 600, int(os.environ.get("ODD_STEP", "23")))

BODIES = {
    "page": httpx.Response(200, html="<html><h1>Sign in to the network</h1></html>"),
    "empty": httpx.Response(200),
    "json": httpx.Response(200, json={"message": "no Route matched with those values"}),
}


class AnswersOddly:
    """An ASGI application before the sandbox: some requests get an answer of something in between.

    Args:
        app: the sandbox.
        status: that of the odd answers.
        body: what else is in them.
        odd: says whether a request, by its place among all, gets one, given the time.
    """

    def __init__(self, app, status, body, odd):
        self.app, self.log, self.world = app, app.log, app.world
        self._status, self._body, self._odd = status, body, odd
        self._requests = 0

    async def __call__(self, scope, receive, send):
        self._requests += 1
        if not self._odd(self._requests, anyio.current_time()):
            await self.app(scope, receive, send)
            return
        headers = [*self._body.headers.raw, (b"location", b"http://10.0.0.1/login?next=/")]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": self._body.content})


def odd(folder, status, body, when):
    lab = Laboratory.build(folder, latency_ms=100)
    lab.app = AnswersOddly(lab.app, status, BODIES[body], when)
    return lab


def truth(folder, count):
    lab = Laboratory.build(folder, latency_ms=1)
    lab.ask(numbers_of(count), concurrency=8)
    return lab.verdicts()


@pytest.mark.slow
@pytest.mark.parametrize("body", BODIES)
def test_one_odd_answer_of_any_status_changes_no_verdict_and_ends_no_run(tmp_path, body):
    (tmp_path / "truth").mkdir()
    right = truth(tmp_path / "truth", NUMBERS)
    for seed in SEEDS:
        for status in STATUSES:
            folder = tmp_path / f"{seed}-{status}"
            folder.mkdir()
            at = random.Random(f"{seed}-{status}").randrange(1, NUMBERS + 1)
            lab = odd(folder, status, body, lambda place, _, at=at: place == at)

            ran = lab.ask(numbers_of(NUMBERS), rate=2_000, concurrency=8)

            assert (ran.ending, lab.verdicts()) == (None, right), (seed, status)
            assert ran.counters.calls.attempts == NUMBERS + 1, (seed, status)


INTERFERENCES = [
    *((status, "page") for status in (302, 401, 403, 404, 407, 451)),
    *((status, "json") for status in (401, 403, 404, 420, 466)),
    *((status, "empty") for status in (304, 402, 430, 440, 499)),
]


@pytest.mark.slow
@pytest.mark.parametrize(("status", "body"), INTERFERENCES)
def test_ten_seconds_of_them_cost_no_verdict_either(tmp_path, status, body):
    lab = odd(tmp_path, status, body, lambda _, now: 2.0 <= now < 12.0)

    ran = lab.ask(numbers_of(120), rate=600, concurrency=8)

    assert ran.ending is None
    assert lab.decided() == set(numbers_of(120))
    assert ran.duration_s < 60


@pytest.mark.slow
@pytest.mark.parametrize(("status", "body"), [(401, "page"), (403, "json"), (404, "empty"), (420, "json")])
def test_an_hour_of_them_is_waited_out(tmp_path, status, body):
    lab = odd(tmp_path, status, body, lambda _, now: 2.0 <= now < 3_600.0)

    ran = lab.ask(numbers_of(60), rate=600, concurrency=8)

    assert ran.ending is None
    assert lab.decided() == set(numbers_of(60))
    assert ran.duration_s < 3_600 + 90
    assert ran.counters.calls.attempts < 250


def test_what_does_not_pass_ends_the_run_resumably_and_names_what_answers(tmp_path):
    lab = odd(tmp_path, 403, "page", lambda place, _: place > 10)

    ran = lab.ask(numbers_of(30), rate=600, concurrency=8, max_outage_s=600.0)

    assert ran.ending.exit_code == 5
    assert "something in between answered 403" in str(ran.ending)
    assert len(lab.decided()) == 10


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_that_stays_ends_the_run_as_a_wrong_setting(tmp_path, status):
    lab = odd(tmp_path, status, "empty", lambda place, _: place > 10)

    ran = lab.ask(numbers_of(30), rate=600, concurrency=8)

    assert ran.ending.exit_code == 2
    assert "redirects elsewhere" in str(ran.ending)
    assert "10.0.0.1/login" in str(ran.ending)
    assert ran.duration_s > 10
    assert len(lab.decided()) == 10
