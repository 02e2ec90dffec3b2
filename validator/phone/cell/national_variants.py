"""Spellings: numbers that WhatsApp, people and numbering plans do not all write alike.

In Brazil, Mexico and Argentina one digit has come, gone, or stands only in numbers dialled from abroad, and
WhatsApp knows accounts by either spelling. Nobody publishes by which: the rules that gateways give contradict
each other. So two things are kept apart here:

- `SPELLINGS`: what is the same subscriber for certain, by the numbering plan, and is read as one number;
- `other_spelling`: what WhatsApp may know that number by as well, to be asked about and never to be assumed.

`docs/phone.md` has both as a table with their sources.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

# Digits with a plus sign and punctuation, and nothing else in the cell. A lone part has its sign, or none.
# Each character can be read in one way only, or else a cell of 2,000 brackets takes seconds.
SPELT = re.compile(r"[^0-9+]*(?:(\+)[\s(]*)?([0-9](?:[\s().-]*[0-9])*)[^\w]*")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A spelling that a numbering plan has given up, or never had, for a number that it holds.

    Attributes:
        name: that of the recovery which reads it.
        region: the country, ISO 3166 alpha-2.
        abroad: its digits in international form, as a pattern.
        at_home: its digits as dialled in the country, as a pattern.
        number: what to read instead, with the groups of the pattern.
        reads: what it accepts, for people.
    """

    name: str
    region: str
    abroad: re.Pattern[str]
    at_home: re.Pattern[str]
    number: str
    reads: str


# Neither of two patterns matches what another one does, so at most one applies to a cell.
SPELLINGS = (
    Spelling(
        "mexico_1",
        "MX",
        re.compile(r"521([1-9][0-9]{9})"),
        re.compile(r"(?:01|04[45])([1-9][0-9]{9})"),
        "+52{1}",
        "Mexico's 1 behind the country code, and 01, 044 and 045 in Mexico: `+52 1 222 123 4567`",
    ),
    Spelling(
        "brazil_9",
        "BR",
        re.compile(r"550?([1-9]{2})([689][0-9]{7})"),
        re.compile(r"0?([1-9]{2})([689][0-9]{7})"),
        "+55{1}9{2}",
        "Brazilian mobile numbers without the ninth digit, which begin with 6, 8 or 9: `+55 11 6123-4567`",
    ),
    Spelling(
        "argentina_15",
        "AR",
        re.compile(r"549(0?[1-9][0-9]{11})"),
        re.compile(r"9(0?[1-9][0-9]{11})"),
        "+54{1}",
        "Argentine mobile numbers with both of their marks, 9 and 15: `+54 9 11 15-2345-6789`",
    ),
)


def other_spelling(number: pl.Expr) -> pl.Expr:
    """Return the number (UInt64) that WhatsApp may know the same subscriber by; null where there is none.

    - Mexico: `521...` for `52...`, of every number but toll-free and premium ones.
    - Brazil: `55 AA ...` for `55 AA 9...`, where the eight digits left begin with 6, 8 or 9. What begins with
      2 to 5 is somebody's landline, and with 7 it may be another subscriber's trunked radio.
    - Argentina: `54...` for `549...`, and the other way round.

    The way back is only there for Argentina: the others' second spelling is read as the first (`SPELLINGS`).
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


def _is_under(number: pl.Expr, lead: int, digits: int) -> pl.Expr:
    """Whether the number is that lead and so many digits."""
    return number.floordiv(10**digits).eq(lead)


def _begins(number: pl.Expr, digits: int, pairs: Sequence[int]) -> pl.Expr:
    """Whether the last so many digits begin with one of these pairs."""
    return number.floordiv(10 ** (digits - 2)).mod(100).is_in(pairs)
