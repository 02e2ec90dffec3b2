"""Spellings: numbers that WhatsApp, people and numbering plans write in different ways.

In Brazil, Mexico and Argentina one digit was added, was removed, or is only dialled from abroad, and WhatsApp
knows accounts by either spelling. There is no published rule which: the rules of gateways contradict each
other. So this module separates two cases:

- `SPELLINGS`: certainly the same subscriber by the numbering plan, and read as one number;
- `other_spelling`: the spelling by which WhatsApp may also know the number. It is asked about, never assumed.

`docs/phone.md` has both as a table with their sources.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

from validator.model import Number

if TYPE_CHECKING:
    from collections.abc import Sequence

# Digits with punctuation, with or without a plus sign, and nothing else in the cell. Each character can match
# in one way only: otherwise a cell of 2,000 brackets takes seconds.
SPELT = re.compile(r"[^0-9+]*(?:(\+)[\s(]*)?([0-9](?:[\s().-]*[0-9])*)[^\w]*")


class Spelling(Struct, frozen=True):
    """A spelling of a number that its numbering plan no longer has, or never had.

    Attributes:
        name: the name of the recovery that reads it.
        region: the country, ISO 3166 alpha-2.
        abroad: its digits in international form, as a pattern; None if it has no such form.
        at_home: its digits as dialled in the country, as a pattern.
        number: the text to read instead, with the groups of the pattern.
        after_plus: whether `at_home` also counts after a plus sign, which is there by mistake.
    """

    name: str
    region: str
    abroad: str | None
    at_home: str
    number: str
    after_plus: bool = False

    def respelt(self, found: re.Match[str]) -> str:
        """Return the text to read instead, for a match of one of the patterns."""
        return self.number.format(*found.group(0, *range(1, found.re.groups + 1)))


# Names, and what they accept, for users. Some names have several spellings.
SPELLING_NAMES = (
    ("mexico_1", "Mexico's 1 after the country code, and 01, 044 and 045 in Mexico: `+52 1 222 123 4567`"),
    (
        "brazil_9",
        "Brazilian mobile numbers without the ninth digit, which begin with 6, 8 or 9: `+55 11 6123-4567`",
    ),
    ("argentina_15", "Argentine mobile numbers with both of their marks, 9 and 15: `+54 9 11 15-2345-6789`"),
    ("argentina_0", "Argentine mobile numbers with a trunk zero after the 9: `+54 9 011 2345-6789`"),
    (
        "ivory_coast_2021",
        "Ivorian mobile numbers of eight digits, before 31 January 2021: `+225 07 12 34 56`",
    ),
    ("benin_2024", "Beninese numbers of eight digits, before 30 November 2024: `+229 97 12 34 56`"),
    ("vietnam_2018", "Vietnamese mobile numbers of eleven digits, before September 2018: `0169 123 4567`"),
    ("ukraine_8", "Ukraine's former trunk prefix 8: `8 050 123 45 67`"),
    ("russia_8", "Russia's trunk prefix after a plus sign: `+8 912 345-67-89`"),
)

# Decision of the Ministry of Information and Communications 798/QD-BTTTT: each old prefix and its new one.
_VIETNAM = {
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78", "123": "83", "124": "84", "125": "85",
    "127": "81", "129": "82", "162": "32", "163": "33", "164": "34", "165": "35", "166": "36", "167": "37",
    "168": "38", "169": "39", "186": "56", "188": "58", "199": "59",
}  # fmt: skip
# ARTCI, Plan National de Numérotation 2021: the operator, by an old mobile number's second digit.
_IVORY_COAST = {"789": "07", "456": "05", "0123": "01"}

# No two patterns match the same digits, so at most one applies to a cell.
SPELLINGS = (
    Spelling(
        "mexico_1",
        "MX",
        r"521([1-9][0-9]{9})",
        r"(?:01|04[45])([1-9][0-9]{9})",
        "+52{1}",
    ),
    Spelling(
        "brazil_9",
        "BR",
        r"550?([1-9]{2})([689][0-9]{7})",
        r"0?([1-9]{2})([689][0-9]{7})",
        "+55{1}9{2}",
    ),
    Spelling(
        "argentina_15",
        "AR",
        r"549(0?[1-9][0-9]{11})",
        r"9(0?[1-9][0-9]{11})",
        "+54{1}",
    ),
    Spelling(
        "argentina_0",
        "AR",
        r"5490([1-9][0-9]{9})",
        r"90([1-9][0-9]{9})",
        "+549{1}",
    ),
    *(
        Spelling(
            "ivory_coast_2021",
            "CI",
            f"225([04-9][{second}][0-9]{{6}})",
            f"([04-9][{second}][0-9]{{6}})",
            f"+225{prefix}{{1}}",
        )
        for second, prefix in _IVORY_COAST.items()
    ),
    # ARCEP Bénin, decision 2024-062: 01 before all numbers.
    Spelling(
        "benin_2024",
        "BJ",
        "229([2-9][0-9]{7})",
        "([2-9][0-9]{7})",
        "+22901{1}",
    ),
    *(
        Spelling(
            "vietnam_2018",
            "VN",
            f"840?{old}([0-9]{{7}})",
            f"0?{old}([0-9]{{7}})",
            f"+84{new}{{1}}",
        )
        for old, new in _VIETNAM.items()
    ),
    # In Ukraine 8 was the trunk prefix until 14 October 2009 (ITU Operational Bulletin 941).
    Spelling(
        "ukraine_8",
        "UA",
        "38080([1-9][0-9]{8})",
        "80([1-9][0-9]{8})",
        "+380{1}",
        after_plus=True,
    ),
    # In Russia it still is (order of the Ministry of Digital Development 205/2021), but not from abroad.
    Spelling(
        "russia_8",
        "RU",
        None,
        "8([3489][0-9]{9})",
        "+7{1}",
        after_plus=True,
    ),
)


def other_spelling(number: pl.Expr) -> pl.Expr:
    """Return the number (UInt64) by which WhatsApp may also know the subscriber; null if there is none.

    - Mexico: `521...` for `52...`, except toll-free and premium numbers.
    - Brazil: `55 AA ...` for `55 AA 9...`, if the eight digits left begin with 6, 8 or 9. With 2 to 5 they
    are
      a landline, and with 7 they may be another subscriber's trunked radio.
    - Argentina: `54...` for `549...`, and the other way round.

    Only Argentina has both directions: the other countries' second spelling is read as the first
    (`SPELLINGS`).
    """
    mexico = _is_under(number, 52, 10) & ~_begins(number, 10, (80, 90))
    brazil = _is_under(number, 55, 11) & _begins(number, 9, (96, 98, 99))
    from_abroad, from_home = _is_under(number, 549, 10), _is_under(number, 54, 10)
    ten_digits = number % 10**10
    return (
        pl.when(mexico)
        .then(521 * 10**10 + ten_digits)
        .when(brazil)
        .then(number // 10**9 * 10**8 + number % 10**8)
        .when(from_abroad)
        .then(54 * 10**10 + ten_digits)
        .when(from_home)
        .then(549 * 10**10 + ten_digits)
        .cast(pl.UInt64)
    )


def other_spelling_of(number: Number) -> Number | None:
    """Return the other spelling of one number, as `other_spelling` does."""
    other = pl.select(other_spelling(pl.lit(int(number), pl.UInt64))).item()
    return None if other is None else Number(other)


def _is_under(number: pl.Expr, lead: int, digits: int) -> pl.Expr:
    """Whether the number is `lead` and `digits` more digits."""
    return number.floordiv(10**digits).eq(lead)


def _begins(number: pl.Expr, digits: int, pairs: Sequence[int]) -> pl.Expr:
    """Whether the last `digits` digits begin with one of these pairs."""
    return number.floordiv(10 ** (digits - 2)).mod(100).is_in(pairs)
