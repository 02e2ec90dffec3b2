"""Whole lists of random numbers of every region, in every spelling: how many are read as another number.

    python benchmarks/readings.py [NUMBERS] [--seed N] [--worst N]

Of every region of libphonenumber so many random valid mobile numbers, as lists written one way: pure, with
30 % landlines written the same way, and with 20 % foreign mobile numbers with a plus sign. A wrong number is
one that was not meant, answered as if it were. Prints by spelling the wrong numbers, the shares that are
`ambiguous` and refused, then the regions with the largest shares. Ends with 1 if any number is wrong.
"""

from __future__ import annotations

import argparse
import random
import sys

import polars as pl

from tests.support.phone.generated_lists import MIXTURES, SPELLINGS, Somebody, lists
from validator.phone import normalise

NUMBERS = 2000
WORST = 12
SEED = 20_261_129


def measure(numbers: int, seed: int) -> pl.DataFrame:
    """Return one row a list: `spelling`, `mixture`, `region`, and the cells by what came of them."""
    somebody = Somebody(random.Random(seed))
    found = []
    for spelling in SPELLINGS:
        for mixture in MIXTURES:
            listed = lists(somebody, spelling, mixture, numbers)
            read = normalise(listed["cell"], listed["region"])
            found.append(_counts(listed.hstack(read.select("number", "reason")), spelling, mixture))
        print(f"{spelling} read", file=sys.stderr, flush=True)
    return pl.concat(found)


def _counts(read: pl.DataFrame, spelling: str, mixture: str) -> pl.DataFrame:
    number, reason = pl.col("number"), pl.col("reason")
    return read.group_by("region", maintain_order=True).agg(
        spelling=pl.lit(spelling),
        mixture=pl.lit(mixture),
        cells=pl.len(),
        wrong=(number != pl.col("meant")).sum(),
        ambiguous=(reason == "ambiguous").sum(),
        refused=(number.is_null() & (reason != "ambiguous")).sum(),
        example=pl.col("cell").filter(number != pl.col("meant")).first(),
    )


def report(counts: pl.DataFrame, worst: int) -> None:
    """Print the table by spelling and mixture, and the regions where most is wrong, ambiguous, or refused."""
    counted = ("cells", "wrong", "ambiguous", "refused")
    totals = counts.group_by("spelling", "mixture", maintain_order=True).agg(pl.col(*counted).sum())
    for row in totals.iter_rows(named=True):
        shares = (f"{row[name] / row['cells']:8.3%} {name}" for name in counted[2:])
        print(f"{row['spelling']:<18}{row['mixture']:<12}{row['wrong']:>7,} wrong", *shares)
    for name in counted[1:]:
        for row in (
            counts.filter(pl.col(name) > 0).sort(name, descending=True).head(worst).iter_rows(named=True)
        ):
            where = f"{row['region']} {row['spelling']} {row['mixture']}"
            print(f"most {name}: {where:<36}{row[name] / row['cells']:8.2%}  {row['example'] or ''}")
    print(f"{counts['wrong'].sum():,} wrong numbers in {counts['cells'].sum():,} cells")


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("numbers", nargs="?", type=int, default=NUMBERS)
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--worst", type=int, default=WORST)
    chosen = options.parse_args()
    counts = measure(chosen.numbers, chosen.seed)
    report(counts, chosen.worst)
    return 1 if counts["wrong"].sum() else 0


if __name__ == "__main__":
    sys.exit(main())
