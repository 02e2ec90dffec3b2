"""The fan-out without a limit: how fast checks get from the server into the durable ledger.

Numbers are random, a third of the answers is a "no", and the session is guarded, as in a run.

Client and server are pinned to a core each, and all loops have their connections when their time begins.
Against an answer that takes 100 ms, what can be had is the concurrency over that time; on loopback, what a
bare loop of the same concurrency reaches that keeps nothing, in the clear and with TLS.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import bare_loops
from answering import answering, certificates
from asking import seconds_unpaced
from processes import CLIENT_CORE, alone
from results import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from processes import Measured

    Timing = Measured[tuple[float, float]]
    # Takes the server's URL, how many checks, and how many in flight.
    Loop = Callable[[str, int, int], Timing]

SLOW_MS = 100.0
SLOW_IN_FLIGHT = 256
SLOW_GOAL = 0.92

GOAL, TLS_GOAL = 1.5, 1.2  # times as many as a bare aiohttp loop, by the clock and by processor time

IN_FLIGHT = 256  # as `check` has by default
ROUNDS = 3

# A probe says how many checks fill this time, so that fast and slow loops are measured for equally long.
PROBE_CHECKS = 2_560
ROUND_S = 4.0


def ours(url: str, count: int, in_flight: int) -> Timing:
    return alone(seconds_unpaced, url, count, in_flight, core=CLIENT_CORE)


def bare(loop: str) -> Loop:
    return lambda url, count, in_flight: alone(bare_loops.run, loop, url, count, in_flight, core=CLIENT_CORE)


LOOPS: Mapping[str, Loop] = {"ours": ours, "httpx": bare("httpx"), "aiohttp": bare("aiohttp")}


def run() -> list[Row]:
    return [*slow_answers(), *loopback(), *encrypted()]


def enough(loop: Loop, url: str, in_flight: int) -> int:
    """Return how many checks take about `ROUND_S`."""
    probe_s, _ = loop(url, PROBE_CHECKS, in_flight).result
    return round(PROBE_CHECKS * max(1.0, ROUND_S / probe_s))


def slow_answers() -> list[Row]:
    with answering(SLOW_MS) as url:
        count = enough(ours, url, SLOW_IN_FLIGHT)
        timing = ours(url, count, SLOW_IN_FLIGHT)
    possible = SLOW_IN_FLIGHT / (SLOW_MS / 1000)
    rate = count / timing.result[0]
    return [
        Row(
            what=f"fan-out, answers after {SLOW_MS:.0f} ms, {SLOW_IN_FLIGHT} in flight, guarded, durable",
            measured=f"{rate:,.0f} checks/s",
            against=f"{SLOW_IN_FLIGHT} / {SLOW_MS / 1000:g} s = {possible:,.0f}/s",
            ratio=f"{rate / possible:.2f}",
            goal=f">= {SLOW_GOAL:.0%}",
            reached=rate / possible >= SLOW_GOAL,
            peak_mb=timing.peak_mb,
        )
    ]


def loopback() -> list[Row]:
    with answering() as url:
        counts, rounds = _in_turn(LOOPS, url)
    return [_against("aiohttp", counts, rounds, goal=GOAL), _against("httpx", counts, rounds)]


def encrypted() -> list[Row]:
    """Compare with TLS. httpx's loop is left out: it asks the same of its pool as without."""
    with certificates() as chain, answering(chain=chain) as url:
        counts, rounds = _in_turn({name: LOOPS[name] for name in ("ours", "aiohttp")}, url)
    return [_against("aiohttp", counts, rounds, over=" with TLS", goal=TLS_GOAL)]


def _in_turn(loops: Mapping[str, Loop], url: str) -> tuple[dict[str, int], list[dict[str, Timing]]]:
    counts = {name: enough(loop, url, IN_FLIGHT) for name, loop in loops.items()}
    rounds = [
        {name: loop(url, counts[name], IN_FLIGHT) for name, loop in loops.items()} for _ in range(ROUNDS)
    ]
    return counts, rounds


def _against(
    name: str,
    counts: Mapping[str, int],
    rounds: list[dict[str, Timing]],
    *,
    over: str = "",
    goal: float | None = None,
) -> Row:
    """Compare round by round, so that what slows the machine down for a while slows both."""
    rates = [{loop: counts[loop] / timing.result[0] for loop, timing in each.items()} for each in rounds]
    costs = [{loop: timing.result[1] / counts[loop] for loop, timing in each.items()} for each in rounds]
    ratio = median(each["ours"] / each[name] for each in rates)
    by_processor = median(each[name] / each["ours"] for each in costs)
    our_rate, bare_rate = (median(each[loop] for each in rates) for loop in ("ours", name))
    our_ms, bare_ms = (median(each[loop] for each in costs) * 1000 for loop in ("ours", name))
    return Row(
        what=f"fan-out on loopback{over}, {IN_FLIGHT} in flight, guarded, durable",
        measured=f"{our_rate:,.0f} checks/s ({our_ms:.3f} ms of processor)",
        against=f"a bare {name} loop without a ledger, {bare_rate:,.0f}/s ({bare_ms:.3f} ms)",
        ratio=f"{ratio:.2f}, by processor {by_processor:.2f}",
        goal=f">= {goal}" if goal else "",
        reached=min(ratio, by_processor) >= goal if goal else None,
        peak_mb=max(each["ours"].peak_mb for each in rounds),
    )
