"""Normalising a mixed list: `validator.phone.normalise` against a plain loop over phonenumbers, in one run.

The list: 200,000 rows over 60 regions, national numbers with their region beside them, as E.164, bare digits,
national and international forms, WhatsApp ids and links; 7 % garbage; some people listed more than once. The
loop is what anybody would write: parse, ask for validity, format, with the pattern cache on. It reads every
row, and knows none of the recoveries, so the two are compared where both find a number, and the rest is
counted.
"""

from __future__ import annotations

import random
import sys
import time
from typing import TYPE_CHECKING, TypeVar

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


def mixed_list(rows: int, seed: int = SEED) -> pl.DataFrame:
    """Return `cell` and `region`, one row a recipient."""
    chance = random.Random(seed)
    with_mobiles = [region for region in sorted(phonenumbers.SUPPORTED_REGIONS) if _mobile(region)]
    regions = chance.sample(with_mobiles, REGION_COUNT)
    fresh = [_row(chance, chance.choice(regions)) for _ in range(round(rows * (1 - REPEATED_SHARE)))]
    listed = fresh + chance.choices(fresh, k=rows - len(fresh))
    chance.shuffle(listed)
    return pl.DataFrame(listed, {"cell": pl.String, "region": pl.String}, orient="row")


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


def timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    started_s = time.perf_counter()
    answer = work()
    return answer, time.perf_counter() - started_s


def main() -> None:
    phonenumbers.enable_pattern_cache()
    listed = mixed_list(ROWS)
    cells, regions = listed.get_column("cell"), listed.get_column("region")
    normalise(cells.head(1000), regions.head(1000))  # loads the metadata that both sides need
    loop, loop_s = timed(lambda: plain_loop(cells.to_list(), regions.to_list()))
    answers, ours_s = timed(lambda: normalise(cells, regions))
    valid = answers.get_column("number").is_not_null().mean()
    print(f"rows {ROWS:,}, distinct {listed.n_unique():,}, regions {regions.n_unique()}, valid {valid:.1%}")
    print(f"loop over phonenumbers  {ROWS / loop_s:>9,.0f} rows/s")
    print(f"validator.phone         {ROWS / ours_s:>9,.0f} rows/s   {loop_s / ours_s:.2f} times the loop")
    for what, rows in compare(answers.get_column("number"), pl.Series(loop, dtype=pl.UInt64)).items():
        print(f"{what:<28}{rows:>9,}")
    print(
        f"polars {pl.__version__}, phonenumbers {phonenumbers.__version__}, python {sys.version.split()[0]}"
    )


if __name__ == "__main__":
    main()
