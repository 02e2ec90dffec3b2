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

# Mobile numbers of many countries: what they begin with, and how many digits are counted up behind that.
RANGES = (
    (1_201_2, 6), (1_212_3, 6), (1_305_4, 6), (1_415_5, 6), (1_647_6, 6), (44_7400, 6), (44_7912, 6),
    (49_1512, 7), (49_1761, 7), (33_61, 7), (33_75, 7), (34_612, 6), (39_3123, 6), (31_612, 6), (48_512, 6),
    (55_11_961, 6), (55_21_992, 6), (52_222_1, 6), (54_9_11_2, 7), (57_3211, 6), (56_9_61, 6), (51_912, 6),
    (91_9123, 6), (91_8123, 6), (62_8123, 6), (63_905_1, 6), (92_301_2, 6), (880_1812, 6), (234_803_1, 6),
    (27_711, 6), (254_712, 6), (20_1001, 6), (212_650, 6), (90_501_2, 6), (971_50_1, 6), (966_51, 7),
    (61_412, 6), (64_211, 6), (81_901, 7), (82_102, 7), (66_812, 6), (84_912, 6), (60_12_3, 6), (380_501, 6),
)  # fmt: skip


def drawn_numbers(rows: int, *, duplicates: float, garbage: float) -> list[int | None]:
    """Return the number of each row, None for garbage, in exact shares and mixed order."""
    chance = random.Random(SEED)
    blank, repeated = round(rows * garbage), round(rows * duplicates)
    recipients = chance.sample(FICTIONAL, rows - blank - repeated)
    listed: list[int | None] = [*recipients, *chance.choices(recipients, k=repeated), *([None] * blank)]
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
    """Return so many distinct numbers (UInt64), one range after the other taking turns."""
    counts = [max(0, -(-(rows - place) // len(RANGES))) for place in range(len(RANGES))]
    if any(count > 10**digits for count, (_, digits) in zip(counts, RANGES, strict=True)):
        raise ValueError(f"there are not {rows:,} numbers to count")
    return pl.concat(
        start * 10**digits + pl.int_range(count, dtype=pl.UInt64, eager=True)
        for count, (start, digits) in zip(counts, RANGES, strict=True)
    )


def large_list(rows: int) -> tuple[pl.DataFrame, pl.Series]:
    """Return a list of some 110 bytes a row as CSV, and its numbers, ascending.

    Of twenty rows sixteen have a number of their own, three repeat one of these, and one has none. One number
    in five is written with spaces.
    """
    numbers = counted_numbers(rows * 16 // 20)
    repeated = numbers.sample(rows * 3 // 20, seed=SEED)
    listed = pl.concat(
        [numbers, repeated, pl.Series([None] * (rows - len(numbers) - len(repeated)), dtype=pl.UInt64)]
    )
    mixed = listed.sample(fraction=1.0, shuffle=True, seed=SEED).cast(pl.String)
    return _dressed(pl.DataFrame({"id": pl.int_range(rows, eager=True), "number": mixed})), numbers.sort()


def new_list(rows: int) -> pl.DataFrame:
    """Return a list as large for each row, in which every number is another."""
    numbers = counted_numbers(rows).sample(fraction=1.0, shuffle=True, seed=SEED).cast(pl.String)
    return _dressed(pl.DataFrame({"id": pl.int_range(rows, eager=True), "number": numbers}))


def _dressed(rows: pl.DataFrame) -> pl.DataFrame:
    place, number = pl.col("id"), pl.col("number")
    spaced = pl.format("+{} {} {}", number.str.head(-8), number.str.slice(-8, 4), number.str.tail(4))
    return rows.select(
        "id",
        pl.format("Person {}", place).alias("name"),
        pl.when(place % 5 == 0).then(spaced).otherwise("+" + number).fill_null("n/a").alias("phone"),
        pl.format("person.{}@customers.example.com", place).alias("email"),
        pl.Series(["Springfield, IL", "Shelbyville", "Ogdenville"]).gather(rows["id"] % 3).alias("city"),
        (pl.date(2024, 1, 1) + pl.duration(days=place % 365)).alias("joined"),
        pl.when(place % 2 == 0).then(pl.lit("newsletter, offers")).alias("consent"),
    )
