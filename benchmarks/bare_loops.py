"""The loops that anybody would write first, to compare the fan-out with: many workers, one client, no ledger.

    python benchmarks/bare_loops.py LOOP URL COUNT CONCURRENCY

LOOP is `httpx`, `httpx-transport` (requests go to the client's transport directly) or `aiohttp`. Prints
seconds on the wall and of the processor, of a client that has its connections: opening them is cheap beside
what httpx's pool costs once they are open, and a short run would show that alone. Imports nothing of
`validator`, so that it also runs where a package that it needs is missing.
"""

from __future__ import annotations

import json
import random
import sys
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    Ask = Callable[[int], Awaitable[bool]]

FIRST, LAST = 12_012_000_000, 12_019_999_999  # numbers are drawn from these, in no order
SESSION = "sess_bench"
TIMEOUT_S = 60.0  # a busy machine is no failure
WARMING_ROUNDS = 4  # of as many checks as are in flight
HEADERS = {"Authorization": "Bearer sk_test_0123456789abcdefghijklmn", "Accept": "application/json"}


def url_of(base: str, number: int) -> str:
    return f"{base}/whatsapp/contacts/%2B{number}/check?session_id={SESSION}"


async def dispatcher(ask: Ask, numbers: list[int], concurrency: int) -> dict[int, bool]:
    """Let so many workers take numbers until none is left; return the answers."""
    left, answers = iter(numbers), dict[int, bool]()
    async with anyio.create_task_group() as workers:
        for _ in range(concurrency):
            workers.start_soon(_work, ask, left, answers)
    return answers


async def _work(ask: Ask, numbers: Iterator[int], answers: dict[int, bool]) -> None:
    for number in numbers:
        answers[number] = await ask(number)


@asynccontextmanager
async def with_httpx(base: str, concurrency: int) -> AsyncIterator[Ask]:
    import httpx  # noqa: PLC0415 - only the loop that is measured is loaded

    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    async with httpx.AsyncClient(
        limits=limits, headers=HEADERS, trust_env=False, timeout=TIMEOUT_S
    ) as client:

        async def ask(number: int) -> bool:
            response = await client.get(url_of(base, number))
            response.raise_for_status()
            return response.json()["is_whatsapp_user"]

        yield ask


@asynccontextmanager
async def with_httpx_transport(base: str, concurrency: int) -> AsyncIterator[Ask]:
    import httpx  # noqa: PLC0415 - as above

    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    headers = httpx.Headers(HEADERS)
    async with httpx.AsyncHTTPTransport(limits=limits, trust_env=False) as transport:

        async def ask(number: int) -> bool:
            request = httpx.Request("GET", url_of(base, number), headers=headers)
            response = await transport.handle_async_request(request)
            body = await response.aread()
            await response.aclose()
            return json.loads(body)["is_whatsapp_user"]

        yield ask


@asynccontextmanager
async def with_aiohttp(base: str, concurrency: int) -> AsyncIterator[Ask]:
    import aiohttp  # noqa: PLC0415 - as above
    from yarl import URL  # noqa: PLC0415 - as above

    connector = aiohttp.TCPConnector(limit=concurrency)
    async with aiohttp.ClientSession(connector=connector, headers=HEADERS) as session:

        async def ask(number: int) -> bool:
            # As it stands: the plus sign is encoded already.
            async with session.get(URL(url_of(base, number), encoded=True)) as response:
                response.raise_for_status()
                return (await response.json())["is_whatsapp_user"]

        yield ask


LOOPS = {"httpx": with_httpx, "httpx-transport": with_httpx_transport, "aiohttp": with_aiohttp}


def run(loop: str, base: str, count: int, concurrency: int) -> tuple[float, float]:
    """Run a loop; return its seconds on the wall and of the processor, without imports and connecting."""

    async def timed() -> tuple[float, float]:
        numbers = random.Random(1).sample(range(FIRST, LAST + 1), count)
        async with LOOPS[loop](base, concurrency) as ask:
            await dispatcher(ask, numbers[:1] * WARMING_ROUNDS * concurrency, concurrency)
            started_s, started_cpu_s = time.perf_counter(), time.process_time()
            answers = await dispatcher(ask, numbers, concurrency)
            assert len(answers) == count
            return time.perf_counter() - started_s, time.process_time() - started_cpu_s

    return anyio.run(timed)


def paced(base: str, count: int, per_min: float) -> tuple[float, float]:
    """Ask with aiohttp at a pace, one after the other without waiting for answers; return as `run` does."""

    async def timed() -> tuple[float, float]:
        numbers = random.Random(1).sample(range(FIRST, LAST + 1), count)
        async with with_aiohttp(base, count) as ask:
            await ask(numbers[0])
            started_s, started_cpu_s = time.perf_counter(), time.process_time()
            async with anyio.create_task_group() as asking:
                for place, number in enumerate(numbers):
                    due_s = started_s + place * 60 / per_min
                    await anyio.sleep(max(0.0, due_s - time.perf_counter()))
                    asking.start_soon(ask, number)
            return time.perf_counter() - started_s, time.process_time() - started_cpu_s

    return anyio.run(timed)


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
