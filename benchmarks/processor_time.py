"""What a run costs beside its calls: processor time of `validator check` at 2,000 checks a minute.

A minute of real time, in the largest plan, against the sandbox in another process. Starting (importing polars
and httpx, reading the list) is paid once however long a run is, so it is measured by the same command again,
which has nothing left to ask, and taken off. A bare aiohttp loop at that pace stands beside it, for as long:
code that runs every 30 ms is cold, and several times dearer than in a fan-out. The last row is a fan-out over
many keys, each at that pace.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import asking as fan_out
import bare_loops
from answering import answering
from lists import drawn_numbers, write_list
from processes import CLIENT_CORE, Measured, alone, command, sandbox
from results import Row

PER_MIN = 2_000
LATENCY_MS = 150
GOAL = 0.04
KEYS, KEYS_S, KEYS_GOAL = 33, 15.0, 0.25


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as name, sandbox(*_enterprise()) as served:
        folder = Path(name)
        write_list(folder / "list.csv", drawn_numbers(PER_MIN, duplicates=0.0, garbage=0.0))
        asking, again = (_check(folder, served.url) for _ in range(2))
        log = served.log()
    with answering(LATENCY_MS) as url:
        bare = alone(bare_loops.paced, url, PER_MIN, PER_MIN, core=CLIENT_CORE).result
        many = alone(fan_out.seconds_paced, url, KEYS, PER_MIN, KEYS_S, core=CLIENT_CORE).result
    wall_s, cpu_s = asking.wall_s - again.wall_s, asking.cpu_s - again.cpu_s
    return [
        Row(
            what=f"processor time of `check` at {PER_MIN:,} a minute, start-up taken off",
            measured=f"{cpu_s / PER_MIN * 1000:.2f} ms a check, {cpu_s:.2f} s in {wall_s:.1f} s",
            against=f"one core ({log['checks'] / wall_s * 60:,.0f} a minute, {log['refusals']} refusals)",
            ratio=f"{cpu_s / wall_s:.1%}",
            goal=f"<= {GOAL:.0%}",
            reached=cpu_s / wall_s <= GOAL,
            peak_mb=asking.peak_mb,
        ),
        Row(
            what=f"the same of a bare aiohttp loop at {PER_MIN:,} a minute, which keeps nothing",
            measured=f"{bare[1] / PER_MIN * 1000:.2f} ms a request, {bare[1]:.2f} s in {bare[0]:.1f} s",
            against="one core",
            ratio=f"{bare[1] / bare[0]:.1%}",
        ),
        _many_keys(*many),
    ]


def _many_keys(wall_s: float, cpu_s: float, checks: int) -> Row:
    pace = checks / wall_s * 60
    return Row(
        what=f"processor time of a fan-out over {KEYS} keys, each at {PER_MIN:,} a minute",
        measured=f"{cpu_s / checks * 1e6:.0f} us a check, {pace:,.0f} a minute",
        against=f"one core, and {KEYS * PER_MIN:,} a minute",
        ratio=f"{cpu_s / wall_s:.1%}",
        goal=f"<= {KEYS_GOAL:.0%}",
        reached=cpu_s / wall_s <= KEYS_GOAL and pace >= 0.95 * KEYS * PER_MIN,
    )


def _enterprise() -> tuple[str, ...]:
    return ("--plan", "enterprise", "--latency-ms", str(LATENCY_MS), "--latency-jitter-ms", "100")


def _check(folder: Path, url: str) -> Measured[int]:
    options = ("--base-url", url, "--quiet")
    measured = alone(command, folder / "state", "check", str(folder / "list.csv"), *options, core=CLIENT_CORE)
    if measured.result != 0:
        raise RuntimeError(f"check ended with exit code {measured.result}")
    return measured
