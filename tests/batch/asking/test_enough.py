"""A fan-out that ends with enough "yes": it asks nobody in vain, and nobody is forgotten."""

import os
import random

import pytest

from tests.support.batch.laboratory import numbers_of
from validator.errors import EnoughFound

SEEDS = int(os.environ.get("ENOUGH_SEEDS", "4"))


def registered_in(lab):
    return sum(row[0] == "registered" for row in lab.known().values())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
def test_it_ends_with_exactly_as_many_as_are_needed_whatever_the_share_and_the_faults(make_lab, seed):
    rng = random.Random(seed)
    share, needed = rng.choice([0.05, 0.5, 0.95]), rng.choice([1, 7, 30])
    faults = rng.choice([(), ("500=0.1",), ("html=0.05", "429=0.05")])
    lab = make_lab(*faults, registered_share=share, latency_ms=100, latency_jitter_ms=80, seed=seed)

    ran = lab.ask(numbers_of(150), needed=needed, seed=seed)

    if isinstance(ran.ending, EnoughFound):
        assert registered_in(lab) == ran.counters.verdicts["registered"] == needed
        assert ran.counters.asked < 150
    else:
        assert (ran.ending, ran.counters.asked) == (None, 150)
        assert registered_in(lab) <= needed


def test_the_last_number_of_a_list_that_is_enough_ends_it_as_any_last_number_does(make_lab):
    lab = make_lab(registered_share=1.0)

    ran = lab.ask(numbers_of(5), needed=5)

    assert (ran.ending, ran.counters.asked) == (None, 5)


@pytest.mark.parametrize("needed", [0, -3])
def test_nobody_is_asked_if_there_are_enough_already(make_lab, needed):
    lab = make_lab()

    ran = lab.ask(numbers_of(5), needed=needed)

    assert isinstance(ran.ending, EnoughFound)
    assert lab.calls() == {}


@pytest.mark.slow
def test_it_takes_hardly_longer_than_asking_as_many_without_an_end(make_lab):
    """Fewer are in flight toward the end; on the growth plan that costs a few answers' time."""
    lab, plain = (make_lab(plan="growth", latency_ms=300, registered_share=0.5) for _ in range(2))

    ran = lab.ask(numbers_of(900), needed=200, paced=True)
    other = plain.ask(numbers_of(ran.counters.asked), paced=True)

    assert isinstance(ran.ending, EnoughFound)
    assert ran.duration_s <= 1.1 * other.duration_s
