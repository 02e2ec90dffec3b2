"""A queue that is fed while a run goes on, from numbers that several runs share by leases."""

from collections import Counter

import anyio
import polars as pl
import pytest

from tests.support.batch.laboratory import numbers_of
from tests.support.batch.leases import MemoryLeases, source_of
from validator.batch.asking.feeding import AHEAD_S, MOST_AHEAD
from validator.batch.asking.leased import ELSEWHERE_EVERY_S, LEASE_S, RENEW_EVERY_S, LeasedNumbers, Planned
from validator.errors import StoppedEarly
from validator.model import Verdict


class Kept:
    """Makes leases, and keeps them to be looked at; `taken` are held by somebody else until a time."""

    def __init__(self, taken=(), until=0.0):
        self.leases = None
        self._taken = dict.fromkeys(taken, ("somebody else", until))

    def __call__(self, is_answered):
        self.leases = MemoryLeases(is_answered, dict(self._taken))
        return self.leases


@pytest.mark.slow
def test_a_fed_run_asks_about_each_number_once(make_lab):
    lab, kept = make_lab(), Kept()

    ran = lab.ask(numbers_of(300), source_of=source_of(kept))

    assert ran.ending is None
    assert lab.calls() == dict.fromkeys((f"+{number}" for number in numbers_of(300)), 1)
    assert lab.decided() == set(numbers_of(300))


def test_some_seconds_of_work_are_leased_ahead_and_no_more(make_lab):
    lab, kept = make_lab(plan="starter"), Kept()

    lab.ask(numbers_of(100), rate=60, source_of=source_of(kept), kill_after_s=20)

    asked, leased = len(lab.calls()), len({number for _, number in kept.leases.granted})
    assert asked < leased <= asked + AHEAD_S + 1


@pytest.mark.slow
def test_a_lane_without_a_limit_takes_a_bounded_number_ahead(make_lab):
    lab, kept = make_lab(), Kept()

    lab.ask(numbers_of(MOST_AHEAD + 10), source_of=source_of(kept), kill_after_s=0.0)

    assert len(kept.leases.granted) <= MOST_AHEAD


def test_numbers_held_elsewhere_are_asked_about_once_their_lease_has_ended(make_lab):
    lab, kept = make_lab(), Kept(taken=numbers_of(5), until=30.0)

    ran = lab.ask(numbers_of(10), source_of=source_of(kept))

    assert ran.ending is None
    assert lab.decided() == set(numbers_of(10))
    assert 30.0 <= ran.duration_s <= 30.0 + ELSEWHERE_EVERY_S + 1


def test_a_number_that_was_answered_elsewhere_meanwhile_is_not_asked_about(make_lab, make_outcome):
    lab, kept = make_lab(), Kept(taken=numbers_of(5), until=1e9)

    def make(ledger, todo):
        for number in numbers_of(5):
            ledger.record(make_outcome(number))
        ledger.commit()
        return source_of(kept)(ledger, todo)

    ran = lab.ask(numbers_of(10), source_of=make)

    assert ran.ending is None
    assert sorted(lab.calls()) == [f"+{number}" for number in numbers_of(5, numbers_of(10)[5])]


def test_a_run_that_stops_early_gives_back_what_it_has_not_asked_about(make_lab):
    lab, kept = make_lab(plan="starter"), Kept()

    ran = lab.ask(numbers_of(100), rate=60, source_of=source_of(kept), deadline=20.0)

    assert isinstance(ran.ending, StoppedEarly)
    assert set(kept.leases.held) <= lab.decided()


def test_a_run_that_waits_for_numbers_held_elsewhere_stops_at_its_deadline(make_lab):
    lab, kept = make_lab(), Kept(taken=numbers_of(5), until=1e9)

    ran = lab.ask(numbers_of(10), source_of=source_of(kept), deadline=20.0)

    assert isinstance(ran.ending, StoppedEarly)
    assert ran.duration_s == pytest.approx(20.0, abs=1.0)


@pytest.mark.slow
def test_what_waits_long_stays_ours(make_lab):
    """One number is refused for minutes; its lease is prolonged until it is answered."""
    lab, kept = make_lab("500@1+200s"), Kept()

    ran = lab.ask(numbers_of(3), source_of=source_of(kept), max_attempts=21)

    prolonged = Counter(number for _, number in kept.leases.granted)
    assert ran.duration_s > 2 * LEASE_S
    assert min(prolonged.values()) >= 200 // RENEW_EVERY_S


def test_two_runs_share_a_list_and_none_is_asked_about_twice(make_lab, virtual):
    asked = {"a": [], "b": []}
    answered = set()
    leases = MemoryLeases(answered.__contains__)

    def source(holder):
        return LeasedNumbers(
            Planned(numbers_of(500), 500),
            leases=leases,
            holder=holder,
            fresh_from_ms=dict.fromkeys(Verdict, 0),
            answered=lambda numbers: answered & set(numbers),
        )

    async def work(holder):
        numbers = source(holder)
        while not numbers.is_over:
            for number in numbers.take(20, anyio.current_time()):
                await anyio.sleep(0.1 if holder == "a" else 0.03)
                asked[holder].append(number)
                answered.add(number)
            await anyio.sleep(0.25)

    async def both():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work, "a")
            tasks.start_soon(work, "b")

    virtual(both)

    assert sorted(asked["a"] + asked["b"]) == list(numbers_of(500))
    assert asked["a"]
    assert asked["b"]


def test_a_plan_with_a_source_is_not_put_into_the_queue(make_lab):
    """Else each number would be asked about twice: as planned, and as fed."""
    lab, kept = make_lab(), Kept()

    lab.ask(numbers_of(20), source_of=lambda ledger, todo: source_of(kept)(ledger, pl.Series(todo)))

    assert set(lab.calls().values()) == {1}
