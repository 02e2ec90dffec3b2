"""Synthetic lists: numbers of no one in particular, valid to libphonenumber."""

from __future__ import annotations

import csv
import random
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SEED = 20_240_101
# North American area codes; 555-0100 to 555-0199 in each of them is kept for fiction.
AREAS = (
    201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 225,
    228, 229, 231, 234, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276,
    281, 301, 302, 303, 304, 305, 307, 308, 309, 310, 312, 313, 314, 315,
)  # fmt: skip
FICTIONAL = [int(f"1{area}55501{line:02d}") for area in AREAS for line in range(100)]

# From here on numbers are counted up, for lists that are larger than fiction: 1 NPA 200-0000 and on.
LINES = 8_000_000


def drawn_numbers(rows: int, *, duplicates: float, garbage: float) -> list[int | None]:
    """Return the number of each row, None for garbage, in exact shares and mixed order."""
    chance = random.Random(SEED)
    blank, repeated = round(rows * garbage), round(rows * duplicates)
    people = chance.sample(FICTIONAL, rows - blank - repeated)
    listed: list[int | None] = [*people, *chance.choices(people, k=repeated), *([None] * blank)]
    chance.shuffle(listed)
    return listed


def write_list(path: Path, numbers: Iterable[int | None]) -> None:
    """Write a CSV list: id, name, phone."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "phone"])
        writer.writerows(
            [row, f"Person {row}", "n/a" if number is None else f"+{number}"]
            for row, number in enumerate(numbers)
        )


def counted_numbers(rows: int) -> pl.Series:
    """Return so many distinct numbers (UInt64), one area code after the other taking turns."""
    places = pl.int_range(rows, dtype=pl.UInt64, eager=True)
    areas = pl.Series(AREAS, dtype=pl.UInt64)[places % len(AREAS)]
    if rows > LINES * len(AREAS):
        raise ValueError(f"there are {LINES * len(AREAS):,} numbers to count, and not {rows:,}")
    return areas * 10_000_000 + 10_000_000_000 + 2_000_000 + places // len(AREAS) * 7 % LINES


def write_large_list(path: Path, numbers: pl.Series) -> None:
    """Write a CSV list of some 60 bytes a row, its numbers in a mixed order."""
    mixed = numbers.sample(fraction=1.0, shuffle=True, seed=SEED)
    rows = pl.int_range(len(mixed), eager=True)
    pl.DataFrame(
        {
            "id": rows,
            "name": "Person " + rows.cast(pl.String),
            "phone": "+" + mixed.cast(pl.String),
            "city": pl.Series(["Springfield", "Shelbyville", "Ogdenville"])[rows % 3],
        }
    ).write_csv(path)
