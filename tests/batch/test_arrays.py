"""A gateway that takes several numbers at once: each has its own verdict, retry and guard."""

import random
from dataclasses import dataclass, field, replace

import anyio
import polars as pl
import pytest

from tests.support.batch.laboratory import KEY, START_S, on_virtual_time
from validator.batch.ask_settings import AskSettings, KeySettings
from validator.batch.asking.checks import ask_all
from validator.batch.asking.counters import RunCounters
from validator.batch.asking.run_state import Bounds
from validator.batch.wiring import OpenKey, make_asking
from validator.errors import InvalidPhone, InvalidRequest, ServerError, StoppedEarly
from validator.gateways.gateway import CheckReply, GatewayOptions, NumberResult, SessionReply
from validator.gateways.sendapi import CAPABILITIES
from validator.http.api_key import ApiKey
from validator.ledger import open_ledger
from validator.model import READY, Number
from validator.pacing import NoBudget

FIRST = 447_700_900_100
INVALID, SILENT, ABSENT = FIRST + 3, FIRST + 14, FIRST + 27


@dataclass(kw_only=True)
class TakesArrays:
    """Answers arrays of ten after a while, and records them; a subclass has the answers."""

    asked: list = field(default_factory=list)
    capabilities = replace(CAPABILITIES, max_batch=10)
    host = "localhost"

    async def check(self, numbers, _session):
        self.asked.append(list(numbers))
        await anyio.sleep(0.05)
        return self.reply(numbers)


def all_registered(numbers):
    return CheckReply.of(*(NumberResult(number=one, is_whatsapp_user=True) for one in numbers))


@dataclass
class Arrays(TakesArrays):
    """Answers in reverse: one number is invalid, one missing twice, one not registered."""

    fails: int = 0

    def reply(self, numbers):
        if len(self.asked) <= self.fails:
            raise ServerError("500", status=500)
        results = [self.result(number) for number in reversed(numbers)]
        return CheckReply.of(*(one for one in results if one))

    def result(self, number):
        if number == INVALID:
            return NumberResult(number=number, failure=InvalidPhone("4001"))
        if number == SILENT and sum(SILENT in numbers for numbers in self.asked) <= 2:
            return None
        return NumberResult(number=number, is_whatsapp_user=number != ABSENT)


@pytest.fixture
def ask(tmp_path):
    """Ask about 45 numbers; return the counters, and what the ledger holds of each."""

    def run(gateway, concurrency=1, needed=None, **settings):
        async def main():
            rng, counters = random.Random(1), RunCounters()
            key = KeySettings(options=GatewayOptions(key=ApiKey(KEY)), sessions=("a",))
            with open_ledger(tmp_path / "ledger.sqlite", holder="pytest") as ledger:
                asking = make_asking(
                    [OpenKey(key, gateway, NoBudget(rng=rng))],
                    AskSettings(**settings),
                    ledger=ledger,
                    statuses={},
                    guards={},
                    bounds=Bounds(concurrency=concurrency, left_today={}, needed=needed),
                    now_ms=lambda: int(1000 * (START_S + anyio.current_time())),
                    rng=rng,
                )
                todo = pl.Series("number", range(FIRST, FIRST + 45), dtype=pl.UInt64)
                ending = await ask_all(todo, asking, counters)
                rows = [row for chunk in ledger.known() for row in chunk]
            return ending, counters, {row[0]: (row[1], row[7]) for row in rows}

        return on_virtual_time(main)

    return run


def test_numbers_are_asked_about_ten_at_a_time_and_each_gets_its_verdict(ask):
    gateway = Arrays()

    ending, counters, known = ask(gateway)

    assert ending is None
    assert [len(numbers) for numbers in gateway.asked] == [10, 10, 10, 10, 5, 1, 1]
    assert known.pop(INVALID) == ("invalid", 1)
    assert known.pop(ABSENT) == ("not_registered", 1)
    assert known.pop(SILENT) == ("registered", 3)
    assert set(known.values()) == {("registered", 1)}
    assert (counters.calls.attempts, counters.calls.retries, counters.asked) == (7, 2, 45)


def test_a_request_that_fails_costs_each_of_its_numbers_an_attempt(ask):
    gateway = Arrays(fails=1)

    ending, counters, known = ask(gateway)

    assert ending is None
    assert [known[FIRST + place][1] for place in (0, 9, 20)] == [2, 2, 1]
    assert counters.calls.failures == 2  # the array, and a request for SILENT alone, which has no answer
    assert {verdict for verdict, _ in known.values()} == {"registered", "invalid", "not_registered"}


@pytest.mark.parametrize(("needed", "most"), [(1, 10), (12, 21), (40, 43)])
def test_a_run_that_ends_with_enough_asks_for_less_than_an_array_too_many(ask, needed, most):
    gateway = Arrays()

    _, counters, _ = ask(gateway, concurrency=64, needed=needed)

    assert needed <= counters.verdicts["registered"] <= most


@dataclass
class Fragile(TakesArrays):
    """Answers arrays of fifty, and fails for every array with one of some numbers in it."""

    poison: frozenset
    failure: type
    capabilities = replace(CAPABILITIES, max_batch=50)

    def reply(self, numbers):
        if self.poison & set(numbers):
            raise self.failure("refused as a whole", status=400)
        return all_registered(numbers)

    async def session_status(self, session):
        return SessionReply(session=session, status=READY)


@pytest.mark.parametrize("place", range(0, 45, 4))
def test_one_number_that_an_array_is_refused_for_costs_at_most_seven_further_requests(ask, place):
    gateway = Fragile(frozenset({FIRST + place}), InvalidRequest)

    ending, _, known = ask(gateway)

    assert ending is None
    assert len(gateway.asked) <= 1 + 7
    assert known.pop(FIRST + place)[0] == "unknown"
    assert {verdict for verdict, _ in known.values()} == {"registered"}
    assert len(known) == 44


def test_several_numbers_that_arrays_are_refused_for_leave_the_others_their_answers(ask):
    poison = frozenset({FIRST, FIRST + 7, FIRST + 8, FIRST + 44})
    gateway = Fragile(poison, InvalidRequest)

    ending, _, known = ask(gateway)

    assert ending is None
    assert {number for number, (verdict, _) in known.items() if verdict == "unknown"} == poison
    assert len(known) == 45


@pytest.mark.parametrize("place", [0, 17, 44])
def test_a_number_that_an_array_fails_for_each_time_takes_no_other_with_it(ask, place):
    gateway = Fragile(frozenset({FIRST + place}), ServerError)

    ending, _, known = ask(gateway)

    assert ending is None
    assert known.pop(FIRST + place)[0] == "unknown"
    assert {verdict for verdict, _ in known.values()} == {"registered"}


@dataclass
class Mute(TakesArrays):
    """Answers the first arrays without a single number in them."""

    mute: int

    def reply(self, numbers):
        return all_registered(numbers if len(self.asked) > self.mute else [Number(FIRST + 1_000)])


def test_answers_that_name_none_of_the_numbers_are_failures_and_end_as_an_outage(ask):
    gateway = Mute(mute=10**6)

    ending, counters, known = ask(gateway, max_outage_s=60)

    assert isinstance(ending, StoppedEarly)
    assert "--max-outage (last: the gateway's answer mentions none" in str(ending)
    assert counters.calls.failures == len(gateway.asked) < 30
    assert known == {}


def test_after_answers_that_name_none_of_the_numbers_each_gets_its_verdict(ask):
    ending, _, known = ask(Mute(mute=12))

    assert ending is None
    assert {verdict for verdict, _ in known.values()} == {"registered"}
    assert len(known) == 45
