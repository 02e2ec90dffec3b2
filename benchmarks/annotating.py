"""Annotating a large list: CSV to CSV, four rows of five known to the ledger, nobody asked.

The steps of `check` one by one, in one process: reading the list and its numbers, finding out what the ledger
knows, and writing the annotated file. Only the last is annotating; all of it is what a second run waits for.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from lists import counted_numbers, write_large_list
from processes import Measured, alone
from results import Row

from validator.batch.job import Job, knowledge_of, open_job, survey, write_output
from validator.ledger import Ledger
from validator.model import Number, Outcome, Reason, Verdict
from validator.settings import MaxAge

DEFAULT_ROWS = 1_000_000
KNOWN_SHARE = 0.8
GROUP = 100_000

# The goal is stated for ten million rows; smaller lists are held to their share of the time, and to all of
# the memory.
GOAL_ROWS = 10_000_000
GOAL_S = 30.0
GOAL_MB = 1_000.0


def prepare(folder: Path, rows: int) -> None:
    """Write the list, and a ledger that knows four numbers of five."""
    numbers = counted_numbers(rows)
    write_large_list(folder / "list.csv", numbers)
    known = numbers.sample(fraction=KNOWN_SHARE, seed=1).sort()
    now_ms = time.time_ns() // 1_000_000
    with Ledger.open(folder / "state" / "ledger.sqlite", holder="benchmark") as ledger:
        for group in known.to_frame().iter_slices(GROUP):
            for number in group.to_series():
                ledger.record(_outcome(number, now_ms))
            ledger.commit()


def _outcome(number: int, now_ms: int) -> Outcome:
    is_user = number % 5 > 1
    return Outcome(
        number=Number(number),
        verdict=Verdict.REGISTERED if is_user else Verdict.NOT_REGISTERED,
        reason=None if is_user else Reason.NOT_ON_WHATSAPP,
        whatsapp_id=f"{number}@s.whatsapp.net" if is_user else None,
        checked_at_ms=now_ms,
        session="sess_bench",
    )


def annotate(folder: Path) -> dict[str, float]:
    """Return the seconds that each step took."""
    job = Job(input=folder / "list.csv", output=folder / "list.checked.csv")
    now_ms = time.time_ns() // 1_000_000
    with Ledger.open(folder / "state" / "ledger.sqlite", holder="benchmark") as ledger:
        started_s = time.perf_counter()
        opened = open_job(job)
        surveyed = survey(opened, ledger, now_ms=now_ms, tell=_ignore)
        surveyed_s = time.perf_counter()
        knowledge = knowledge_of(surveyed.people, ledger, MaxAge(), now_ms)
        known_s = time.perf_counter()
        counts = write_output(opened, surveyed.people, knowledge, _ignore)
        written_s = time.perf_counter()
    if counts.verdicts[Verdict.UNKNOWN.value] != surveyed.people.height - len(knowledge.frame):
        raise RuntimeError(f"the annotated file is not what it should be: {counts}")
    return {
        "read and plan": surveyed_s - started_s,
        "look up": known_s - surveyed_s,
        "write": written_s - known_s,
    }


def _ignore(_: int) -> None:
    pass


def run(rows: int = DEFAULT_ROWS) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        alone(prepare, Path(name), rows)
        return _rows(rows, alone(annotate, Path(name)))


def _rows(rows: int, measured: Measured[dict[str, float]]) -> list[Row]:
    steps = measured.result
    annotating_s, whole_s = steps["look up"] + steps["write"], sum(steps.values())
    goal_s = GOAL_S * rows / GOAL_ROWS
    return [
        Row(
            what=f"annotating {rows:,} rows, CSV to CSV, {KNOWN_SHARE:.0%} known (look up and write)",
            measured=f"{annotating_s:.2f} s ({rows / annotating_s:,.0f} rows/s)",
            goal=f"<= {goal_s:g} s, <= {GOAL_MB / 1000:g} GB",
            reached=annotating_s <= goal_s and measured.peak_mb <= GOAL_MB,
            peak_mb=measured.peak_mb,
        ),
        Row(
            what="the same with reading, normalising and planning before it: a run with nobody to ask",
            measured=f"{whole_s:.2f} s ({', '.join(f'{step} {s:.2f}' for step, s in steps.items())})",
            peak_mb=measured.peak_mb,
        ),
    ]
