"""Zeros that a list lost although they belong to the number or to a longer prefix than one zero."""

from __future__ import annotations

import polars as pl
from msgspec import Struct

from validator.phone.bulk.search import of
from validator.phone.codes import REGIONS


class LostZero(Struct, frozen=True):
    """A zero that belongs to the number or to a longer prefix, so that digits without it are not valid.

    Attributes:
        region: ISO 3166 alpha-2.
        digits: how many digits the text without the zero has; a region has one of each count.
        leads: its first digits, as a range: all of as many digits; only zero means any.
        kept: how many of its last digits stay.
        number: the digits before these, from the calling code on.
    """

    region: str
    digits: int
    leads: range
    kept: int
    number: int


_ANY = range(1)
# In CI (since 2021), BJ (since 2024) and CG the zero is the first digit of the number: ITU-T E.129 notices of
# the national plans. In HU 06 is the trunk prefix (ITU-T E.164 national numbering plan of Hungary), in MX 01,
# 044 and 045 were dialled before numbers until 3 August 2019 (ITU Operational Bulletin 1151).
LOST_ZEROS = (
    LostZero("CI", 9, _ANY, 9, 2250),
    LostZero("CI", 12, range(225, 226), 9, 2250),
    LostZero("BJ", 9, _ANY, 9, 2290),
    LostZero("BJ", 12, range(229, 230), 9, 2290),
    LostZero("CG", 8, _ANY, 8, 2420),
    LostZero("CG", 11, range(242, 243), 8, 2420),
    LostZero("HU", 10, range(6, 7), 9, 36),
    LostZero("HU", 9, range(6, 7), 8, 36),
    LostZero("MX", 11, range(1, 2), 10, 52),
    LostZero("MX", 12, range(44, 46), 10, 52),
)
LOSING_ZEROS = sorted({REGIONS.index(one.region) for one in LOST_ZEROS})
# More than the digits of any cell that is read in another way.
_SPAN = 20


def of_lost(name: str) -> pl.Expr:
    """Return a field of the lost zero of a plan and a count of digits, zero or null if it has none."""
    return of(_LOST[name], pl.col("plan") * _SPAN + pl.col("digits"))


def _lost_zeros() -> pl.DataFrame:
    """Return the fields of each lost zero, at the index of its plan and count of digits."""
    found = pl.DataFrame([_fields(one) for one in LOST_ZEROS])
    places = found["place"]
    nothing = pl.Series([0], dtype=pl.UInt64()).new_from_index(0, max(places) + 1)
    return pl.DataFrame([nothing.clone().scatter(places, one).alias(one.name) for one in found])


def _fields(one: LostZero) -> dict[str, int]:
    first, last = one.leads.start, one.leads.stop - 1
    return {
        "place": REGIONS.index(one.region) * _SPAN + one.digits,
        "lead_digits": len(str(last)) if last else 0,
        "first": first,
        "last": last,
        "kept": one.kept,
        "size": len(str(one.number)) + one.kept,
        "number": one.number,
    }


_LOST = _lost_zeros()
