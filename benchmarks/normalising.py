"""Normalising a mixed list, against a plain loop over phonenumbers: the list and loop of `normalise.py`.

Rows a second are of processor time, which other work on the machine disturbs least. The loop and ours take
turns over the same cells, and each has the median of its rounds; what is done once a process, drawing the
charts, is timed once.
"""

from __future__ import annotations

from statistics import median

import phonenumbers
import polars as pl
from normalise import ROWS, compare, mixed_list, plain_loop, timed
from processes import alone
from results import Row

from validator.batch.recipients.recipients import READING_ROWS
from validator.model import Reason
from validator.phone import normalise

GOAL, LATER_GOAL = 25, 40
LONG_ROWS = 1_000_000
ROUNDS = 5


def measure() -> tuple[float, float, float, dict[str, int]]:
    """Return the rows a second of ours, first and then, and of the loop; and how plain answers compare."""
    phonenumbers.enable_pattern_cache()
    listed = mixed_list(ROWS)
    cells, regions = listed.get_column("cell"), listed.get_column("region")
    normalise(cells.head(1000), regions.head(1000))  # loads the metadata that both sides need
    answers, first = timed(lambda: normalise(cells, regions))
    listed_cells, listed_regions = cells.to_list(), regions.to_list()
    loop = plain_loop(listed_cells, listed_regions)
    rounds = [
        (
            timed(lambda: plain_loop(listed_cells, listed_regions))[1].cpu_s,
            timed(lambda: normalise(cells, regions))[1].cpu_s,
        )
        for _ in range(ROUNDS)
    ]
    loop_s, then_s = (median(each) for each in zip(*rounds, strict=True))
    # What the loop does not know: a link, whose digits it takes for a national number, a number that has lost
    # its plus, and a cell that two countries claim.
    is_link = cells.str.contains("wa.me", literal=True)
    plain = ~is_link & answers["reading"].is_null() & answers["reason"].ne_missing(Reason.AMBIGUOUS)
    agreement = compare(
        answers.get_column("number").filter(plain), pl.Series(loop, dtype=pl.UInt64).filter(plain)
    )
    return ROWS / first.cpu_s, ROWS / then_s, ROWS / loop_s, agreement


def measure_long() -> tuple[float, float]:
    """Return the rows a second of ours over a long list, charts drawn on the way, and of the loop.

    The loop takes as many cells a second of a part as of all.
    """
    phonenumbers.enable_pattern_cache()
    listed = mixed_list(LONG_ROWS)
    batches = [
        (batch.get_column("cell"), batch.get_column("region")) for batch in listed.iter_slices(READING_ROWS)
    ]
    cells, regions = (column.head(ROWS).to_list() for column in batches[0])
    before, took = _loop_s(cells, regions), timed(lambda: [normalise(*batch) for batch in batches])[1]
    after = [_loop_s(cells, regions) for _ in range(2)]
    return LONG_ROWS / took.cpu_s, ROWS / median([before, *after])


def _loop_s(cells: list[str], regions: list[str]) -> float:
    return timed(lambda: plain_loop(cells, regions))[1].cpu_s


def run() -> list[Row]:
    measured, measured_long = alone(measure), alone(measure_long)
    long, long_loop = measured_long.result
    first, then, loop, agreement = measured.result
    same = agreement.pop("same answer")
    differ = sum(agreement.values())
    return [
        _speed(
            f"normalising {ROWS:,} mixed cells, with reasons, all charts yet to be drawn",
            first,
            loop,
            measured.peak_mb,
        ),
        _speed(
            f"the same with the charts drawn, as further batches have them, median of {ROUNDS}",
            then,
            loop,
            measured.peak_mb,
        ),
        _speed(
            f"normalising {LONG_ROWS:,} mixed cells, read as long lists are, all charts yet to be drawn",
            long,
            long_loop,
            measured_long.peak_mb,
        ),
        Row(
            what="the first, without links and readings: answers that differ from the loop's",
            measured=f"{differ:,} rows",
            against=f"{same:,} the same",
            goal="0",
            reached=differ == 0,
        ),
    ]


def _speed(what: str, ours: float, loop: float, peak_mb: float) -> Row:
    """Return what was normalised at so many rows a second, beside the loop's."""
    return Row(
        what=what,
        measured=f"{ours:,.0f} rows a second of processor",
        against=f"a loop over phonenumbers, {loop:,.0f} rows",
        ratio=f"{ours / loop:.1f}",
        goal=f">= {GOAL} times, then {LATER_GOAL}",
        reached=ours / loop >= GOAL,
        peak_mb=peak_mb,
    )
