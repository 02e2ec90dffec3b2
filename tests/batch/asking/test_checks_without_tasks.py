"""Checks that are sent without a task: a run with them ends as one without them does."""

import json
import random
from collections import Counter
from dataclasses import dataclass

import anyio
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.hostile.misdeeds import KEY, Provider, honest
from tests.support.http.loopback import http, served
from validator.batch.ask_settings import AskSettings, KeySettings
from validator.batch.asking.checks import ask_all
from validator.batch.asking.counters import RunCounters
from validator.batch.asking.run_state import Bounds
from validator.batch.wiring import OpenKey, make_asking
from validator.errors import Interrupted
from validator.gateways.gateway import GatewayOptions
from validator.gateways.sendapi import SendApi
from validator.http.api_key import ApiKey
from validator.ledger import open_ledger
from validator.model import SessionRef
from validator.pacing import Canaries, NoBudget, SessionGuard
from validator.sendapi import AsyncSendAPI

FIRST = 447_700_000_000
CONCURRENCY = 4
COUNT = 40


@dataclass
class InTasks:
    """A gateway whose checks all need a task."""

    gateway: SendApi

    @property
    def capabilities(self):
        return self.gateway.capabilities

    @property
    def host(self):
        return self.gateway.host

    async def check(self, numbers, session):
        return await self.gateway.check(numbers, session)

    async def session_status(self, session):
        return await self.gateway.session_status(session)


@dataclass
class Counting(InTasks):
    """A gateway that counts its checks in tasks, and the others."""

    in_tasks: int = 0
    without: int = 0

    async def check(self, numbers, session):
        self.in_tasks += 1
        return await self.gateway.check(numbers, session)

    def begin_check(self, number, session, on_end, *, on_unsolicited):
        give_up = self.gateway.begin_check(number, session, on_end, on_unsolicited=on_unsolicited)
        self.without += give_up is not None
        return give_up


def refused(status, **error):
    return http(json.dumps({"success": False, "error": error}).encode(), status=f"{status} No")


async def close(stream, _number):
    await stream.aclose()


async def cut(stream, _number):
    await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{")
    await stream.aclose()


def saying(response):
    async def say(stream, number):
        await stream.send(response if isinstance(response, bytes) else response(number))

    return say


ODD = {
    "closed": close,
    "cut off": cut,
    "500": saying(refused(500, type="api_error")),
    "429": saying(refused(429, type="rate_limit_error")),
    "invalid": saying(refused(422, type="invalid_phone", code=4001)),
    "HTML": saying(http(b"<html>")),
    "another number": saying(http(honest("+447700999999"))),
    "no content": saying(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "chunks": saying(
        lambda number: (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n"
            % (len(honest(number)), honest(number))
        )
    ),
    "an answer more": saying(lambda number: 2 * http(honest(number))),
}


class Scripted(Provider):
    """Answers the first checks of some numbers in an odd way, and all others as it should."""

    def __init__(self, odd):
        super().__init__()
        self._odd = {f"+{FIRST + place}": kind for place, kind in odd.items()}
        self.misdeed = self.play

    async def play(self, stream, number, _echo):
        if (kind := self._odd.pop(number, None)) is not None:
            await ODD[kind](stream, number)
        else:
            await stream.send(http(honest(number)))


@dataclass
class Ran:
    """How a run went."""

    ending: object
    known: dict
    calls: object
    asked: Counter


def ran(folder, provider, gateway_of, *, watchers=(), concurrency=CONCURRENCY, **bounds):
    """Ask about the numbers on asyncio."""

    async def main():
        ref, rng, counters = SessionRef("sendapi", "a"), random.Random(1), RunCounters()
        key = KeySettings(options=GatewayOptions(key=ApiKey(KEY)), sessions=("a",))
        async with served(provider.talk) as port:
            url = f"http://127.0.0.1:{port}/v1"
            async with AsyncSendAPI(KEY, base_url=url, max_connections=CONCURRENCY) as client:
                with open_ledger(folder / "ledger.sqlite", holder="pytest") as ledger:
                    asking = make_asking(
                        [
                            OpenKey(
                                key, gateway_of(SendApi(client, "localhost")), NoBudget(first_hold_s=0.001)
                            )
                        ],
                        AskSettings(retries=0),
                        ledger=ledger,
                        statuses={},
                        guards={ref: SessionGuard("a", canaries=Canaries(rng=rng))},
                        bounds=Bounds(concurrency=concurrency, left_today={}, **bounds),
                        now_ms=lambda: 0,
                        rng=rng,
                    )
                    todo = pl.Series("number", range(FIRST, FIRST + COUNT), dtype=pl.UInt64)
                    ending = await ask_all(todo, asking, counters, watchers)
                    known = {row.number: row[1:4] for rows in ledger.known() for row in rows}
                    return Ran(ending, known, counters.calls, Counter(provider.checks))

    return anyio.run(main)


@pytest.mark.slow
@settings(
    max_examples=25,
    suppress_health_check=[*settings().suppress_health_check, HealthCheck.function_scoped_fixture],
)
@given(
    odd=st.dictionaries(st.integers(0, COUNT - 1), st.sampled_from([*ODD]), max_size=4),
    concurrency=st.sampled_from([1, CONCURRENCY]),
)
def test_it_has_the_same_results(tmp_path_factory, odd, concurrency):
    if concurrency > 1:
        # A request is sent again only if its closed connection had been used before. With several in flight,
        # which number gets a new connection is up to timing.
        odd = {place: kind for place, kind in odd.items() if kind != "closed"}
    without, with_tasks = (
        ran(tmp_path_factory.mktemp("run"), Scripted(odd), gateway_of, concurrency=concurrency)
        for gateway_of in (lambda gateway: gateway, InTasks)
    )

    assert (without.known, without.ending) == (with_tasks.known, with_tasks.ending)
    if concurrency == 1:
        assert without.calls == with_tasks.calls


def test_only_the_first_check_of_a_connection_needs_a_task(tmp_path):
    made = []

    def counting(gateway):
        made.append(Counting(gateway))
        return made[0]

    run = ran(tmp_path, Scripted({}), counting)

    assert run.ending is None
    assert made[0].in_tasks <= 2 * CONCURRENCY
    assert made[0].in_tasks + made[0].without == run.asked.total()


def test_one_whose_kept_connection_was_closed_is_asked_about_once_more_over_a_new_one(tmp_path):
    run = ran(tmp_path, Scripted({COUNT - 1: "closed"}), lambda gateway: gateway)

    assert len(run.known) == COUNT
    assert run.asked[f"+{FIRST + COUNT - 1}"] == 2
    assert run.calls.failures == 0


class Silent(Provider):
    """Answers some checks, and then none."""

    def __init__(self):
        super().__init__()
        self.misdeed, self.are_waiting = self.silence, anyio.Event()

    async def silence(self, stream, number, _echo):
        if len(self.checks) > COUNT // 2:
            if len(self.checks) == COUNT // 2 + CONCURRENCY:
                self.are_waiting.set()
            await anyio.sleep_forever()
        await stream.send(http(honest(number)))


def test_those_in_flight_are_given_up_after_the_grace_period(tmp_path):
    provider = Silent()

    async def stop(dispatcher, _):
        await provider.are_waiting.wait()
        dispatcher.stop(Interrupted(15))

    run = ran(tmp_path, provider, lambda gateway: gateway, watchers=[stop], grace_s=0.01)

    assert isinstance(run.ending, Interrupted)
    assert len(run.asked) == COUNT // 2 + CONCURRENCY
    assert len(run.known) == COUNT // 2


def test_a_bug_in_reading_an_answer_ends_the_run(tmp_path):
    class Broken(InTasks):
        def begin_check(self, number, session, on_end, *, on_unsolicited):
            def end(_how):
                on_end(ZeroDivisionError("a bug"))

            return self.gateway.begin_check(number, session, end, on_unsolicited=on_unsolicited)

    with pytest.raises(ExceptionGroup) as caught:
        ran(tmp_path, Scripted({}), Broken)

    assert caught.group_contains(ZeroDivisionError)
