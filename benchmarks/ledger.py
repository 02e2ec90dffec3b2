"""The ledger on this machine's disk: rows a second made durable, by size of group, and read back.

    python benchmarks/ledger.py [FOLDER] [--ten-million]

Groups of 1, 17, 140 and 500 outcomes at random numbers, each durable before the next; then a million rows,
read whole, looked up and compared in one pass, and what opening and counting them takes. A run needs 33 rows
a second at the largest plan.

With --ten-million it is about a ledger of ten million numbers instead, grown by ten runs whose people lie
between each other: what opening takes (2 s is the goal), which of a million people are still missing (5 s),
and the commands that look after a ledger.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from validator.batch.planning.reading_known import read_known
from validator.batch.transfer.exporting import COLUMNS, export
from validator.batch.transfer.importing import read_facts
from validator.ledger import Selection, open_ledger, read
from validator.model import Number, Outcome, Reason, Verdict
from validator.settings import MaxAge
from validator.tables import open_table, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGE = 1_000_000
MANY = 1_100_000
FIRST = 447_700_000_000
# So that look-ups miss as well: one number in seven of the range is known.
STEP = 7
RUNS = 10
NOW_MS = 1_763_000_000_000
GROUPS = {1: 1_000, 17: 17_000, 140: 42_000, 500: 50_000}


def is_registered(number: int) -> bool:
    return number % 5 > 0


def outcome(number: int) -> Outcome:
    yes = is_registered(number)
    return Outcome(
        number=Number(number),
        verdict=Verdict.REGISTERED if yes else Verdict.NOT_REGISTERED,
        reason=None if yes else Reason.NOT_ON_WHATSAPP,
        whatsapp_id=f"{number}@s.whatsapp.net" if yes else None,
        checked_at_ms=NOW_MS - number % 1_000_000,
        session="sess_01H8BKFXAMPLE0Z2T",
    )


def groups_of(size: int, outcomes: list[Outcome]) -> Iterator[list[Outcome]]:
    return (outcomes[start : start + size] for start in range(0, len(outcomes), size))


def write(path: Path, size: int, outcomes: list[Outcome]) -> float:
    with open_ledger(path, holder="benchmark") as ledger:
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
        ledger.stats(NOW_MS)


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
    timed("open for writing (checks the whole file)", LARGE, lambda: open_ledger(path, holder="-").close())
    timed("stats", LARGE, lambda: count(path))
    timed("known: all", LARGE, lambda: rows_read(path, None))
    # More than the ledger holds, so that one pass is chosen.
    anyone = random.sample(range(FIRST, FIRST + STEP * LARGE), MANY)
    timed("known: look up 10,000, most unknown", 10_000, lambda: rows_read(path, anyone[:10_000]))
    timed("known: look up 500,000, half unknown", LARGE // 2, lambda: rows_read(path, half_known(numbers)))
    timed("known: one pass, most unknown", MANY, lambda: rows_read(path, anyone))
    transfer(path, folder)


def half_known(numbers: list[int]) -> list[int]:
    return [number + random.randrange(2) for number in numbers[::2]]


def grow(path: Path) -> None:
    """Fill a ledger past its own writer, which would take minutes to be handed ten million outcomes."""
    write(path, 2, [outcome(FIRST - 1), outcome(FIRST - 5)])
    with closing(sqlite3.connect(path)) as connection:
        ids = dict(connection.execute("SELECT verdict = 'registered', id FROM findings"))
        for run in range(RUNS):
            numbers = range(FIRST + run * STEP, FIRST + RUNS * STEP * LARGE, RUNS * STEP)
            connection.executemany(
                "INSERT INTO numbers VALUES (?, ?, ?, 1, NULL, NULL, NULL, NULL)",
                ((one, ids[is_registered(one)], NOW_MS - one % 10**6) for one in numbers),
            )
            connection.commit()


def missing(path: Path, recipients: pl.Series) -> int:
    with read(path) as ledger:
        known = read_known(ledger, recipients, MaxAge(), NOW_MS)
    return int((~known.of(recipients)["fresh"].fill_null(value=False)).sum())


def transfer(path: Path, folder: Path) -> None:
    with read(path) as ledger, writing(folder / "facts.parquet", schema=COLUMNS, like=None) as writer:
        timed("export", LARGE, lambda: export(ledger, writer))
    start = time.perf_counter()
    table = open_table(folder / "facts.parquet")
    facts = read_facts(table, column="e164", region=None, now_ms=NOW_MS)
    with open_ledger(folder / "other.sqlite", holder="-") as other:
        other.merge(facts.outcomes())
    report("import into an empty ledger", LARGE, time.perf_counter() - start)


def bench_ten_million(folder: Path) -> None:
    path, rows = folder / "ten_million.sqlite", RUNS * LARGE
    timed("grown by ten runs", rows, lambda: grow(path))
    print(f"{'size':<44}{path.stat().st_size / rows:>10.1f} bytes a row")
    for _ in range(3):
        timed("open for writing (checks the whole file)", rows, lambda: open_ledger(path, holder="-").close())
    between = random.sample(range(FIRST, FIRST + RUNS * STEP * LARGE), LARGE)
    mixed = [
        number - (number - FIRST) % STEP if place % 5 else number for place, number in enumerate(between)
    ]
    recipients = pl.Series("number", mixed, dtype=pl.UInt64).unique().sort()
    for what, asked in (("most known", recipients), ("neighbours", recipients[: LARGE // 10])):
        timed(f"which of these are missing, {what}", len(asked), lambda asked=asked: missing(path, asked))
    timed("stats", rows, lambda: count(path))
    with read(path) as ledger:
        timed("doctor's look at every page", rows, ledger.require_sound)
    with open_ledger(path, holder="-") as ledger:
        timed("purge one number", rows, lambda: ledger.purge(Selection(numbers=[FIRST])))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--ten-million", action="store_true")
    options = parser.parse_args()
    print(f"SQLite {sqlite3.sqlite_version}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        if options.ten_million:
            bench_ten_million(Path(name))
        else:
            bench_writing(Path(name))
            bench_reading(Path(name))


if __name__ == "__main__":
    main()
