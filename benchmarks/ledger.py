"""The ledger on this machine's disk: rows a second made durable, by size of group, and read back.

    python benchmarks/ledger.py [FOLDER]

Groups of 1, 50 and 1,000 outcomes at random numbers, each group durable before the next; then a million rows,
read whole, looked up and compared in one pass, and what opening and counting them takes. A run needs 33 rows
a second at the largest plan.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from validator.ledger import Ledger, read
from validator.model import Number, Outcome, Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGE = 1_000_000
MANY = 1_100_000
FIRST = 447_700_000_000
# So that look-ups miss as well: one number in seven of the range is known.
STEP = 7
GROUPS = {1: 1_000, 50: 40_000, 1_000: 50_000}


def outcome(number: int) -> Outcome:
    yes = number % 5 > 0
    return Outcome(
        number=Number(number),
        verdict=Verdict.REGISTERED if yes else Verdict.NOT_REGISTERED,
        reason=None if yes else Reason.NOT_ON_WHATSAPP,
        whatsapp_id=f"{number}@s.whatsapp.net" if yes else None,
        checked_at_ms=1_760_000_000_000 + number % 1_000_000,
        session="sess_01H8BKFXAMPLE0Z2T",
    )


def groups_of(size: int, outcomes: list[Outcome]) -> Iterator[list[Outcome]]:
    return (outcomes[start : start + size] for start in range(0, len(outcomes), size))


def write(path: Path, size: int, outcomes: list[Outcome]) -> float:
    with Ledger.open(path, holder="benchmark") as ledger:
        start = time.perf_counter()
        for group in groups_of(size, outcomes):
            for one in group:
                ledger.record(one)
            ledger.commit()
        return time.perf_counter() - start


def rows_read(path: Path, numbers: list[int] | None) -> int:
    with read(path) as ledger:
        return sum(len(rows) for rows in ledger.known(numbers))


def count(path: Path) -> None:
    with read(path) as ledger:
        ledger.stats(1_763_000_000_000)


def report(what: str, rows: int, seconds: float) -> None:
    print(f"{what:<44}{rows:>10,} rows {seconds:>8.3f} s {rows / seconds:>12,.0f} rows/s")


def timed(what: str, rows: int, work: Callable[[], object]) -> None:
    start = time.perf_counter()
    work()
    report(what, rows, time.perf_counter() - start)


def bench_writing(folder: Path) -> None:
    for size, count in GROUPS.items():
        outcomes = [outcome(random.randrange(FIRST, FIRST + 10**9)) for _ in range(count)]
        report(f"groups of {size:,}, random numbers", count, write(folder / f"{size}.sqlite", size, outcomes))


def bench_reading(folder: Path) -> None:
    path = folder / "large.sqlite"
    numbers = [FIRST + STEP * place for place in range(LARGE)]
    report("groups of 20,000, ascending", LARGE, write(path, 20_000, [outcome(number) for number in numbers]))
    print(f"{'size':<44}{path.stat().st_size / LARGE:>10.1f} bytes a row")
    timed("open for writing (checks the whole file)", LARGE, lambda: Ledger.open(path, holder="-").close())
    timed("stats", LARGE, lambda: count(path))
    timed("known: all", LARGE, lambda: rows_read(path, None))
    # More than the ledger holds, so that one pass is chosen.
    anyone = random.sample(range(FIRST, FIRST + STEP * LARGE), MANY)
    timed("known: look up 10,000, most unknown", 10_000, lambda: rows_read(path, anyone[:10_000]))
    timed("known: look up 500,000, half unknown", LARGE // 2, lambda: rows_read(path, half_known(numbers)))
    timed("known: one pass, most unknown", MANY, lambda: rows_read(path, anyone))


def half_known(numbers: list[int]) -> list[int]:
    return [number + random.randrange(2) for number in numbers[::2]]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    print(f"SQLite {sqlite3.sqlite_version}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory(dir=folder) as name:
        bench_writing(Path(name))
        bench_reading(Path(name))


if __name__ == "__main__":
    main()
