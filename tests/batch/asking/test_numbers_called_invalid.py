"""A provider that calls numbers invalid which libphonenumber accepts: nobody registered is called so."""

import os
import random

import pytest

from tests.support.batch.enveloped import ENVELOPES, Enveloped
from tests.support.batch.honesty import NEVER, OWN, draw
from tests.support.forms import amount, spread

# More of them: `GUARD_SEEDS=100 pytest tests/batch/asking/test_numbers_called_invalid.py`.
SEEDS = range(int(os.environ.get("GUARD_SEEDS", amount(2, 10))))

INVALID = ("invalid", "rejected_by_provider")


def everybody(_seed):
    return lambda _number, _now: True


def every_third(seed):
    """The same third, however often it is asked about."""
    return lambda number, _now: random.Random(f"{seed} {number}").random() < 1 / 3


def a_third_of_answers(seed):
    rng = random.Random(seed)
    return lambda _number, _now: rng.random() < 1 / 3


def from_the_31st_answer_on(_seed):
    asked = []

    def called_invalid(number, _now):
        asked.append(number)
        return len(asked) > 30

    return called_invalid


PATTERNS = [everybody, every_third, a_third_of_answers, from_the_31st_answer_on]


def called_invalid(folder, seed, pattern, envelope="nested"):
    rng = random.Random(seed)
    runs = draw(folder, seed, count=rng.choice([60, 120, 240]), share=rng.uniform(0.1, 0.9))
    runs.world.called_invalid = pattern(seed)
    runs.world = Enveloped(runs.world, ENVELOPES[envelope], rng.choice([400, 422]))
    return runs


def registered_called_invalid(runs):
    known = runs.known()
    return [number for number in runs.world.registered if known.get(number) == INVALID]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pattern", "envelope", "canaries"), spread(PATTERNS, ENVELOPES, [(OWN,), ()], step=3)
)
def test_nobody_registered_is_called_invalid(tmp_path, pattern, envelope, canaries):
    for seed in SEEDS:
        runs = called_invalid(tmp_path, seed, pattern, envelope)

        ran = runs.run(canaries=canaries)
        assert not registered_called_invalid(runs), seed
        assert ran.ending is not None or ran.warnings, seed

        runs.world.world.called_invalid = lambda _number, _now: False
        assert runs.run(canaries=canaries).ending is None
        assert (runs.wrong(), registered_called_invalid(runs)) == ([], []), seed


@pytest.mark.parametrize("contradicted", [4, 8])
def test_rejections_that_the_second_answer_takes_back_speak_against_those_it_repeats(tmp_path, contradicted):
    runs = draw(tmp_path, 1, count=60, share=1.0)
    twice, once = set(runs.numbers[10:12]), set(runs.numbers[20 : 20 + contradicted])
    asked = []

    def called_invalid(number, _now):
        asked.append(number)
        return number in twice or (number in once and asked.count(number) == 1)

    runs.world.called_invalid = called_invalid
    ran = runs.run()

    assert not registered_called_invalid(runs)
    assert {runs.known()[number] for number in twice} == {("unknown", "session_suspect")}
    assert any("calls more numbers invalid than chance explains" in warning for warning in ran.warnings)


@pytest.mark.parametrize("pattern", [everybody, from_the_31st_answer_on])
def test_a_session_that_calls_its_canary_invalid_ends_the_run(tmp_path, pattern):
    runs = called_invalid(tmp_path, 1, pattern)

    ran = runs.run()

    assert ran.ending.exit_code == 6
    assert "or calls them invalid" in str(ran.ending)
    assert not registered_called_invalid(runs)


def test_a_number_that_is_called_invalid_twice_is_so_once_a_yes_vouches_for_it(tmp_path):
    runs = draw(tmp_path, 1, count=40, share=0.5)
    invalid = sorted(set(runs.numbers) - runs.world.registered)[3]
    runs.world.called_invalid = lambda number, _now: number == invalid

    ran = runs.run()

    assert (ran.ending, ran.warnings) == (None, ())
    assert runs.known()[invalid] == INVALID
    assert runs.asked()[invalid] == 2
    assert ran.counters.verdicts["invalid"] == 1
    assert ran.counters.asked == 40


def test_a_number_that_is_called_invalid_once_is_asked_about_again(tmp_path):
    runs = draw(tmp_path, 1, count=40, share=1.0)
    said = []
    runs.world.called_invalid = lambda number, _now: (
        number == runs.numbers[3] and not said.append(number) and len(said) == 1
    )

    ran = runs.run()

    assert (ran.ending, runs.wrong(), runs.missing()) == (None, [], [])
    assert set(runs.known().values()) == {("registered", None)}


@pytest.mark.parametrize("canaries", [(OWN,), ()], ids=["canary", "none"])
def test_nothing_vouches_for_an_invalid_of_a_session_that_lies_from_then_on(tmp_path, canaries):
    runs = draw(tmp_path, 1, count=40, share=0.5, lies_from={"a": 0.02})
    asked = []
    runs.world.called_invalid = lambda number, now: (
        number in asked or (now >= 0.03 and len(asked) < 2 and not asked.append(number))
    )

    runs.run(canaries=canaries)

    assert {runs.known()[number] for number in asked} == {("unknown", "session_suspect")}
    runs.world.lies_from["a"] = NEVER
