"""Deadline, --max-wait, --max-outage and stops hold from the first request on, on virtual time."""

import random
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import anyio
import polars as pl
import pytest
from msgspec import structs

from tests.support.batch.laboratory import FIRST, KEY, SESSION, START_S, on_virtual_time
from validator.batch.ask_settings import AskSettings, KeySettings
from validator.batch.asker import Asker
from validator.batch.asking.contacts import MAX_PAGES
from validator.batch.asking.counters import RunCounters
from validator.batch.planning.plan import make_plan
from validator.batch.planning.reading_known import read_known
from validator.batch.recipients.recipients import Reading, recipients_of
from validator.batch.watching.stop import Stop
from validator.errors import Interrupted, RateLimited, StoppedEarly, innermost
from validator.gateways.gateway import (
    CheckReply,
    ContactsReply,
    GatewayContact,
    GatewayOptions,
    NumberResult,
    SessionReply,
)
from validator.gateways.sendapi import CAPABILITIES
from validator.http.api_key import ApiKey
from validator.ledger import open_ledger
from validator.model import READY, Number, RateNotice
from validator.phone import Accept
from validator.reports import NoProgress
from validator.settings import MaxAge, Rate, RateMode


class World:
    """A gateway whose every method can be replaced: by default all answers come after 0.1 s, and are yes."""

    capabilities = CAPABILITIES
    host = "world.example"

    def __init__(self, **methods):
        self.calls = []
        self.methods = methods

    async def check(self, numbers, _session):
        return await self._call("check", numbers[0], default=lambda number: said(number, answer=True))

    async def session_status(self, session):
        return await self._call(
            "session_status", session, default=lambda one: SessionReply(session=one, status=READY)
        )

    async def contacts(self, _session, cursor=None):
        return await self._call("contacts", cursor, default=lambda _: ContactsReply(contacts=()))

    async def _call(self, name, given, *, default):
        self.calls.append((name, given, anyio.current_time()))
        await anyio.sleep(0.1)
        method = self.methods.get(name)
        return default(given) if method is None else await method(given)

    def count(self, name):
        return sum(call[0] == name for call in self.calls)


def ready(session):
    return SessionReply(session=session, status=READY)


def said(number, *, answer):
    return CheckReply.of(NumberResult(number=number, is_whatsapp_user=answer))


async def never(_):
    await anyio.sleep_forever()


async def refused(_, *, retry_after_s=60.0):
    raise RateLimited("429", status=429, rate=RateNotice(retry_after_s=retry_after_s))


async def endless(cursor):
    page = (cursor or 0) + 1
    contacts = tuple(
        GatewayContact(phone=f"+{number}", number=Number(number), is_whatsapp_user=True)
        for number in range(FIRST + 100 * page - 100, FIRST + 100 * page)
    )
    return ContactsReply(contacts=contacts, next_cursor=page)


class Shown(NoProgress):
    """Keeps the states it is given."""

    def __init__(self):
        self.states = []

    def update(self, state):
        self.states.append(state)


@dataclass
class Ran:
    """How a run went."""

    asked: object
    error: object
    shown: list
    took_s: float
    known: dict

    @property
    def why(self):
        return self.error or self.asked.ending

    @property
    def holds(self):
        return [(one.phase, one.paused_because) for one in self.shown if one.paused_because]


@pytest.fixture
def ask(tmp_path):
    """Ask a world about some numbers; stopped by `stop_with` at `stop_at_s`."""

    def run(
        world,
        count=3,
        *,
        stop_at_s=None,
        stop_with=None,
        second=(),
        deadline_s=None,
        prepared_s=0.0,
        **settings,
    ):
        shown, stop = Shown(), Stop()
        key = KeySettings(
            options=GatewayOptions(key=ApiKey(KEY)), sessions=(SESSION,), rate=Rate(RateMode.NONE)
        )
        if deadline_s is not None:
            settings["deadline"] = datetime.fromtimestamp(START_S + deadline_s, UTC)

        @asynccontextmanager
        async def open_gateway(_name, _options):
            yield world

        async def main():
            with open_ledger(tmp_path / "ledger.sqlite", holder="pytest") as ledger:
                plan = structs.replace(plan_of(range(FIRST, FIRST + count), ledger), prepared_s=prepared_s)
                asker = Asker(
                    [key],
                    AskSettings(**{"uses_canaries": False} | settings),
                    ledger=ledger,
                    counters=RunCounters(),
                    progress=shown,
                    stop=stop,
                    open_gateway=open_gateway,
                    now_s=lambda: START_S + anyio.current_time(),
                    rng=random.Random(1),
                )
                asked = error = None
                async with anyio.create_task_group() as tasks:
                    if stop_with is not None:
                        tasks.start_soon(stopping, stop, stop_at_s, stop_with)
                    try:
                        asked = await asker.ask(plan, lambda _: plan_of(second, ledger))
                    except (Exception, BaseExceptionGroup) as raised:  # noqa: BLE001 - looked at by the test
                        error = innermost(raised)
                    tasks.cancel_scope.cancel()
                known = {row.number: row.verdict for rows in ledger.known() for row in rows}
                return Ran(asked, error, shown.states, anyio.current_time(), known)

        return on_virtual_time(main)

    return run


async def stopping(stop, at_s, why):
    await anyio.sleep(at_s)
    stop(why)


def plan_of(numbers, ledger):
    cells = pl.DataFrame({"phone": [f"+{number}" for number in numbers]}, schema={"phone": pl.String})
    recipients = recipients_of(cells, Reading(column="phone", accept=Accept.POSSIBLE))
    known = read_known(ledger, recipients["number"].drop_nulls().sort(), MaxAge(), START_S * 1000)
    return make_plan(recipients, known)


@pytest.mark.parametrize(
    "methods",
    [
        {"session_status": refused},
        {"session_status": never},
        {"contacts": refused},
        {"contacts": never},
        {"contacts": endless},
        {"check": refused},
    ],
    ids=["refused look", "silent look", "refused contacts", "silent contacts", "endless contacts", "checks"],
)
def test_the_deadline_ends_each_phase_at_its_time(ask, methods):
    ran = ask(World(**methods), deadline_s=5, contacts="contacts" in methods, grace_s=0)

    assert ran.took_s == pytest.approx(5, abs=0.01)
    assert (ran.why.exit_code, str(ran.why)) == (5, "the deadline was reached")


def test_what_hangs_at_the_deadline_has_its_grace(ask):
    ran = ask(World(check=never), deadline_s=5, grace_s=8)

    assert ran.took_s == pytest.approx(13)
    assert str(ran.why) == "the deadline was reached"
    assert not ran.known


@pytest.mark.parametrize(
    ("method", "phase"), [("session_status", "looking at sessions"), ("contacts", "reading contacts")]
)
def test_a_hold_is_shown_before_the_first_number_too(ask, method, phase):
    ran = ask(World(**{method: refused}), deadline_s=5, contacts=True)

    assert ran.holds
    assert {hold[0] for hold in ran.holds} == {phase}
    assert "asking for 60 s" in ran.holds[0][1]
    held = [one.paused_for_s for one in ran.shown if one.paused_because]
    assert 54 < held[-1] < held[0] <= 66
    assert all(one.host == "world.example" for one in ran.shown)


def test_a_phase_that_is_soon_through_shows_nothing_of_itself(ask):
    ran = ask(World())

    assert {one.phase for one in ran.shown} == {"checking"}


@pytest.mark.parametrize("method", ["session_status", "contacts"])
def test_a_hold_longer_than_max_wait_ends_the_first_requests(ask, method):
    ran = ask(World(**{method: refused}), contacts=True, max_wait_s=30)

    assert "longer than --max-wait 30s" in str(ran.why)
    assert (ran.why.exit_code, ran.took_s < 1) == (5, True)


@pytest.mark.parametrize("method", ["session_status", "contacts"])
@pytest.mark.parametrize("retry_after_s", [1.0, 30.0])
def test_refusals_without_an_end_are_an_outage(ask, method, retry_after_s):
    async def refuse(given):
        await refused(given, retry_after_s=retry_after_s)

    ran = ask(World(**{method: refuse}), contacts=True, max_outage_s=300)

    assert "has refused one request for 3" in str(ran.why)
    assert (ran.why.exit_code, 300 <= ran.took_s < 400) == (5, True)


@pytest.mark.slow
def test_contacts_without_an_end_are_left_at_a_page_and_what_they_told_is_kept(ask, caplog):
    world = World(contacts=endless)

    ran = ask(world, contacts=True)

    assert ran.why is None
    assert f"do not end after {MAX_PAGES:,} pages" in caplog.text
    assert world.count("contacts") == MAX_PAGES
    assert set(ran.known.values()) == {"registered"}


def test_a_deadline_among_contacts_keeps_those_of_the_pages_before(ask):
    async def three_pages(cursor):
        return await (never(cursor) if cursor == 3 else endless(cursor))

    ran = ask(World(contacts=three_pages), 250, contacts=True, deadline_s=5)

    assert str(ran.why) == "the deadline was reached"
    assert len(ran.known) == 250


@pytest.mark.slow
@pytest.mark.parametrize("why", [Interrupted(15), Interrupted(1), StoppedEarly("the call was cancelled")])
@pytest.mark.parametrize("grace_s", [0, 2, 8])
def test_what_is_in_flight_after_the_grace_is_given_up_and_stays_to_be_asked(ask, why, grace_s):
    silent = Number(FIRST + 1)

    async def check(number):
        return await never(number) if number == silent else said(number, answer=True)

    ran = ask(World(check=check), stop_at_s=20, stop_with=why, grace_s=grace_s)

    assert ran.took_s == pytest.approx(20 + grace_s, abs=0.01)
    assert ran.why is why
    assert set(ran.known) == {FIRST, FIRST + 2}

    world = World()
    assert ask(world).why is None
    assert [call[1] for call in world.calls if call[0] == "check"] == [silent]


@pytest.mark.parametrize("contacts", [False, True])
@pytest.mark.parametrize(("prepared_s", "left_s"), [(0.5, 7.5), (6, 2), (7.9, 0.1), (8, 0), (60, 0)])
def test_the_grace_leaves_a_long_list_the_time_to_be_written(ask, prepared_s, left_s, contacts):
    """Rows are written in about the time that it took to read them."""
    ran = ask(
        World(check=never), stop_at_s=20, stop_with=Interrupted(15), prepared_s=prepared_s, contacts=contacts
    )

    assert ran.took_s == pytest.approx(20 + left_s, abs=0.01)


def test_what_ends_within_the_grace_counts(ask):
    async def slow(number):
        await anyio.sleep(5)
        return said(number, answer=True)

    ran = ask(World(check=slow), stop_at_s=1, stop_with=Interrupted(15))

    assert ran.took_s == pytest.approx(5.2, abs=0.1)
    assert len(ran.known) == 3


@pytest.mark.parametrize("why", [Interrupted(15), StoppedEarly("the deadline was reached")])
def test_after_a_stop_no_second_round_begins(ask, why):
    async def slow(number):
        await anyio.sleep(3)
        return said(number, answer=True)

    world = World(check=slow)
    ran = ask(world, stop_at_s=2, stop_with=why, second=range(FIRST + 50, FIRST + 90))

    assert ran.why is why
    assert world.count("check") == len(ran.known) == 3


def test_after_a_signal_a_canary_is_given_no_longer_than_the_grace(ask):
    canary = Number(FIRST + 1_000)

    async def check(number):
        return await never(number) if number == canary else said(number, answer=False)

    world = World(check=check)
    ran = ask(world, 3, uses_canaries=True, canaries=(canary,), stop_at_s=0.15, stop_with=Interrupted(15))

    assert ran.took_s <= 0.15 + 8 + 0.01
    assert world.count("check") <= 4
    assert "not_registered" not in set(ran.known.values())


def test_silence_that_is_given_up_vouches_for_no_no(ask):
    """Without canaries a "no" is believed at the end, but not if the session has fallen silent."""
    silent = Number(FIRST + 1)

    async def check(number):
        return await never(number) if number == silent else said(number, answer=False)

    ran = ask(World(check=check), uses_canaries=True, stop_at_s=2, stop_with=Interrupted(15), grace_s=1)

    assert "not_registered" not in set(ran.known.values())


@pytest.mark.parametrize(
    ("off_s", "says"),
    [(3600, "3,599 s ahead of"), (-86_400, "86,400 s behind"), (9, None), (-9, None)],
)
def test_a_clock_that_differs_from_the_providers_is_said(ask, off_s, says):
    async def dated(session):
        return replace(ready(session), rate=RateNotice(sent_at_s=START_S - off_s))

    found = [one for one in ask(World(session_status=dated)).asked.warnings if "clock" in one]

    assert len(found) == (says is not None)
    assert all(f"this machine's clock is {says} the provider's" in one for one in found)
