"""The ledger in PostgreSQL: bytes a number, and rows a second made durable and read back.

    python benchmarks/postgres_ledger.py postgresql:///DATABASE [--numbers 1000000]

The database should be empty: it is filled. Beside the time of a group stands how many commits of one counter
it takes on that server, which is the least that it can.
"""

from __future__ import annotations

import argparse
import random
import time
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING

import psycopg

from validator.ledger import open_ledger
from validator.ledger_url import LedgerUrl
from validator.model import Number, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = 447_700_000_000
GROUP = 100
GROUPS = 200
NOW_MS = 1_763_000_000_000


def outcome(number: int) -> Outcome:
    return Outcome(
        number=Number(number),
        verdict=Verdict.REGISTERED,
        whatsapp_id=f"{number}@s.whatsapp.net",
        checked_at_ms=NOW_MS,
        gateway="sendapi",
        session="sess_a",
    )


def parts(numbers: range) -> Iterator[list[Outcome]]:
    rest = iter(numbers)
    while part := list(map(outcome, islice(rest, 10_000))):
        yield part


def bare_commit_s(url: LedgerUrl) -> float:
    with closing(psycopg.connect(url.reveal(), autocommit=True)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS public.bare_commit AS SELECT 0 AS n")
        begun = time.perf_counter()
        for _ in range(GROUPS):
            connection.execute("UPDATE public.bare_commit SET n = n + 1")
        return (time.perf_counter() - begun) / GROUPS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", type=LedgerUrl)
    parser.add_argument("--numbers", type=int, default=1_000_000)
    chosen = parser.parse_args()
    with open_ledger(chosen.url, holder="benchmark") as ledger:
        everything = range(FIRST, FIRST + 7 * chosen.numbers, 7)
        begun = time.perf_counter()
        ledger.merge(parts(everything))
        print(f"import     {chosen.numbers / (time.perf_counter() - begun):10,.0f} rows a second")

        stats = ledger.stats(NOW_MS)
        print(f"size       {stats.size_bytes / stats.numbers:10.1f} bytes a number")

        chance = random.Random(1)
        begun = time.perf_counter()
        for _ in range(GROUPS):
            for number in chance.sample(everything, GROUP):
                ledger.record(outcome(number))
            ledger.commit()
        group_s = (time.perf_counter() - begun) / GROUPS
        bare_s = bare_commit_s(chosen.url)
        print(f"group      {1000 * group_s:10.1f} ms for {GROUP}, {group_s / bare_s:.1f} bare commits")

        begun = time.perf_counter()
        seen = sum(chunk.numbers.count("\n") + 1 for chunk in ledger.columns_between(0, 10**15))
        print(f"scan       {seen / (time.perf_counter() - begun):10,.0f} rows a second")


if __name__ == "__main__":
    main()
