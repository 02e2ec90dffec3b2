"""Normalising a mixed list, against a plain loop over phonenumbers: the list and loop of `normalise.py`."""

from __future__ import annotations

import phonenumbers
import polars as pl
from normalise import ROWS, compare, mixed_list, plain_loop, timed
from processes import alone
from results import Row

from validator.phone import normalise

GOAL = 40.0


def measure() -> tuple[float, float, dict[str, int]]:
    """Return the rows a second of ours and of the loop, and how their answers compare, links left out."""
    phonenumbers.enable_pattern_cache()
    listed = mixed_list(ROWS)
    cells, regions = listed.get_column("cell"), listed.get_column("region")
    normalise(cells.head(1000), regions.head(1000))  # loads the metadata that both sides need
    loop, loop_s = timed(lambda: plain_loop(cells.to_list(), regions.to_list()))
    answers, ours_s = timed(lambda: normalise(cells, regions))
    # The loop takes the digits of a link for a national number where a region allows it; reading links is a
    # recovery, which it does not know.
    plain = ~cells.str.contains("wa.me", literal=True)
    agreement = compare(
        answers.get_column("number").filter(plain), pl.Series(loop, dtype=pl.UInt64).filter(plain)
    )
    return ROWS / ours_s, ROWS / loop_s, agreement


def run() -> list[Row]:
    measured = alone(measure)
    ours, loop, agreement = measured.result
    recovered = agreement["number by a recovery only"]
    differ = agreement["both a number, not the same"] + agreement["number by the loop only"]
    return [
        Row(
            what=f"normalising {ROWS:,} mixed cells, with reasons",
            measured=f"{ours:,.0f} rows/s",
            against=f"a loop over phonenumbers, {loop:,.0f} rows/s",
            ratio=f"{ours / loop:.1f}",
            goal=f">= {GOAL:.0f} times",
            reached=ours / loop >= GOAL,
            peak_mb=measured.peak_mb,
        ),
        Row(
            what="the same, links left out: answers that differ from the loop's where it finds a number",
            measured=f"{differ:,} rows",
            against=f"{agreement['same answer']:,} the same, {recovered:,} found by a recovery only",
            goal="0",
            reached=differ == 0,
        ),
    ]
