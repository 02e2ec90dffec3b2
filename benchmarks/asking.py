"""The real fan-out, put together as `validator check` does it, with a durable ledger of its own."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import polars as pl

from validator.batch.asking.checks import Asking, ask_all
from validator.batch.asking.dispatcher import Bounds
from validator.batch.asking.tally import Tally
from validator.batch.provider import SendApiProvider
from validator.ledger import Ledger
from validator.pacing import Breaker, KeyHealth, Lane, NoBudget, RetryBudget, RetryPolicy
from validator.sendapi import AsyncSendAPI

if TYPE_CHECKING:
    import httpx

    from validator.pacing import Budget

KEY = "sk_test_0123456789abcdefghijklmn"
SESSION = "sess_01H8BKF0000000000000000Z2T"
FIRST = 12_015_550_100


async def ask(
    count: int,
    *,
    base_url: str,
    budget: Budget,
    concurrency: int,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Tally:
    """Ask about so many numbers; every answer is durable in a ledger on disk when this returns."""
    numbers = pl.Series(range(FIRST, FIRST + count), dtype=pl.UInt64)
    client = AsyncSendAPI(KEY, base_url=base_url, max_connections=concurrency, transport=transport)
    tally = Tally()
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.open(Path(folder) / "state" / "ledger.sqlite", holder="benchmark") as ledger,
    ):
        async with client:
            ending = await ask_all(numbers, _asking(client, budget, concurrency, ledger), tally)
    if ending is not None or tally.asked != count:
        raise RuntimeError(f"the run ended after {tally.asked} of {count}: {ending}")
    return tally


def _asking(client: AsyncSendAPI, budget: Budget, concurrency: int, ledger: Ledger) -> Asking:
    retry = RetryPolicy(rng=random.Random(1))
    lane = Lane(SESSION, key=KeyHealth(), retry=retry, breaker=Breaker(), max_outage_s=600.0)
    return Asking(
        provider=SendApiProvider(client),
        lanes=[lane],
        budget=budget,
        retries=RetryBudget(),
        bounds=Bounds(concurrency=concurrency, left_today={}),
        ledger=ledger,
        now_ms=lambda: time.time_ns() // 1_000_000,
    )


def seconds_unpaced(base_url: str, count: int, concurrency: int) -> tuple[float, float]:
    """Ask about so many numbers as fast as it goes; return seconds on the wall and of the processor."""

    async def timed() -> tuple[float, float]:
        await ask(1, base_url=base_url, budget=NoBudget(), concurrency=1)
        started_s, started_cpu_s = time.perf_counter(), time.process_time()
        await ask(count, base_url=base_url, budget=NoBudget(), concurrency=concurrency)
        return time.perf_counter() - started_s, time.process_time() - started_cpu_s

    return anyio.run(timed)
