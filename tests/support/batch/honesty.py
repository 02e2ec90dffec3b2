"""Sessions that tell the truth until they do not: a provider in memory, and runs on virtual time."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio
import polars as pl

from tests.support.batch.laboratory import KEY, START_S, on_virtual_time, stopping_at
from validator.batch.ask_settings import AskSettings, KeySettings
from validator.batch.asking.checks import ask_all
from validator.batch.asking.confirm import confirm_negatives
from validator.batch.asking.counters import RunCounters
from validator.batch.asking.guarding import forget_unverified, session_warnings
from validator.batch.asking.run_state import Bounds
from validator.batch.wiring import OpenKey, make_asking
from validator.errors import InvalidPhone, ServerError, SessionNotConnected
from validator.gateways.gateway import CheckReply, GatewayOptions, NumberResult, SessionReply
from validator.gateways.sendapi import CAPABILITIES
from validator.http.api_key import ApiKey
from validator.ledger import open_ledger, read
from validator.model import READY, Number, SessionRef, SessionState, SessionStatus
from validator.pacing import Canaries, NoBudget, SessionGuard

if TYPE_CHECKING:
    from collections.abc import Callable

DISCONNECTED = SessionStatus(SessionState.NEEDS_PERSON, "disconnected")
PENDING = SessionStatus(SessionState.STARTING, "pending")
FIRST = 447_700_900_100
OWN = Number(447_700_900_999)
NEVER = float("inf")


def said(number, registered):
    """A reply to a check."""
    return CheckReply.of(NumberResult(number=number, is_whatsapp_user=registered))


def seen(status, phone_number=None):
    """A reply to a look at a session."""
    return SessionReply(session="a", status=status, phone_number=phone_number)


@dataclass
class World:
    """Who is registered, and what each session does.

    By session: `lies_from` and `lies_until` are times, `refusals` a time from which on every check fails, and
    how; after `refuses_until` none does. `hangs_s` is how long a check takes then. `failing_share` is that of
    the checks that fail by chance.
    """

    registered: frozenset
    rng: random.Random
    lies_from: dict = field(default_factory=dict)
    lies_until: dict = field(default_factory=dict)
    lost: dict = field(default_factory=dict)
    refusals: dict = field(default_factory=dict)
    refuses_until: dict = field(default_factory=dict)
    hangs_s: float = 0.0
    failing_share: float = 0.0
    takes_s: tuple = (0.001, 0.02)
    called_invalid: Callable = lambda number, now: False  # noqa: ARG005
    failures: dict = field(default_factory=dict)
    calls: list = field(default_factory=list)

    capabilities = CAPABILITIES
    host = "localhost"

    async def check(self, numbers, session):
        (number,) = numbers
        self.calls.append((session, number))
        await anyio.sleep(self.rng.uniform(*self.takes_s))
        now = anyio.current_time()
        if self.refuses(session, now):
            await anyio.sleep(self.hangs_s)
            raise self.refusals[session][1]
        truth = self.says(number, session, now)
        await anyio.sleep(self.rng.uniform(0.001, 0.02))
        return truth

    def refuses(self, session, now):
        since, _ = self.refusals.get(session, (NEVER, None))
        return since <= now < self.refuses_until.get(session, NEVER)

    def says(self, number, session, now):
        if failure := self.failures.get(number):
            raise failure
        if self.rng.random() < self.failing_share:
            raise ServerError("500", status=500)
        if self.called_invalid(number, now):
            raise InvalidPhone("4001", status=422, code=4001)
        since, until = self.lost.get(session, (NEVER, NEVER))
        if since <= now < until:
            raise SessionNotConnected("not connected", status=409)
        lies = self.lies_from.get(session, NEVER) <= now < self.lies_until.get(session, NEVER)
        return said(number, not lies and (number in self.registered or number == OWN))

    async def session_status(self, session):
        await anyio.sleep(0.05)
        since, until = self.lost.get(session, (NEVER, NEVER))
        return seen(DISCONNECTED if since <= anyio.current_time() < until else READY)


@dataclass
class Ran:
    """How one run went."""

    ending: object
    counters: RunCounters
    warnings: tuple
    ended_at: float


@dataclass
class Runs:
    """Any number of runs over one list, one ledger and one world, one after the other."""

    world: World
    ledger_path: object
    numbers: list
    now_s: float = 0.0

    def run(self, **options):
        ran = on_virtual_time(lambda: self._run(**options), from_s=self.now_s)
        self.now_s = ran.ended_at + 1
        return ran

    async def _run(
        self,
        *,
        sessions=("a",),
        canaries=(OWN,),
        concurrency=8,
        kill_at=NEVER,
        watchers=(),
        statuses=None,
        max_attempts=6,
        max_outage_s=21_600.0,
        confirm=False,
        budget=None,
        left_today=None,
        deadline=None,
        **bounds,
    ):
        begun_ms = _now_ms()
        rng, counters = random.Random(7), RunCounters()
        known = Canaries(canaries, rng=rng)
        refs = {session: SessionRef("sendapi", session) for session in sessions}
        found = {refs[session]: (statuses or {}).get(session, READY) for session in sessions}
        ending, lanes = None, []
        with open_ledger(self.ledger_path, holder="pytest") as ledger:
            forget_unverified(ledger, found)
            guards = {ref: SessionGuard(ref.session, canaries=known) for ref in found}
            settings = KeySettings(options=GatewayOptions(key=ApiKey(KEY)), sessions=tuple(sessions))
            asking = make_asking(
                [OpenKey(settings, self.world, budget or NoBudget(rng=rng))],
                AskSettings(retries=max_attempts - 1, max_outage_s=max_outage_s),
                ledger=ledger,
                statuses=found,
                guards=guards,
                bounds=Bounds(
                    concurrency=concurrency,
                    left_today={refs[session]: left for session, left in (left_today or {}).items()},
                    **bounds,
                ),
                now_ms=_now_ms,
                rng=rng,
            )
            lanes = asking.lanes
            todo = pl.Series("number", self.missing(), dtype=pl.UInt64)
            earlier = pl.Series("number", self.said_once(), dtype=pl.UInt64)
            with anyio.move_on_at(kill_at):
                ending = await ask_all(todo, asking, counters, (*watchers, *stopping_at(deadline)))
                if confirm and ending is None:
                    ending = await confirm_negatives(todo, earlier, asking, counters, since_ms=begun_ms)
        now = anyio.current_time()
        return Ran(ending, counters, session_warnings(lanes, known, counters, ending, now), now)

    def missing(self):
        decided = {number for number, (verdict, _) in self.known().items() if verdict != "unknown"}
        return [number for number in self.numbers if number not in decided]

    def said_once(self):
        return [number for number in self.numbers if self.known().get(number, ())[1:] == ("not_on_whatsapp",)]

    def known(self):
        if not self.ledger_path.exists():
            return {}
        with read(self.ledger_path) as ledger:
            return {row.number: (row.verdict, row.reason) for rows in ledger.known() for row in rows}

    def wrong(self):
        """The numbers whose verdict is not what the world knows."""
        truth = {
            number: "registered" if number in self.world.registered else "not_registered"
            for number in self.numbers
        }
        return [
            n for n, (verdict, _) in self.known().items() if verdict not in {"unknown", truth.get(n, verdict)}
        ]

    def asked(self, session=None):
        """How often each number of the list was asked about, canaries that are in it included."""
        calls = [
            number for through, number in self.world.calls if session in {None, through} and number != OWN
        ]
        return {number: calls.count(number) for number in calls}

    def canary_calls(self, session=None):
        return sum(number == OWN for through, number in self.world.calls if session in {None, through})


def _now_ms():
    return int(1000 * (START_S + anyio.current_time()))


def draw(folder, seed, *, count, share, **world):
    """A list in which that share is registered, drawn from a seed."""
    rng = random.Random(seed)
    numbers = list(range(FIRST, FIRST + count))
    registered = frozenset(rng.sample(numbers, max(1, round(share * count))))
    return Runs(World(registered, rng, **world), folder / f"{seed}.sqlite", numbers)
