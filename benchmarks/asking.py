"""The real fan-out, put together as `validator check` does it: guarded, with a durable ledger of its own."""

from __future__ import annotations

import random
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import polars as pl
from bare_loops import FIRST, LAST, WARMING_ROUNDS

from validator.batch.ask_settings import AskSettings, KeySettings
from validator.batch.asking.checks import ask_all
from validator.batch.asking.counters import RunCounters
from validator.batch.asking.run_state import Bounds
from validator.batch.wiring import OpenKey, make_asking
from validator.cli.deferred import collect_garbage_rarely
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import open_gateway
from validator.http.api_key import ApiKey
from validator.http.event_loop import OPTIONS
from validator.ledger import open_ledger
from validator.model import SessionRef
from validator.pacing import Canaries, NoBudget, SessionGuard
from validator.pacing.budget.paced import PacedBudget

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import httpx

    from validator.model import Outcome
    from validator.pacing import Budget

KEY = "sk_test_0123456789abcdefghijklmn"
SESSION = "sess_01H8BKF0000000000000000Z2T"


class TimedCounters(RunCounters):
    """Counts that begin to take the time when so many checks have ended.

    Attributes:
        warming: how many checks end before that; a run has its connections then.
        started: how many had ended when the time began, and the clocks of the wall and of the processor.
    """

    warming: int = 0
    started: tuple[int, float, float] = (0, 0.0, 0.0)

    def durable(self, outcomes: Iterable[Outcome]) -> None:
        """Count checks; see `RunCounters.durable`."""
        is_warming = self.asked < self.warming
        super().durable(outcomes)
        if is_warming and self.asked >= self.warming:
            self.started = self.asked, time.perf_counter(), time.process_time()

    def seconds_for(self, count: int) -> tuple[float, float]:
        """Return seconds on the wall and of the processor for so many checks, at the pace since then."""
        asked, wall_s, cpu_s = self.started
        share = count / (self.asked - asked)
        return (time.perf_counter() - wall_s) * share, (time.process_time() - cpu_s) * share


async def ask(
    count: int,
    *,
    base_url: str,
    budget: Budget,
    concurrency: int,
    transport: httpx.AsyncBaseTransport | None = None,
    others: Sequence[Budget] = (),
    counters: RunCounters | None = None,
) -> RunCounters:
    """Ask about so many numbers; every answer is durable in a ledger on disk when this returns.

    Each budget is that of a key with one session; `others` are those beside the first.
    """
    counters = counters or RunCounters()
    rng = random.Random(1)
    numbers = pl.Series(rng.sample(range(FIRST, LAST + 1), count), dtype=pl.UInt64)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_ledger(Path(folder) / "state" / "ledger.sqlite", holder="benchmark") as ledger,
    ):
        async with AsyncExitStack() as opened:
            keys = []
            for place, each in enumerate((budget, *others)):
                key = _key(place, base_url, concurrency, transport)
                gateway = await opened.enter_async_context(open_gateway(key.gateway, key.options))
                keys.append(OpenKey(key, gateway, each))
            asking = make_asking(
                keys,
                AskSettings(max_outage_s=600.0),
                ledger=ledger,
                statuses={},
                guards=_guards(keys, rng),
                bounds=Bounds(concurrency=concurrency * len(keys), left_today={}),
                now_ms=lambda: time.time_ns() // 1_000_000,
                rng=rng,
            )
            ending = await ask_all(numbers, asking, counters)
    if ending is not None or counters.asked != count:
        raise RuntimeError(f"the run ended after {counters.asked} of {count}: {ending}")
    return counters


def _key(
    place: int, base_url: str, concurrency: int, transport: httpx.AsyncBaseTransport | None
) -> KeySettings:
    options = GatewayOptions(
        key=ApiKey(f"{KEY}{place}"), base_url=base_url, max_connections=concurrency, transport=transport
    )
    # The sandbox knows the first one; the server of several keys takes any.
    return KeySettings(options=options, sessions=(f"{SESSION}{place or ''}",))


def _guards(keys: Sequence[OpenKey], rng: random.Random) -> dict[SessionRef, SessionGuard]:
    canaries = Canaries(rng=rng)
    sessions = [(key.settings.gateway, session) for key in keys for session in key.settings.sessions]
    return {
        SessionRef(gateway, session): SessionGuard(session, canaries=canaries)
        for gateway, session in sessions
    }


def seconds_paced(base_url: str, keys: int, per_min: float, seconds: float) -> tuple[float, float, int]:
    """Ask through so many keys at a pace each; return seconds on the wall, processor seconds, and checks."""
    count = round(keys * per_min / 60 * seconds)

    collect_garbage_rarely()

    async def timed() -> tuple[float, float, int]:
        await ask(1, base_url=base_url, budget=NoBudget(), concurrency=1)
        now, rng = anyio.current_time(), random.Random(1)
        first, *others = [PacedBudget(now=now, limit_per_min=per_min, rng=rng) for _ in range(keys)]
        started_s, started_cpu_s = time.perf_counter(), time.process_time()
        await ask(count, base_url=base_url, budget=first, others=others, concurrency=256)
        return time.perf_counter() - started_s, time.process_time() - started_cpu_s, count

    return anyio.run(timed, backend_options=OPTIONS)


def seconds_unpaced(base_url: str, count: int, concurrency: int) -> tuple[float, float]:
    """Ask about so many numbers as fast as it goes; return seconds on the wall and of the processor.

    As with the bare loops, the time begins when there are connections: a run takes hours with the same ones.
    """
    collect_garbage_rarely()
    counters = TimedCounters(warming=WARMING_ROUNDS * concurrency)

    async def timed() -> tuple[float, float]:
        await ask(
            counters.warming + count,
            base_url=base_url,
            budget=NoBudget(),
            concurrency=concurrency,
            counters=counters,
        )
        return counters.seconds_for(count)

    return anyio.run(timed, backend_options=OPTIONS)
