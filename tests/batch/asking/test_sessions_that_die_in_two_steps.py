"""Sessions that answer "no" to everybody for a while and then nothing: what they said last is never shown."""

import os
import random

import pytest

from tests.support.batch.honesty import NEVER, OWN, draw
from tests.support.forms import amount, spread
from validator.errors import (
    BadAnswer,
    Forbidden,
    InvalidPhone,
    InvalidRequest,
    RateLimited,
    ServerError,
    SessionNotConnected,
    TimedOut,
    UnexpectedStatus,
)
from validator.model import RateNotice

# More of them: `GUARD_SEEDS=100 pytest tests/batch/asking/test_sessions_that_die_in_two_steps.py`.
SEEDS = range(int(os.environ.get("GUARD_SEEDS", amount(2, 10))))

REFUSALS = {
    "422": InvalidRequest("session_logged_out", status=422),
    "400": InvalidRequest("Connection Closed", status=400, code=4000),
    "4001": InvalidPhone("invalid phone", status=400, code=4001),
    "403": Forbidden("scan the QR code", status=403),
    "409": SessionNotConnected("not connected", status=409),
    "428": UnexpectedStatus("Connection Closed", status=428),
    "429": RateLimited("slow down", status=429, rate=RateNotice(retry_after_s=20)),
    "500": ServerError("internal error", status=500),
    "503": ServerError("busy", status=503, rate=RateNotice(retry_after_s=20)),
    "page": BadAnswer("an HTML page", status=200),
    "silence": TimedOut("30 s"),
}


def dying(folder, seed, refusal, *, at_the_end):
    """A list whose session lies from some moment on, and then refuses every check.

    Args:
        at_the_end: whether it may begin to refuse only after the last number, when a canary is due.
    """
    rng = random.Random(seed)
    runs = draw(folder, seed, count=rng.choice([20, 40, 80]), share=rng.uniform(0.05, 0.6))
    length_s = len(runs.numbers) / 8 * 0.021
    lies_from = rng.choice([0.0, rng.uniform(0, 0.7 * length_s)])
    refuses_from = rng.uniform(lies_from, 0.8 * length_s)
    runs.world.lies_from["a"] = lies_from
    runs.world.refusals["a"] = (rng.choice([refuses_from, length_s]) if at_the_end else refuses_from, refusal)
    return runs


CANARIES = [(OWN,), ()]


def wrong_noes(runs):
    return [number for number in runs.wrong() if runs.known()[number][0] == "not_registered"]


@pytest.mark.slow
@pytest.mark.parametrize(("refusal", "canaries"), spread(REFUSALS, CANARIES, step=2))
def test_no_lie_is_shown_in_this_run_nor_once_the_session_is_mended(tmp_path, refusal, canaries):
    for seed in SEEDS:
        runs = dying(tmp_path, seed, REFUSALS[refusal], at_the_end=bool(canaries))

        first = runs.run(canaries=canaries, max_attempts=3, max_outage_s=300.0)
        assert not wrong_noes(runs), seed
        # Some at once, and then one in two minutes as long as the session is down.
        assert first.counters.calls.canaries <= 20 + first.ended_at / 120, seed

        runs.world.lies_from["a"] = NEVER
        runs.world.refusals.clear()
        assert runs.run(canaries=canaries).ending is None, seed
        assert not wrong_noes(runs), seed


@pytest.mark.slow
@pytest.mark.parametrize(("refusal", "canaries"), spread(sorted(set(REFUSALS) - {"4001"}), CANARIES, step=2))
def test_twenty_lies_and_then_refusals_leave_nobody_decided(tmp_path, refusal, canaries):
    runs = draw(tmp_path, 1, count=40, share=1.0, lies_from={"a": 0.0})
    runs.world.refusals["a"] = (0.05, REFUSALS[refusal])

    runs.run(canaries=canaries, max_attempts=3, max_outage_s=300.0)

    assert {verdict for verdict, _ in runs.known().values()} == {"unknown"}
    assert len(runs.missing()) == 40
    runs.world.lies_from["a"] = NEVER
    runs.world.refusals.clear()
    runs.run(canaries=canaries)
    assert (runs.wrong(), runs.missing()) == ([], [])


def falling_ill(folder, seed, refusal, *, hangs_s=0.0):
    """A list whose session lies from some moment on, refuses every check for a while, and is then mended."""
    rng = random.Random(seed)
    runs = draw(folder, seed, count=rng.choice([40, 80, 160]), share=rng.uniform(0.05, 0.6), hangs_s=hangs_s)
    length_s = len(runs.numbers) / 8 * 0.021
    lies_from = rng.choice([0.0, rng.uniform(0, 0.5 * length_s)])
    refuses_from = lies_from + rng.uniform(0.01, 0.4 * length_s)
    runs.world.lies_from["a"], runs.world.lies_until["a"] = lies_from, refuses_from
    runs.world.refusals["a"] = (refuses_from, refusal)
    runs.world.refuses_until["a"] = refuses_from + rng.choice(
        [0.05, rng.uniform(0.1, 0.5), rng.uniform(1, 60)]
    )
    return runs


@pytest.mark.slow
@pytest.mark.parametrize(("refusal", "canaries"), spread(REFUSALS, CANARIES, step=2))
def test_a_session_that_is_mended_within_the_run_vouches_for_no_lie_from_before(tmp_path, refusal, canaries):
    for seed in SEEDS:
        runs = falling_ill(tmp_path, seed, REFUSALS[refusal])

        runs.run(canaries=canaries, max_attempts=3, max_outage_s=300.0)
        assert not wrong_noes(runs), seed

        runs.run(canaries=canaries)
        assert not wrong_noes(runs), seed


@pytest.mark.slow
def test_a_session_that_falls_silent_and_is_mended_before_the_time_out_vouches_for_no_lie(tmp_path):
    for seed in SEEDS:
        runs = falling_ill(tmp_path, seed, REFUSALS["silence"], hangs_s=30.0)

        runs.run(max_attempts=3, concurrency=16)
        assert not wrong_noes(runs), seed


@pytest.mark.slow
@pytest.mark.parametrize(("refusal", "canaries"), spread(["422", "503", "silence", "429"], CANARIES, step=2))
def test_killed_while_the_session_is_down_the_next_run_believes_no_lie(tmp_path, refusal, canaries):
    for seed in SEEDS:
        runs = falling_ill(tmp_path, seed, REFUSALS[refusal], hangs_s=30.0 if refusal == "silence" else 0.0)
        down_from, up_from = runs.world.refusals["a"][0], runs.world.refuses_until["a"]

        runs.run(canaries=canaries, kill_at=random.Random(seed).uniform(down_from, up_from))
        assert not wrong_noes(runs), seed

        runs.world.refusals.clear()
        runs.world.lies_from["a"] = NEVER
        assert runs.run(canaries=canaries).ending is None, seed
        assert not wrong_noes(runs), seed
