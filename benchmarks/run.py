"""All benchmarks, as a table: `python benchmarks/run.py [--full] [--write] [NAME ...]`.

Each is a module of this folder with a function `run` that returns rows. `--write` puts the table, the machine
and the versions into README.md beside this file; `--full` checks and plans ten million rows in place of one.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import annotating
import calls_made
import fan_out
import limit_use
import normalising
import processor_time
import start_up
from results import Row, markdown, plain

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- results -->\n", "<!-- end of results -->\n"
PACKAGES = ("anyio", "httpx", "httpcore", "aiohttp", "polars", "phonenumbers", "trio", "uvicorn")
FULL_ROWS = 10_000_000

BENCHMARKS = {
    "limit_use": limit_use.run,
    "calls_made": calls_made.run,
    "processor_time": processor_time.run,
    "fan_out": fan_out.run,
    "normalising": normalising.run,
    "annotating": annotating.run,
    "start_up": start_up.run,
}


def main() -> None:
    options = _options()
    started_s = time.perf_counter()
    rows = [row for name in options.names or BENCHMARKS for row in _run(name, full=options.full)]
    took_s = time.perf_counter() - started_s
    text = f"{machine(took_s)}\n\n{markdown(rows)}\n"
    print(f"\n{text}")
    if options.write:
        README.write_text(with_results(README.read_text(encoding="utf-8"), text), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHMARKS)} (all)")
    parser.add_argument(
        "--full", action="store_true", help="check and plan ten million rows; takes half an hour"
    )
    parser.add_argument("--write", action="store_true", help="put the results into README.md")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark {unknown[0]!r}; there are: {', '.join(BENCHMARKS)}")
    if options.write and options.names:
        parser.error("--write takes a whole run, since the figures of one table are from one run")
    return options


def _run(name: str, *, full: bool) -> list[Row]:
    started_s = time.perf_counter()
    rows = annotating.run(FULL_ROWS) if full and name == "annotating" else BENCHMARKS[name]()
    print(f"{name} ({time.perf_counter() - started_s:.0f} s)", *map(plain, rows), sep="\n  ", flush=True)
    return rows


def machine(took_s: float) -> str:
    """Return what the figures were measured on, and when."""
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {took_s:.0f} s in all. {_processor()}, {os.cpu_count()} cores, "
        f"{_memory_gb():.0f} GB, {platform.system()} {platform.release()}. "
        f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}, {packages}."
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if not facts.exists():
        return platform.processor() or platform.machine()
    models = (
        line.partition(":")[2].strip() for line in facts.read_text().splitlines() if "model name" in line
    )
    return next(models, platform.machine())


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def with_results(page: str, text: str) -> str:
    """Return the page with what stands between its marks replaced."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{README} has no lines {BEGIN.strip()!r} and {END.strip()!r} to write between")
    return f"{before}{begin}\n{text}\n{end}{after}"


if __name__ == "__main__":
    main()
