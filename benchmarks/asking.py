"""The real fan-out, put together as `validator check` does it: guarded, with a durable ledger of its own."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import polars as pl

from validator.batch.ask_settings import AskSettings, KeySettings
from validator.batch.asking.checks import ask_all
from validator.batch.asking.counters import RunCounters
from validator.batch.asking.run_state import Bounds
from validator.batch.wiring import OpenKey, make_asking
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import open_gateway
from validator.http.api_key import ApiKey
from validator.ledger import open_ledger
from validator.model import SessionRef
from validator.pacing import Canaries, NoBudget, SessionGuard

if TYPE_CHECKING:
    import httpx

    from validator.pacing import Budget

KEY = "sk_test_0123456789abcdefghijklmn"
SESSION = "sess_01H8BKF0000000000000000Z2T"
FIRST, LAST = 12_012_000_000, 12_019_999_999  # numbers are drawn from these, in no order


async def ask(
    count: int,
    *,
    base_url: str,
    budget: Budget,
    concurrency: int,
    transport: httpx.AsyncBaseTransport | None = None,
) -> RunCounters:
    """Ask about so many numbers; every answer is durable in a ledger on disk when this returns."""
    rng = random.Random(1)
    numbers = pl.Series(rng.sample(range(FIRST, LAST + 1), count), dtype=pl.UInt64)
    options = GatewayOptions(
        key=ApiKey(KEY), base_url=base_url, max_connections=concurrency, transport=transport
    )
    key = KeySettings(options=options, sessions=(SESSION,))
    ref = SessionRef(key.gateway, SESSION)
    counters = RunCounters()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_ledger(Path(folder) / "state" / "ledger.sqlite", holder="benchmark") as ledger,
    ):
        async with open_gateway(key.gateway, options) as gateway:
            asking = make_asking(
                [OpenKey(key, gateway, budget)],
                AskSettings(max_outage_s=600.0),
                ledger=ledger,
                statuses={},
                guards={ref: SessionGuard(SESSION, canaries=Canaries(rng=rng))},
                bounds=Bounds(concurrency=concurrency, left_today={}),
                now_ms=lambda: time.time_ns() // 1_000_000,
                rng=rng,
            )
            ending = await ask_all(numbers, asking, counters)
    if ending is not None or counters.asked != count:
        raise RuntimeError(f"the run ended after {counters.asked} of {count}: {ending}")
    return counters


def seconds_unpaced(base_url: str, count: int, concurrency: int) -> tuple[float, float]:
    """Ask about so many numbers as fast as it goes; return seconds on the wall and of the processor."""

    async def timed() -> tuple[float, float]:
        await ask(1, base_url=base_url, budget=NoBudget(), concurrency=1)
        started_s, started_cpu_s = time.perf_counter(), time.process_time()
        await ask(count, base_url=base_url, budget=NoBudget(), concurrency=concurrency)
        return time.perf_counter() - started_s, time.process_time() - started_cpu_s

    return anyio.run(timed)
