"""A list of fifty million rows on a Ray cluster: the time of each stage, and the memory of each process.

    .venv/bin/python benchmarks/cluster_at_size.py [--rows 50000000] [--parts 50] [--nodes 2]

It generates Parquet parts, and a ledger in PostgreSQL that has a fresh answer for every number, so that
`validator check --cluster` reads, plans and writes but asks nobody. Before that it runs `plan`. It takes
PostgreSQL, some 100 bytes of disk or memory a row, and half an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

import polars as pl
import psycopg

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.ledger.postgres_server import running_server  # noqa: E402 - from this repository
from validator.ledger import open_ledger  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validator.ledger_url import LedgerUrl

# Mobile numbers of GB, all valid: fifty million of them, of which a list as long has three in five.
FIRST = 447_400_000_000
SPACE = 50_000_000
LOOK_S = 0.5
NOWHERE = "http://127.0.0.1:9/v1"  # no number is left to ask about
MB = 1 << 20

FINDING = """
    INSERT INTO validator.findings (verdict, source, gateway, session, own_id, strength)
    VALUES ('registered', 'api', 'sendapi', 'sess_more_1', true, 'strong') RETURNING id
"""
NUMBERS = """
    INSERT INTO validator.numbers (number, checked_at_ms, finding, attempts)
    SELECT number, %s, %s, 1 FROM generate_series(%s::bigint, %s::bigint) AS number
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000_000)
    parser.add_argument("--parts", type=int, default=50)
    parser.add_argument("--nodes", type=int, default=2)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, running_server() as server:
        folder = Path(name)
        begun = time.monotonic()
        paths = write_parts(folder, chosen.rows, chosen.parts)
        size_mb = sum(path.stat().st_size for path in paths) / MB
        print(f"list       {chosen.rows:,} rows, {size_mb:,.0f} MB, in {time.monotonic() - begun:,.0f} s")
        begun = time.monotonic()
        ledger = server.url("postgres")
        fill(ledger, min(SPACE, chosen.rows))
        print(f"ledger     {min(SPACE, chosen.rows):,} numbers, in {time.monotonic() - begun:,.0f} s")
        with ray_nodes(chosen.nodes) as address:
            for command in ("plan", "check"):
                run(command, folder, paths, address, ledger)


def write_parts(folder: Path, rows: int, parts: int) -> list[Path]:
    paths = []
    for part in range(parts):
        place = pl.int_range(rows // parts, dtype=pl.UInt64, eager=True)
        frame = pl.DataFrame({"place": place, "number": place.hash(part) % min(SPACE, rows) + FIRST}).select(
            pl.format("row {}", "place").alias("name"), pl.format("+{}", "number").alias("phone")
        )
        paths.append(folder / f"part-{part:03}.parquet")
        frame.write_parquet(paths[-1])
    return paths


def fill(ledger: LedgerUrl, numbers: int) -> None:
    """Write an answer of today for each number, past the tool, which would take half a day."""
    with open_ledger(ledger, holder="benchmark"):
        pass
    with closing(psycopg.connect(ledger.reveal(), autocommit=True)) as connection:
        row = connection.execute(FINDING).fetchone()
        now_ms = int(time.time() * 1000)
        for first in range(FIRST, FIRST + numbers, 1_000_000):
            last = min(first + 1_000_000, FIRST + numbers) - 1
            connection.execute(NUMBERS, (now_ms, row and row[0], first, last))
        connection.execute("ANALYZE validator.numbers")


@contextmanager
def ray_nodes(count: int) -> Iterator[str]:
    """Start a cluster and yield its address."""
    program = ROOT / "tests" / "support" / "cluster" / "ray_nodes.py"
    command, pipe = [sys.executable, str(program), str(count)], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as nodes:
        yield json.loads(nodes.stdout.readline() if nodes.stdout else "")["address"]


def run(command: str, folder: Path, paths: list[Path], address: str, ledger: LedgerUrl) -> None:
    """Run a command; print how long each of its phases took, and the most memory that processes held."""
    words = ["-m", "validator", command, *map(str, paths), "--cluster", address, "--ledger", ledger.reveal()]
    if command == "check":
        words += [
            "--output-dir",
            str(folder / "out"),
            "--base-url",
            "http://127.0.0.1:9/v1",
            "--allow-new-host",
        ]
    environment = {
        **os.environ,
        "SENDAPI_API_KEY": "sk_test_benchmark",
        "SENDAPI_SESSION_ID": "sess_more_1",
        "XDG_STATE_HOME": str(folder / "state"),
    }
    begun, before = time.monotonic(), os.times()
    with (
        Memory() as memory,
        subprocess.Popen(
            [sys.executable, *words, "--progress", "lines"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        for line in process.stderr or ():
            print(f"{command:<10} {time.monotonic() - begun:8.1f} s  {line.rstrip()}")
    print(f"{command:<10} {time.monotonic() - begun:8.1f} s  ended with {process.returncode}")
    after = os.times()
    spent_s = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"{command:<10} {spent_s:8.1f} s of processor of the command itself, which no other node can do")
    for name, most in sorted(memory.most.items()):
        print(f"{command:<10} most memory of one process, {name:<32} {most / MB:8,.0f} MB")


class Memory:
    """Looks at the memory that is each process's own, by the kind of process, until its block ends."""

    def __init__(self) -> None:
        self.most: defaultdict[str, int] = defaultdict(int)
        self._end = Event()
        self._looking = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._end.wait(LOOK_S):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    words = (process / "cmdline").read_text().split("\0")
                    status = (process / "status").read_text()
                except OSError:  # it has ended
                    continue
                if kind := kind_of(words):
                    own = next((line for line in status.splitlines() if line.startswith("RssAnon")), "x 0")
                    self.most[kind] = max(self.most[kind], int(own.split()[1]) << 10)


def kind_of(words: list[str]) -> str:
    """Return what a process is, or nothing if it is none of the run's."""
    program = words[0]
    if program.startswith("ray::"):
        return "worker of Ray"
    if program.startswith("postgres"):
        return "PostgreSQL"
    if program.endswith(("raylet", "gcs_server")):
        return Path(program).name
    return "the command" if "validator" in words else ""


if __name__ == "__main__":
    main()
