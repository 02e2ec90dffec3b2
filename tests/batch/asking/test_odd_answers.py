"""One odd answer of something in between, at any moment of a run, with any status: no night ends over it."""

import os
import random

import pytest

from tests.support.batch.laboratory import Laboratory, numbers_of
from tests.support.batch.odd_answers import BODIES, AnswersOddly

# The long form: `ODD_NUMBERS=2000 ODD_SEEDS=3 ODD_STEP=1 pytest tests/batch/asking/test_odd_answers.py`.
NUMBERS = int(os.environ.get("ODD_NUMBERS", "30"))
SEEDS = range(int(os.environ.get("ODD_SEEDS", "1")))
STATUSES = (201, 202, 207, 226, *range(300, 600, int(os.environ.get("ODD_STEP", "23"))))


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
