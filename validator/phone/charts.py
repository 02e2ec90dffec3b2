"""Charts: what libphonenumber makes of all numbers of one calling code and length, as ranges with one answer.

As in `plans`, numbers that match the same patterns have the same answer, so that it is enough to ask
libphonenumber about one of them. An update of the package is followed by itself.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl
from phonenumbers import PhoneNumber

from validator.phone import answers
from validator.phone.numbering import judge
from validator.phone.patterns import UnreadablePattern, leading, merged, ranges, text_of
from validator.phone.plans import plans_under, thinned, unacted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from validator.phone.patterns import Range
    from validator.phone.plans import Plan

# A lot is the numbers of one calling code and length: this times the code, and the digits behind the code.
LOT_SPAN = 100

# Of each range the first `number` (calling code and national digits), the `answer` to all of it, and whether
# all of it is `plain`: the main plan sees no national prefix in it.
LINES = pl.Schema({"number": pl.UInt64(), "answer": answers.ANSWER, "plain": pl.Boolean()})
Chart = list[tuple[int, ...]]


@cache
def chart(code: int, digits: int) -> Chart:
    """Return the chart of a calling code and so many national digits. Takes 0.05 to 30 ms."""
    return draw(code, plans_under(code), digits)


def draw(code: int, plans: Sequence[Plan], digits: int) -> Chart:
    """Return the chart of the plans, the main one first; none where their metadata cannot be read."""
    try:
        return thinned(_ranges(code, plans, digits))
    except UnreadablePattern:
        return []


def is_flat(code: int, digits: int) -> bool:
    """Return whether no number under the calling code has so many digits, so that all have one answer."""
    return not any(_patterns(plan, digits) for plan in plans_under(code))


def _ranges(code: int, plans: Sequence[Plan], digits: int) -> Iterator[tuple[int, int, bool]]:
    base, told = code * 10**digits, dict[int, int]()
    is_plain = unacted(plans[0], digits)
    for first, end, matched in _stretches(_described(plans, digits), digits):
        if (answer := told.get(matched)) is None:
            answer = told[matched] = answers.of(judge(_parsed(code, text_of(first, digits))))
        yield base + first, answer, is_plain(first, end)
    yield base + 10**digits, answers.UNDECIDED, False


def _stretches(described: list[list[Range]], digits: int) -> Iterator[tuple[int, int, int]]:
    """Yield the ranges of numbers of so many digits, and which patterns all of each matches, as bits."""
    changes: defaultdict[int, int] = defaultdict(int)
    for place, pairs in enumerate(described):
        for first, end in merged(pairs):
            changes[first] ^= 1 << place
            changes[end] ^= 1 << place
    matched = 0
    for first, end in pairwise(sorted(changes.keys() | {0, 10**digits})):
        matched ^= changes.get(first, 0)
        yield first, end, matched


def _described(plans: Sequence[Plan], digits: int) -> list[list[Range]]:
    """Return the ranges of each pattern that tells numbers of so many digits apart."""
    patterns = sorted(set().union(*(_patterns(plan, digits) for plan in plans)))
    found = [pairs for pattern in patterns if (pairs := ranges(pattern).get(digits))]
    # Where no number has that length, the length is all that matters.
    if found or digits in plans[0].lengths:
        found += [leading(plan.leading_digits, digits) for plan in plans]
    return found


def _patterns(plan: Plan, digits: int) -> set[str]:
    return {pattern for pattern, lengths in plan.kinds if not lengths or digits in lengths}


def _parsed(code: int, digits: str) -> PhoneNumber:
    """phonenumberutil._set_italian_leading_zeros_for_phone_number."""
    zeros = min(len(digits) - len(digits.lstrip("0")), len(digits) - 1)
    return PhoneNumber(
        country_code=code,
        national_number=int(digits),
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=zeros or None,
    )
