"""Every answer of the bulk path of `validator.phone` against that of reading the cells one by one.

    python benchmarks/normalise_differential.py [GENERATED [FUZZED]] [--seed N] [--processes N]

Cells of every region, kind of number and format, decorated and broken in every way a list knows, then
characters in no order (`tests/support/phone/generated_cells.py`); with both ways to accept numbers in turn.
Prints each cell that differs, how many the bulk path decided, and the time both took; ends with 1 if any
differs. Five million generated and one million fuzzed cells take some six minutes on two cores.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import polars as pl

from tests.support.phone.generated_cells import Cells
from validator.phone import Accept, answers
from validator.phone.bulk.decide import decide
from validator.phone.bulk.first_look import first_look
from validator.phone.bulk.range_cache import RangeIndex
from validator.phone.codes import REGION
from validator.phone.normalise import read_each

GENERATED = 1_000_000
FUZZED = 200_000
BATCH_CELLS = 50_000
SHOWN_DIFFERENCES = 20


@dataclass(frozen=True, slots=True)
class Task:
    """A batch of cells: which, how many, and which numbers count."""

    kind: str
    seed: int
    cells: int
    accept: Accept


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: cells decided in bulk, those that differ, and the time of either way."""

    task: Task
    decided: int
    differences: list[tuple[object, ...]]
    bulk_s: float
    each_s: float


# One a process, with a chart for every calling code, so that nothing is left open for want of one.
ATLAS = RangeIndex(worth_cells=1)


def compare(task: Task) -> Result:
    rows = getattr(Cells(task.seed), task.kind)(task.cells)
    cells = pl.DataFrame(list(rows), {"text": pl.String, "region": REGION}, orient="row").with_columns(
        pl.col("text").str.strip_chars()
    )
    started_s = time.perf_counter()
    found = decide(cells, first_look(cells), task.accept, ATLAS).select("answer", "number")
    bulk_s = time.perf_counter() - started_s
    decided = cells.hstack(found).filter(pl.col("answer") != answers.UNDECIDED)
    started_s = time.perf_counter()
    expected = read_each(decided.select("text", "region"), task.accept)
    each_s = time.perf_counter() - started_s
    return Result(task, decided.height, differences(decided, expected), bulk_s, each_s)


def differences(decided: pl.DataFrame, expected: pl.DataFrame) -> list[tuple[object, ...]]:
    """Return text, region, and both answers in words, of the cells where they are not the same."""
    both = decided.hstack(expected.select(expected_answer="answer", expected_number="number"))
    line = pl.col("answer") >= answers.FIRST_LINE
    differs = (pl.col("answer") != pl.col("expected_answer")) | (
        line & (pl.col("number") != pl.col("expected_number"))
    )
    words = answers.in_words()
    return [
        (text, region, words.row(answer), number, words.row(other), other_number)
        for text, region, answer, number, other, other_number in both.filter(differs).iter_rows()
    ]


def tasks(generated: int, fuzzed: int, seed: int) -> list[Task]:
    accepts = list(Accept)
    return [
        Task(kind, seed + number, min(BATCH_CELLS, total - start), accepts[number % len(accepts)])
        for kind, total in (("generated", generated), ("fuzzed", fuzzed))
        for number, start in enumerate(range(0, total, BATCH_CELLS))
    ]


def report(result: Result) -> None:
    for difference in result.differences[:SHOWN_DIFFERENCES]:
        print(f"{result.task.kind} {result.task.accept} {difference}", flush=True)


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("generated", nargs="?", type=int, default=GENERATED)
    options.add_argument("fuzzed", nargs="?", type=int, default=FUZZED)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--processes", type=int, default=os.cpu_count())
    chosen = options.parse_args()
    cells, decided, different, seconds = Counter(), Counter(), Counter(), Counter()
    with ProcessPoolExecutor(chosen.processes, get_context("spawn")) as pool:
        for result in pool.map(compare, tasks(chosen.generated, chosen.fuzzed, chosen.seed)):
            report(result)
            cells[result.task.kind] += result.task.cells
            decided[result.task.kind] += result.decided
            different[result.task.kind] += len(result.differences)
            seconds.update(bulk=result.bulk_s, each=result.each_s)
    for kind, total in cells.items():
        share = decided[kind] / total
        print(f"{kind:<10}{total:>10,} cells, {share:.1%} decided in bulk, {different[kind]:,} differences")
    print(f"in bulk {seconds['bulk']:.0f} s, one by one {seconds['each']:.0f} s of one process")
    return 1 if different.total() else 0


if __name__ == "__main__":
    sys.exit(main())
