"""An hour of `validator check` at 2,000 numbers a minute: does anything grow that should not?

A real process against the sandbox in another one, looked at from outside once a minute, in /proc. Not part of
`run.py`, since it takes its time for real: `make soak`, or `python benchmarks/soak.py --minutes 10`. With
`--virtual` it is a day on virtual time, in one process: 2.9 million numbers, which take most of an hour.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from lists import counted_numbers, write_list
from processes import environment, sandbox

from tests.support.batch.laboratory import Laboratory
from tests.support.batch.long_run import ask_for_hours, resident_mb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PER_MIN = 2_000
LATENCY_MS, JITTER_MS = 150, 100

# The first minutes fill pools, caches and the page cache of the ledger; what comes after them is the run.
WARM_UP_H = 1 / 12
# A byte that stays of every check would be 0.1 MB an hour at full speed; one small object, 6 MB and more.
MOST_MB_AN_HOUR = 4.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What a process holds at one moment: resident memory in MB (10^6 bytes), descriptors, threads."""

    hour: float
    rss_mb: float
    descriptors: int
    threads: int
    cpu_s: float

    @classmethod
    def take(cls, pid: int, hour: float) -> Sample:
        """Look at a process of ours."""
        folder = Path(f"/proc/{pid}")
        # Of proc_pid_stat(5) the fields after the second, which ends with a parenthesis.
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        return cls(
            hour=round(hour, 4),
            rss_mb=resident_mb(pid),
            descriptors=len(list((folder / "fd").iterdir())),
            threads=int(fields[17]),
            cpu_s=sum(map(int, fields[11:13])) / 100,
        )


@click.command()
@click.option(
    "--minutes", type=click.IntRange(min=10), default=60, show_default=True, help="How long to ask."
)
@click.option("--samples", type=click.Path(path_type=Path), help="File for one line of JSON a look.")
@click.option("--virtual", is_flag=True, help="A day on virtual time instead.")
def main(*, minutes: int, samples: Path | None, virtual: bool) -> None:
    """Ask for so many MINUTES, and say what grew; the exit code is 1 where that is more than it should be."""
    with tempfile.TemporaryDirectory() as name:
        tell = _teller(samples)
        faults = virtual_day(Path(name), tell) if virtual else real_hour(Path(name), minutes, tell)
    print("\n".join(faults) or "flat, and every number was asked about once")
    sys.exit(bool(faults))


def virtual_day(folder: Path, tell: Callable[[Any], None]) -> list[str]:
    """Ask for a day of virtual time; return what was not as it should be, one sentence each."""
    lab = Laboratory.build(folder, latency_ms=LATENCY_MS, latency_jitter_ms=JITTER_MS)
    ran, held = ask_for_hours(lab, PER_MIN, hours=24)
    for look in held:
        tell(look)
    print(f"{ran.counters.asked:,} numbers in {ran.duration_s / 3600:.1f} hours")
    early = [] if ran.ending is None else [f"the run ended early: {ran.ending}"]
    return [*early, *growth(held, ("descriptors", "tasks"))]


def real_hour(folder: Path, minutes: int, tell: Callable[[Any], None]) -> list[str]:
    """Ask for so many minutes; return what was not as it should be, one sentence each."""
    numbers = counted_numbers(minutes * PER_MIN)
    write_list(folder / "list.csv", numbers)
    with sandbox("--plan", "enterprise", *_latency()) as served:
        with _check(folder, served.url) as process:
            taken = list(_watch(process, tell))
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        log = served.log()
    print(f"by its own account: {summary['calls']}")
    return [*growth(taken, ("descriptors", "threads")), *misasked(log, numbers.to_list())]


def _latency() -> tuple[str, ...]:
    return ("--latency-ms", str(LATENCY_MS), "--latency-jitter-ms", str(JITTER_MS))


@contextmanager
def _check(folder: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    words = ("list.csv", "--base-url", url, "--summary", "summary.json", "--quiet")
    command = [sys.executable, "-m", "validator", "check", *words]
    with subprocess.Popen(command, cwd=folder, env=environment(folder / "state")) as process:
        yield process
    if process.returncode != 0:
        raise RuntimeError(f"check ended with exit code {process.returncode}")


def _watch(process: subprocess.Popen[bytes], tell: Callable[[Any], None]) -> Iterator[Sample]:
    begun_s = time.monotonic()
    while True:
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            sample = Sample.take(process.pid, (time.monotonic() - begun_s) / 3600)
            tell(sample)
            yield sample
        else:
            return


def _teller(path: Path | None) -> Callable[[Any], None]:
    def tell(look: Any) -> None:
        line = json.dumps(asdict(look))
        print(line, flush=True)
        if path:
            with path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    return tell


def growth(taken: Sequence[Any], counted: Sequence[str]) -> list[str]:
    """Return what grew over the run once it was warm, one sentence each: memory, and what is counted."""
    warm = [look for look in taken if look.hour > WARM_UP_H]
    slope, _ = statistics.linear_regression([look.hour for look in warm], [look.rss_mb for look in warm])
    print(f"memory: {warm[0].rss_mb:.1f} to {warm[-1].rss_mb:.1f} MB, a slope of {slope:+.2f} MB an hour")
    faults = []
    if slope > MOST_MB_AN_HOUR:
        faults.append(f"memory grows by {slope:.2f} MB an hour, and {MOST_MB_AN_HOUR} are allowed")
    half = len(warm) // 2
    for what in counted:
        seen = [getattr(look, what) for look in warm]
        print(f"{what}: {min(seen)} to {max(seen)}")
        # Connections and requests come and go with the pace. What leaks ends above all that came before.
        if min(seen[half:]) > max(seen[:half]):
            faults.append(f"{what} grow: {seen}")
    return faults


def misasked(log: dict[str, Any], listed: Sequence[int]) -> list[str]:
    """Return what was refused, or not asked about exactly once; one sentence each."""
    print(f"{log['checks']:,} checks, {log['refusals']} refused")
    faults = [f"{log['refusals']} requests were refused"] if log["refusals"] else []
    if others := [number for number in listed if log["numbers"].get(f"+{number}") != 1]:
        faults.append(f"{len(others):,} of {len(listed):,} numbers were not asked about exactly once")
    return faults


if __name__ == "__main__":
    main()
