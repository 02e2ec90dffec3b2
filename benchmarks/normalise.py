"""Normalising lists: `validator.phone.normalise` against a plain loop over phonenumbers, in one run.

Three lists of 200,000 rows, with their regions beside them, each measured in a process of its own:

- mixed: 60 regions, as E.164, bare digits, national and international forms, WhatsApp ids and links; 7 %
  garbage of few kinds; one row in five repeats an earlier one.
- dirty: the same, but half of it garbage, most of it different: names, addresses, dates, prices, what
  spreadsheets made of numbers, digits too few and too many, two numbers in a cell.
- one region: the numbers of one country in the same forms, without garbage.

The loop is what anybody would write: parse, ask for validity, format, with the pattern cache on. It reads
every row, and knows none of the recoveries, so the two are compared where both find a number, and the rest is
counted. The first time is that of a run of one batch, with no chart drawn yet; then the best of some more, as
every further batch takes.
"""

from __future__ import annotations

import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import phonenumbers
import polars as pl
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from validator.phone import normalise

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")

ROWS = 200_000
REGION_COUNT = 60
GARBAGE_SHARE = 0.07
REPEATED_SHARE = 0.2  # rows that repeat an earlier row, as lists merged from several sources have
SEED = 20_240_101
GARBAGE = (
    "", "n/a", "-", "unknown", "12345", "4.47701E+11", "447400123456.0", "07400 123456 / 07400 123457",
    "+999 123456", "info@example.com", "0000000000", "2024-01-31", "+44 7400", "123456789012345678",
)  # fmt: skip
WRITE: tuple[tuple[float, Callable[[phonenumbers.PhoneNumber], str]], ...] = (
    (0.3, lambda number: phonenumbers.format_number(number, PhoneNumberFormat.E164)),
    (0.2, lambda number: phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:]),
    (0.3, lambda number: phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)),
    (0.15, lambda number: phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)),
    (0.03, lambda number: f"{phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:]}@s.whatsapp.net"),
    (0.02, lambda number: f"https://wa.me/{phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:]}"),
)
NAMES = ("Ana Lima", "John Smith", "Chidi Okoro", "Mei Chen", "Lars Berg", "Zoë Ruiz")
FURTHER_RUNS = 4


def mixed_list(rows: int, seed: int = SEED) -> pl.DataFrame:
    """Return `cell` and `region`, one row a recipient."""
    chance = random.Random(seed)
    with_mobiles = [region for region in sorted(phonenumbers.SUPPORTED_REGIONS) if _mobile(region)]
    regions = chance.sample(with_mobiles, REGION_COUNT)
    fresh = [_row(chance, chance.choice(regions)) for _ in range(round(rows * (1 - REPEATED_SHARE)))]
    listed = fresh + chance.choices(fresh, k=rows - len(fresh))
    chance.shuffle(listed)
    return pl.DataFrame(listed, {"cell": pl.String, "region": pl.String}, orient="row")


def one_region_list(rows: int, seed: int = SEED, region: str = "GB") -> pl.DataFrame:
    """Return `cell` and `region`, all of them numbers of one country."""
    chance = random.Random(seed)
    weights, forms = zip(*WRITE, strict=True)
    listed = [(chance.choices(forms, weights)[0](_somebody(chance, region)), region) for _ in range(rows)]
    return pl.DataFrame(listed, {"cell": pl.String, "region": pl.String}, orient="row")


def dirty_list(rows: int, seed: int = SEED) -> pl.DataFrame:
    """Return `cell` and `region`; every other row holds no number, and no two of these are the same."""
    chance = random.Random(seed)
    clean = mixed_list(rows // 2, seed)
    dirty = [(_garbage(chance, region), region) for region in clean.get_column("region")]
    garbage = pl.DataFrame(dirty, {"cell": pl.String, "region": pl.String}, orient="row")
    return pl.concat([clean, garbage]).sample(fraction=1, shuffle=True, seed=seed)


def _garbage(chance: random.Random, region: str) -> str:
    number = phonenumbers.format_number(_somebody(chance, region), chance.choice((0, 1, 2)))
    other = phonenumbers.format_number(_somebody(chance, region), PhoneNumberFormat.NATIONAL)
    name, count = chance.choice(NAMES), chance.randrange(10**6)
    day, month, year = count % 28 + 1, count % 9 + 1, 2000 + count % 25
    kinds = (
        name, f"{name} {count}", f"{name.split()[0].lower()}{count}@example.com", f"n/a {name}", f"#{count}",
        f"{year}-0{month}-{day:02d}", f"{day}/0{month}/{year}", f"{count}.{count % 90 + 10}", f"€ {count},50",
        f"{count % 900 + 100} High Street", f"{month}.{count:06d}E+11", f"{count}{count:06d}.0", f"{count}",
        f"{count}{count:06d}{count}", "".join(chance.choices("0123456789", k=chance.randrange(5, 20))),
        number[:-3], f"{number}{count}", f"+999 {count}", f"+0{count}{count}", f"{number} / {other}",
        f"{number}, {other}", f"{number}\n{other}", f"https://example.com/{count}",
    )  # fmt: skip
    return chance.choice(kinds)


def _row(chance: random.Random, region: str) -> tuple[str, str]:
    if chance.random() < GARBAGE_SHARE:
        return chance.choice(GARBAGE), region
    weights, forms = zip(*WRITE, strict=True)
    return chance.choices(forms, weights)[0](_somebody(chance, region)), region


def _mobile(region: str) -> phonenumbers.PhoneNumber | None:
    return phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)


def _somebody(chance: random.Random, region: str) -> phonenumbers.PhoneNumber:
    """Return the region's example number with its last five digits drawn anew: nearly always valid."""
    number = phonenumbers.PhoneNumber()
    number.merge_from(_mobile(region))
    number.national_number = number.national_number // 10**5 * 10**5 + chance.randrange(10**5)
    return number


def plain_loop(cells: list[str], regions: list[str]) -> list[int | None]:
    return [_plain(cell, region) for cell, region in zip(cells, regions, strict=True)]


def _plain(cell: str, region: str) -> int | None:
    try:
        number = phonenumbers.parse(cell, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return int(phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:])


def compare(ours: pl.Series, loop: pl.Series) -> dict[str, int]:
    both = ours.is_not_null() & loop.is_not_null()
    return {
        "same answer": ours.eq_missing(loop).sum(),
        "both a number, not the same": (both & (ours != loop)).sum(),
        "number by a recovery only": (ours.is_not_null() & loop.is_null()).sum(),
        "number by the loop only": (ours.is_null() & loop.is_not_null()).sum(),
    }


class Took(NamedTuple):
    """Seconds that some work took, by the clock, and of processors, which other work disturbs less."""

    wall_s: float
    cpu_s: float


def timed(work: Callable[[], Answer]) -> tuple[Answer, Took]:
    started_s, started_cpu_s = time.perf_counter(), time.process_time()
    answer = work()
    return answer, Took(time.perf_counter() - started_s, time.process_time() - started_cpu_s)


LISTS: dict[str, Callable[[], pl.DataFrame]] = {
    "mixed": lambda: mixed_list(ROWS),
    "dirty": lambda: dirty_list(ROWS),
    "one region": lambda: one_region_list(ROWS),
}


def measure(name: str) -> None:
    phonenumbers.enable_pattern_cache()
    listed = LISTS[name]()
    cells, regions = listed.get_column("cell"), listed.get_column("region")
    loop, loop_took = timed(lambda: plain_loop(cells.to_list(), regions.to_list()))
    answers, first = timed(lambda: normalise(cells, regions))
    further = [timed(lambda: normalise(cells, regions))[1] for _ in range(FURTHER_RUNS)]
    then = Took(*(min(each) for each in zip(*further, strict=True)))
    valid = answers.get_column("number").is_not_null().mean()
    print(f"{name}: {ROWS:,} rows, distinct {listed.n_unique():,}, valid {valid:.1%}")
    print(f"  loop over phonenumbers  {ROWS / loop_took.wall_s:>9,.0f} rows/s")
    for what, took in (("first time", first), ("then", then)):
        wall, cpu = loop_took.wall_s / took.wall_s, loop_took.cpu_s / took.cpu_s
        print(
            f"  normalise, {what:<13}{ROWS / took.wall_s:>9,.0f} rows/s   {wall:.1f} times the loop,", end=" "
        )
        print(f"{cpu:.1f} times by processor time")
    for what, rows in compare(answers.get_column("number"), pl.Series(loop, dtype=pl.UInt64)).items():
        print(f"  {what:<28}{rows:>9,}")


def main() -> None:
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        list(pool.map(measure, LISTS))
    print(
        f"polars {pl.__version__}, phonenumbers {phonenumbers.__version__}, python {sys.version.split()[0]}"
    )


if __name__ == "__main__":
    main()
