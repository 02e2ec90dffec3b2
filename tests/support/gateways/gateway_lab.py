"""Runs through a gateway of the registry against the sandbox's dialect of it, on virtual time."""

from __future__ import annotations

import random
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import anyio
import httpx
import polars as pl

from tests.support.batch.laboratory import START_S, on_virtual_time
from validator.batch.ask_settings import AskSettings, KeySettings
from validator.batch.asker import Asker
from validator.batch.asking.counters import RunCounters
from validator.batch.planning.plan import make_plan
from validator.batch.planning.reading_known import read_known
from validator.batch.recipients.recipients import Reading, recipients_of
from validator.batch.watching.stop import Stop
from validator.errors import innermost
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import capabilities_of, open_gateway
from validator.http.api_key import ApiKey
from validator.ledger import open_ledger, read
from validator.phone import Accept
from validator.reports import NoProgress
from validator.sandbox import SandboxConfig, Session, create_app, parse_fault
from validator.sandbox.behaviour import registration
from validator.settings import MaxAge, Rate, RateMode

if TYPE_CHECKING:
    from collections.abc import Callable

# With a colon, as GOWA has user and password.
KEY = "canary:token_5f2d9a77"
OWN = "+447700900021"
FIRST = 447_700_900_100
# A name that is a session's in every gateway: GREEN-API has digits alone.
SESSION = "1101000001"

SHOP = Session(id=SESSION, name="Shop", phone_number=OWN)


@dataclass
class Ran:
    """How one run went; `asked` is None if it was killed, or over before it began."""

    asked: object
    counters: RunCounters
    duration_s: float
    ending: object


@dataclass
class GatewayLab:
    """One sandbox and one ledger, for any number of runs one after the other.

    `spoil` returns what arrives in place of each response.
    """

    gateway: str
    ledger_path: object
    app: object
    now_s: float = 0.0
    truth_seed: int = 0
    share: float = 0.6
    sent: list = field(default_factory=list)
    spoil: Callable[[httpx.Response], httpx.Response] = lambda response: response

    @classmethod
    def build(cls, gateway, path, *faults, share=0.6, seed=0, **settings):
        config = SandboxConfig(
            gateway=gateway,
            seed=seed,
            registered_share=share,
            faults=tuple(map(parse_fault, faults)),
            **{"plan": "unlimited", "sessions": (SHOP,)} | settings,
        )
        app = create_app(config, wall=lambda: START_S + anyio.current_time())
        return cls(gateway, path, app, truth_seed=seed, share=share)

    @property
    def batch(self):
        return capabilities_of(self.gateway).max_batch

    def run(self, numbers, **options):
        ran = on_virtual_time(lambda: self._run(list(numbers), **options), from_s=self.now_s)
        self.now_s += ran.duration_s + 1
        return ran

    async def _run(
        self,
        numbers,
        *,
        kill_after_s=None,
        canaries=(),
        watchers=(),
        rate=None,
        seed=1,
        key=KEY,
        session=SESSION,
        **settings,
    ):
        begun, counters, asked, error = anyio.current_time(), RunCounters(), None, None
        rate = Rate.parse(rate) if isinstance(rate, str) else rate
        key = KeySettings(
            options=GatewayOptions(key=ApiKey(key), base_url="http://localhost"),
            gateway=self.gateway,
            sessions=(session,),
            rate=rate or Rate(RateMode.AUTO),
            daily_cap=settings.pop("daily_cap", 1_000_000),
        )
        with open_ledger(self.ledger_path, holder="pytest") as ledger:
            asker = Asker(
                [key],
                AskSettings(canaries=canaries, **settings),
                ledger=ledger,
                counters=counters,
                progress=NoProgress(),
                stop=Stop(),
                open_gateway=self._open,
                now_s=lambda: START_S + anyio.current_time(),
                rng=random.Random(seed),
            )
            plan = self.plan(ledger, numbers)
            try:
                async with anyio.create_task_group() as tasks:
                    for watch in watchers:
                        tasks.start_soon(watch)
                    with anyio.move_on_after(float("inf") if kill_after_s is None else kill_after_s):
                        asked = await asker.ask(plan, lambda plan: plan.among(plan.numbers.clear()))
                    tasks.cancel_scope.cancel()
            except BaseExceptionGroup as group:
                error = innermost(group)
        return Ran(asked, counters, anyio.current_time() - begun, error or (asked and asked.ending))

    @asynccontextmanager
    async def _open(self, name, options):
        options = replace(
            options,
            transport=_Recording(self.app, self.sent, self.spoil),
            wall_clock=lambda: START_S + anyio.current_time(),
        )
        async with open_gateway(name, options) as gateway:
            yield gateway

    def plan(self, ledger, numbers):
        recipients = recipients_of(
            pl.DataFrame({"phone": [f"+{number}" for number in numbers]}),
            Reading(column="phone", accept=Accept.POSSIBLE),
        )
        now_ms = int(1000 * (START_S + self.now_s))
        distinct = pl.Series(sorted(set(numbers)), dtype=pl.UInt64)
        return make_plan(recipients, read_known(ledger, distinct, MaxAge(), now_ms))

    def known(self):
        with read(self.ledger_path) as ledger:
            return {row.number: (row.verdict, row.reason) for rows in ledger.known() for row in rows}

    def wrong(self):
        """The numbers whose verdict is not the truth; `unknown` never is wrong."""
        return [
            number
            for number, (verdict, _) in self.known().items()
            if verdict not in {"unknown", "registered" if self.is_registered(number) else "not_registered"}
        ]

    def is_registered(self, number):
        return bool(
            registration(f"+{number}", seed=self.truth_seed, share=self.share, is_linked=f"+{number}" == OWN)[
                "is_whatsapp_user"
            ]
        )

    def checks(self):
        """The requests that asked about numbers, in the order of their arrival."""
        return [entry for entry in self.app.log.entries if entry.number]


class _Recording(httpx.AsyncBaseTransport):
    """Carries requests to the application, keeps both sides of each exchange, and spoils the response."""

    def __init__(self, app, sent, spoil):
        self._inner = httpx.ASGITransport(app)
        self._sent = sent
        self._spoil = spoil

    async def handle_async_request(self, request):
        response = await self._inner.handle_async_request(request)
        await response.aread()
        self._sent.append((request, response))
        return self._spoil(response)
