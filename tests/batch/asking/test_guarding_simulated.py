"""Sessions that start to lie at a moment drawn from a seed: no wrong verdict is ever shown."""

import os
import random

import pytest

from tests.support.batch.honesty import draw
from tests.support.forms import amount

# More of them: `GUARD_SEEDS=100 pytest tests/batch/asking/test_guarding_simulated.py`.
SEEDS = range(int(os.environ.get("GUARD_SEEDS", amount(8, 16))))


def moment(rng, runs):
    """A time somewhere in a run over the list, or a little after it."""
    return rng.uniform(0, 1.1 * len(runs.numbers) / 8 * 0.021)


@pytest.mark.slow
def test_a_session_that_starts_to_answer_no_leaves_no_wrong_verdict(tmp_path):
    wrong, given_up = {}, 0
    for seed in SEEDS:
        rng = random.Random(seed)
        runs = draw(tmp_path, seed, count=rng.choice([20, 40, 80]), share=rng.uniform(0.05, 0.6))
        runs.world.lies_from["a"] = moment(rng, runs)

        ran = runs.run()

        wrong[seed] = runs.wrong()
        given_up += ran.ending is not None
        assert ran.counters.calls.canaries <= 1 + 5
        assert len(runs.known()) <= len(runs.numbers)
        if ran.ending is None:
            assert not runs.missing(), seed
        else:
            assert ran.ending.exit_code == 6
    assert not {seed: numbers for seed, numbers in wrong.items() if numbers}
    assert given_up > len(SEEDS) / 2


@pytest.mark.slow
def test_killed_at_any_moment_and_run_again_nothing_wrong_is_ever_shown(tmp_path):
    for seed in SEEDS:
        rng = random.Random(seed)
        runs = draw(tmp_path, seed, count=rng.choice([20, 40]), share=rng.uniform(0.05, 0.6))
        runs.world.lies_from["a"] = moment(rng, runs)

        for _ in range(2):
            runs.run(kill_at=runs.now_s + moment(rng, runs))
            assert not runs.wrong(), seed
        runs.run()
        assert not runs.wrong(), seed

        runs.world.lies_from["a"] = float("inf")
        assert runs.run().ending is None
        assert not runs.wrong(), seed
        assert not runs.missing(), seed


@pytest.mark.slow
def test_an_honest_session_that_is_killed_asks_nobody_again_whose_answer_was_vouched_for(tmp_path):
    for seed in range(amount(10, 30)):
        rng = random.Random(seed)
        runs = draw(tmp_path, seed, count=40, share=rng.uniform(0.05, 0.6))
        for _ in range(3):
            runs.run(kill_at=runs.now_s + moment(rng, runs) / 2)
            decided = set(runs.numbers) - set(runs.missing())
            before = runs.asked()
            assert not runs.wrong()
        runs.run()

        after = runs.asked()
        assert not {number for number in decided if after[number] != before[number]}, seed
        assert not runs.missing(), seed


@pytest.mark.slow
def test_when_one_of_two_sessions_starts_to_lie_the_other_decides_every_number(tmp_path):
    given_up, seeds = 0, amount(10, 20)
    for seed in range(seeds):
        rng = random.Random(seed)
        runs = draw(tmp_path, seed, count=40, share=rng.uniform(0.05, 0.6))
        runs.world.lies_from["a"] = moment(rng, runs) / 2

        ran = runs.run(sessions=("a", "b"))

        assert ran.ending is None
        assert not runs.wrong(), seed
        assert not runs.missing(), seed
        given_up += any('session a answers "no" about' in warning for warning in ran.warnings)
    assert given_up > seeds / 2


@pytest.mark.slow
def test_without_a_canary_beforehand_nothing_is_wrong(tmp_path):
    for seed in range(amount(20, 60)):
        rng = random.Random(seed)
        runs = draw(tmp_path, seed, count=40, share=rng.uniform(0.05, 0.6))
        runs.world.lies_from["a"] = moment(rng, runs)

        runs.run(canaries=())

        assert not runs.wrong(), seed
