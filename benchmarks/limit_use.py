"""How much of the limit a run uses: the real fan-out against the sandbox's six limiters, on virtual time.

Client, pacing, ledger and sandbox are the real ones; only the clock is Trio's MockClock, and there is no
socket. Answers take 150 to 250 ms. The sandbox counts, from the second minute on: in the first one the client
has yet to learn the limit.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import anyio
import httpx
import trio.testing
from asking import ask
from results import Row

from validator.pacing.budget.paced import PacedBudget
from validator.sandbox import LimiterKind, SandboxConfig, create_app

LIMIT_PER_MIN = 300
MINUTES = 6
PHASE_S = 37.0  # so that the client's minutes do not begin with the limiter's
GOAL = 0.99


@dataclass(frozen=True, slots=True)
class Use:
    """The share of the limit that was used, and how often a request was refused."""

    share: float
    refusals: int


def use_of(kind: LimiterKind) -> Use:
    """Run against one limiter."""
    clock = trio.testing.MockClock(autojump_threshold=0)
    return anyio.run(_run, kind, backend="trio", backend_options={"clock": clock})


async def _run(kind: LimiterKind) -> Use:
    app = create_app(
        SandboxConfig(limiter=kind, limit_per_min=LIMIT_PER_MIN, latency_ms=150.0, latency_jitter_ms=100.0)
    )
    await anyio.sleep(PHASE_S)
    begun_s = anyio.current_time()
    budget = PacedBudget(now=begun_s, rng=random.Random(1))
    await ask(
        LIMIT_PER_MIN * MINUTES,
        base_url="http://127.0.0.1/v1",
        budget=budget,
        concurrency=64,
        transport=httpx.ASGITransport(app),
    )
    passed = [entry.time_s - begun_s for entry in app.log.entries if entry.passed]
    counted = sum(60.0 <= at_s < 60.0 * (MINUTES - 1) for at_s in passed)
    return Use(counted / (LIMIT_PER_MIN * (MINUTES - 2)), app.log.refusals)


def run() -> list[Row]:
    return [_row(kind, use_of(kind)) for kind in LimiterKind]


def _row(kind: LimiterKind, use: Use) -> Row:
    return Row(
        what=f"use of the limit, {kind.value.replace('_', ' ')}",
        measured=f"{use.share * LIMIT_PER_MIN:.1f} checks a minute, {use.refusals} refusals",
        against=f"the limit, {LIMIT_PER_MIN} a minute",
        ratio=f"{use.share:.1%}",
        goal=f">= {GOAL:.0%}, 0 refusals",
        reached=use.share >= GOAL and not use.refusals,
    )
