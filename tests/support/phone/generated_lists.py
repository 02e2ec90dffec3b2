"""Lists of random valid numbers of every region, each list written one way, with the numbers meant."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import phonenumbers
import polars as pl
from phonenumbers import PhoneNumberFormat

from validator.model import LineType
from validator.phone import answers
from validator.phone.bulk.number_ranges import chart

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from phonenumbers import PhoneNumber

REGIONS = tuple(sorted(phonenumbers.SUPPORTED_REGIONS))
MIXTURES = ("pure", "landlines", "foreign")
_MOBILE = (LineType.MOBILE, LineType.FIXED_OR_MOBILE)
_FIXED = (LineType.FIXED, LineType.FIXED_OR_MOBILE)
_LANDLINES, _FOREIGN = 0.3, 0.2
_LONGEST_NATIONAL = 13


def _code(number: PhoneNumber) -> str:
    return str(number.country_code)


def _nsn(number: PhoneNumber) -> str:
    return phonenumbers.national_significant_number(number)


def _national(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)


def _trunk(number: PhoneNumber) -> str:
    """The digits of the national form, with the trunk prefix that its plan writes."""
    return phonenumbers.normalize_digits_only(_national(number))


SPELLINGS: dict[str, Callable[[PhoneNumber], str]] = {
    "e164": lambda number: f"+{_code(number)}{_nsn(number)}",
    "digits": lambda number: f"{_code(number)}{_nsn(number)}",
    "national": _national,
    "national digits": _trunk,
    "without trunk": _nsn,
    "00": lambda number: f"00{_code(number)}{_nsn(number)}",
    "code twice": lambda number: f"{_code(number)}{_code(number)}{_nsn(number)}",
    "+ code twice": lambda number: f"+{_code(number)}{_code(number)}{_nsn(number)}",
    "00 code twice": lambda number: f"00{_code(number)}{_code(number)}{_nsn(number)}",
    "code 00 code": lambda number: f"{_code(number)} 00{_code(number)} {_nsn(number)}",
    "+ code (0) code": lambda number: f"+{_code(number)} (0){_code(number)} {_nsn(number)}",
    "00 code 00 code": lambda number: f"00{_code(number)}00{_code(number)}{_nsn(number)}",
    "+ code thrice": lambda number: f"+{3 * _code(number)}{_nsn(number)}",
    "zero and code twice": lambda number: f"0{_code(number)}{_code(number)}{_nsn(number)}",
    "zero before code": lambda number: f"0{_code(number)}{_nsn(number)}",
}


class Somebody:
    """A source of random valid numbers of a region.

    Args:
        chance: where the randomness is from.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def mobile(self, region: str) -> PhoneNumber | None:
        """Return a mobile number, None in a region that has none."""
        return self._of(_ranges(region, _MOBILE))

    def landline(self, region: str) -> PhoneNumber | None:
        """Return the same for a landline."""
        return self._of(_ranges(region, _FIXED))

    def foreign(self, home: str) -> PhoneNumber:
        """Return a mobile number of another region."""
        number = self.mobile(self.chance.choice(REGIONS))
        while number is None or phonenumbers.region_code_for_number(number) == home:
            number = self.mobile(self.chance.choice(REGIONS))
        return number

    def _of(self, by_length: list[list[tuple[int, int]]]) -> PhoneNumber | None:
        if not by_length:
            return None
        ranges = self.chance.choice(by_length)
        [(first, end)] = self.chance.choices(ranges, [end - first for first, end in ranges])
        return phonenumbers.parse(f"+{self.chance.randrange(first, end)}")


@cache
def _ranges(region: str, kinds: tuple[LineType, ...]) -> list[list[tuple[int, int]]]:
    """Return by length the ranges of a region's numbers of these kinds."""
    words, found = answers.in_words(), []
    code = phonenumbers.country_code_for_region(region)
    wanted = {answer for answer, (_, kind, country) in enumerate(words.iter_rows())
              if kind in kinds and country == region and answer >= answers.FIRST_VALID}  # fmt: skip
    for digits in range(4, _LONGEST_NATIONAL):
        drawn = chart(code, digits)
        pairs = [
            (first, end) for (first, answer, _), (end, *_) in pairwise(drawn)
            if answer in wanted
        ]  # fmt: skip
        found += [pairs] if pairs else []
    return found


def lists(
    somebody: Somebody, spelling: str, mixture: str, numbers: int, regions: Sequence[str] = REGIONS
) -> pl.DataFrame:
    """Return `cell`, `region` and `meant` (UInt64): of each region a list of so many distinct numbers."""
    rows = [row for region in regions for row in _listed(somebody, region, spelling, mixture, numbers)]
    return pl.DataFrame(rows, {"cell": pl.String, "region": pl.String, "meant": pl.UInt64}, orient="row")


def _listed(
    somebody: Somebody, region: str, spelling: str, mixture: str, numbers: int
) -> list[tuple[str, str, int]]:
    if somebody.mobile(region) is None:
        return []
    return [_cell(somebody, region, spelling, mixture) for _ in range(numbers)]


def _cell(somebody: Somebody, region: str, spelling: str, mixture: str) -> tuple[str, str, int]:
    number: PhoneNumber | None
    drawn = somebody.chance.random()
    if mixture == "foreign" and drawn < _FOREIGN:
        number, spelling = somebody.foreign(region), "e164"
    elif mixture == "landlines" and drawn < _LANDLINES:
        number = somebody.landline(region) or somebody.mobile(region)
    else:
        number = somebody.mobile(region)
    assert number is not None
    meant = int(phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:])
    return SPELLINGS[spelling](number), region, meant
