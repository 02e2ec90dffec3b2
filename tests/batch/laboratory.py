"""A fan-out against the sandbox without a socket: real pacing, real client, real ledger, virtual time."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import anyio
import httpx
import polars as pl
import trio.testing

from validator.batch.asking.checks import Asking, ask_all
from validator.batch.asking.dispatcher import Bounds
from validator.batch.asking.tally import Tally
from validator.batch.provider import SendApiProvider
from validator.ledger import Ledger, read
from validator.pacing import (
    CONNECTED,
    Breaker,
    KeyHealth,
    Lane,
    NoBudget,
    PacedBudget,
    RetryBudget,
    RetryPolicy,
)
from validator.sandbox import DEFAULT_SESSIONS, SandboxConfig, create_app, parse_fault
from validator.sendapi import AsyncSendAPI

SESSION = DEFAULT_SESSIONS[0].id
START_S = 1_800_000_000
FIRST = 447_700_900_020  # below it are the sandbox's numbers with a fixed fate
KEY = "sk_test_abcdef"


def on_virtual_time(scenario, *arguments, from_s=0.0):
    """Run an async scenario on a clock that jumps over every wait; return what it returns."""
    clock = trio.testing.MockClock(autojump_threshold=0)
    clock.jump(from_s)
    return anyio.run(scenario, *arguments, backend="trio", backend_options={"clock": clock})


@dataclass
class Ran:
    """How one run went."""

    ending: object
    tally: Tally
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
        **bounds,
    ):
        begun, tally, health = anyio.current_time(), Tally(), KeyHealth()
        rng = random.Random(seed)
        retry = RetryPolicy(max_attempts=max_attempts, rng=rng)
        budget = PacedBudget(now=begun, limit_per_min=rate, rng=rng) if paced or rate else NoBudget(rng=rng)
        ending, killed = None, False
        with Ledger.open(self.ledger_path, holder="pytest") as ledger:
            async with self.client(key) as client:
                asking = Asking(
                    provider=SendApiProvider(client),
                    lanes=[
                        Lane(
                            session,
                            key=health,
                            retry=retry,
                            breaker=Breaker(),
                            max_outage_s=max_outage_s,
                            status=(statuses or {}).get(session, CONNECTED),
                        )
                        for session in sessions
                    ],
                    budget=budget,
                    retries=RetryBudget(),
                    bounds=Bounds(**{"left_today": {}} | bounds),
                    ledger=ledger,
                    now_ms=lambda: int(1000 * (START_S + anyio.current_time())),
                )
                todo = pl.Series("number", numbers, dtype=pl.UInt64)
                with anyio.move_on_after(kill_after_s if kill_after_s is not None else float("inf")) as scope:
                    ending = await ask_all(todo, asking, tally, watchers)
                killed = scope.cancelled_caught
        now = anyio.current_time()
        return Ran(ending, tally, budget.report(now), now - begun, killed)

    def known(self):
        """What the ledger holds: number to verdict, reason, WhatsApp id and attempts."""
        with read(self.ledger_path) as ledger:
            rows = [row for chunk in ledger.known() for row in chunk]
        return {row[0]: (row[1], row[2], row[3], row[7]) for row in rows}

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


def numbers_of(count, first=FIRST):
    return range(first, first + count)
