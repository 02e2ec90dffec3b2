"""A fan-out against the sandbox without a socket: real pacing, real client, real ledger, virtual time."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import partial

import anyio
import httpx
import polars as pl
import trio.testing
from msgspec import structs

from validator.batch.ask_settings import AskSettings, KeySettings
from validator.batch.asking.checks import ask_all
from validator.batch.asking.counters import RunCounters
from validator.batch.asking.run_state import Bounds
from validator.batch.watching.stop import stop_at
from validator.batch.wiring import OpenKey, make_asking
from validator.gateways.gateway import GatewayOptions
from validator.gateways.sendapi import SendApi
from validator.http.api_key import ApiKey
from validator.ledger import open_ledger, read
from validator.model import SessionRef
from validator.pacing import Breaker, KeyHealth, Lane, NoBudget, RetryPolicy
from validator.pacing.budget.paced import PacedBudget
from validator.sandbox import DEFAULT_SESSIONS, SandboxConfig, create_app, parse_fault
from validator.sendapi import AsyncSendAPI

SESSION = DEFAULT_SESSIONS[0].id
START_S = 1_800_000_000
FIRST = 447_700_900_020  # below it are the sandbox's numbers with a fixed fate
KEY = "sk_test_abcdef"


def stopping_at(deadline):
    """Watchers that stop a run at a time of anyio's clock; none without a deadline."""

    async def watch(dispatcher, _):
        await stop_at(deadline, dispatcher.stop, anyio.current_time)

    return () if deadline is None else (watch,)


def on_virtual_time(scenario, *arguments, from_s=0.0):
    """Run an async scenario on a clock that jumps over every wait; return what it returns."""
    clock = trio.testing.MockClock(autojump_threshold=0)
    clock.jump(from_s)
    return anyio.run(scenario, *arguments, backend="trio", backend_options={"clock": clock})


@dataclass
class Ran:
    """How one run went."""

    ending: object
    counters: RunCounters
    budget: object
    duration_s: float
    killed: bool = False


@dataclass
class Laboratory:
    """One sandbox and one ledger, for any number of runs one after the other."""

    ledger_path: object
    app: object
    now_s: float = 0.0
    seen: list = field(default_factory=list)

    @classmethod
    def build(cls, folder, *faults, **settings):
        config = SandboxConfig(faults=tuple(map(parse_fault, faults)), **{"plan": "unlimited"} | settings)
        app = create_app(config, wall=lambda: START_S + anyio.current_time())
        return cls(folder / "ledger.sqlite", app)

    def run(self, scenario, *arguments):
        return on_virtual_time(scenario, *arguments, from_s=self.now_s)

    def client(self, key=KEY, **options):
        return AsyncSendAPI(
            key,
            base_url="http://localhost/v1",
            transport=httpx.ASGITransport(self.app),
            wall_clock=lambda: START_S + anyio.current_time(),
            **options,
        )

    def ask(self, numbers, **options):
        """Ask about numbers in a run of its own, which begins where the last one ended; see `_ask`."""
        ran = self.run(lambda: self._ask(list(numbers), **options))
        self.now_s += ran.duration_s + 1
        return ran

    async def _ask(
        self,
        numbers,
        *,
        key=KEY,
        sessions=(SESSION,),
        statuses=None,
        paced=False,
        rate=None,
        max_attempts=6,
        max_outage_s=21_600.0,
        watchers=(),
        kill_after_s=None,
        seed=1,
        left_today=None,
        deadline=None,
        source_of=None,
        **bounds,
    ):
        begun, counters = anyio.current_time(), RunCounters()
        rng = random.Random(seed)
        budget = PacedBudget(now=begun, limit_per_min=rate, rng=rng) if paced or rate else NoBudget(rng=rng)
        ending, killed = None, False
        refs = {session: SessionRef("sendapi", session) for session in sessions}
        with open_ledger(self.ledger_path, holder="pytest") as ledger:
            async with self.client(key) as client:
                settings = KeySettings(options=GatewayOptions(key=ApiKey(key)), sessions=tuple(sessions))
                asking = make_asking(
                    [OpenKey(settings, SendApi(client, "localhost"), budget)],
                    AskSettings(retries=max_attempts - 1, max_outage_s=max_outage_s),
                    ledger=ledger,
                    statuses={refs[session]: status for session, status in (statuses or {}).items()},
                    guards={},
                    bounds=Bounds(
                        left_today={refs[session]: left for session, left in (left_today or {}).items()},
                        **bounds,
                    ),
                    now_ms=lambda: int(1000 * (START_S + anyio.current_time())),
                    rng=rng,
                )
                asking = structs.replace(asking, source_of=source_of and partial(source_of, ledger))
                todo = pl.Series("number", numbers, dtype=pl.UInt64)
                with anyio.move_on_after(kill_after_s if kill_after_s is not None else float("inf")) as scope:
                    ending = await ask_all(todo, asking, counters, (*watchers, *stopping_at(deadline)))
                killed = scope.cancelled_caught
        now = anyio.current_time()
        return Ran(ending, counters, budget.report(now), now - begun, killed)

    def known(self):
        """What the ledger holds: number to verdict, reason, WhatsApp id and attempts."""
        with read(self.ledger_path) as ledger:
            rows = [row for chunk in ledger.known() for row in chunk]
        return {row.number: (row.verdict, row.reason, row.whatsapp_id, row.attempts) for row in rows}

    def decided(self):
        return {number for number, row in self.known().items() if row[0] != "unknown"}

    def verdicts(self):
        return {number: row[:3] for number, row in self.known().items()}

    def calls(self):
        """How often each number was asked about, refusals by the rate limiter left out."""
        return dict(self.app.log.numbers)

    def checks(self):
        """Every request about a number, refused ones included, in the order of their arrival."""
        return [entry for entry in self.app.log.entries if entry.number]


def make_lane(session=SESSION, budget=None):
    """A lane that nothing is asked through."""
    return Lane(
        SessionRef("sendapi", session),
        gateway=SendApi(None, "localhost"),
        budget=budget or NoBudget(),
        key=KeyHealth(),
        retry=RetryPolicy(rng=random.Random(1)),
        breaker=Breaker(),
        max_outage_s=60,
    )


def numbers_of(count, first=FIRST):
    return range(first, first + count)
