"""Charts: tables of ranges with libphonenumber's answer, for all numbers of one calling code and length.

As in `plan_ranges`, numbers that match the same patterns have the same answer, so a range of numbers has one.
An update of the package needs no change here.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import accumulate
from operator import xor
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from validator.model import LineType
from validator.phone import answers
from validator.phone.bulk.pattern_ranges import UnreadablePattern, leading, merged, ranges
from validator.phone.bulk.plan_ranges import acting, thinned
from validator.phone.bulk.plans import plans_under
from validator.phone.cell.numbering import Line, settling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from validator.phone.bulk.pattern_ranges import Range
    from validator.phone.bulk.plans import Kind, Plan

# For each range the first `number` (calling code and national digits), its `answer`, and `plain`: whether the
# main plan certainly finds no national prefix in it.
LINES = pl.Schema({"number": pl.UInt64(), "answer": answers.ANSWER, "plain": pl.Boolean()})
Chart = list[tuple[int, ...]]

# The marks of a number: a pattern that it matches, one that it begins with (after a caret), and this one.
_PREFIXED = "prefixed"

_BOTH = [LineType.FIXED, LineType.MOBILE]


@cache
def chart(code: int, digits: int) -> Chart:
    """Return the chart of a calling code and a count of national digits. Takes 0.05 to 10 ms."""
    return draw(code, plans_under(code), digits)


def draw(code: int, plans: Sequence[Plan], digits: int) -> Chart:
    """Return the chart of the plans, the main one first; empty if their metadata cannot be read."""
    try:
        return thinned(_ranges(code, plans, digits))
    except UnreadablePattern:
        return []


@cache
def is_flat(code: int, digits: int) -> bool:
    """Return whether no number under the calling code has this count of digits: then all have one answer."""
    return not any(any(_kinds(plan, digits)) for plan in plans_under(code))


def _ranges(code: int, plans: Sequence[Plan], digits: int) -> Iterator[tuple[int, int, bool]]:
    described = _described(plans, digits)
    bits = {mark: 1 << place for place, mark in enumerate(described)}
    type_rules = [_type_rules(plan, digits, bits) for plan in plans]
    base, settle, answered = code * 10**digits, settling(code, digits), dict[int, int]()
    for first, marks in _stretches(described.values(), digits):
        if (answer := answered.get(marks)) is None:
            answer = answered[marks] = answers.of(settle(_line(type_rules, marks)))
        yield base + first, answer, not marks & bits[_PREFIXED]
    yield base + 10**digits, answers.UNDECIDED, False


def _stretches(described: Iterable[list[Range]], digits: int) -> Iterator[tuple[int, int]]:
    """Yield the first number of each stretch, and the marks that all its numbers have, as bits."""
    changes = defaultdict(int, {0: 0})
    for place, pairs in enumerate(described):
        for first, end in merged(pairs):
            changes[first] ^= 1 << place
            changes[end] ^= 1 << place
    changes.pop(10**digits, None)
    firsts = sorted(changes)
    return zip(firsts, accumulate(map(changes.__getitem__, firsts), xor), strict=True)


def _described(plans: Sequence[Plan], digits: int) -> dict[str, list[Range]]:
    """Return the ranges of each mark that distinguishes numbers of this count of digits."""
    patterns = sorted({kind.pattern for plan in plans for kind in _kinds(plan, digits)})
    if not patterns:  # the length is all that matters; few have it, so prefixes are not looked for here
        return {_PREFIXED: [(0, 10**digits)]}
    found = {pattern: pairs for pattern in patterns if (pairs := ranges(pattern).get(digits))}
    first_digits = {plan.leading_digits for plan in plans if plan.leading_digits}
    found |= {f"^{pattern}": leading(pattern, digits) for pattern in first_digits}
    return found | {_PREFIXED: acting(plans[0], digits)}


def _kinds(plan: Plan, digits: int) -> Iterator[Kind]:
    """Yield the kinds that have numbers of this count of digits; all numbers of the plan are the first."""
    return (kind for kind in (plan.every, *plan.kinds) if not kind.lengths or digits in kind.lengths)


class _TypeRules(NamedTuple):
    """The meaning of the bits of a stretch for one plan; a bit is 0 if it distinguishes no number."""

    country: str
    leading: int
    kinds: list[tuple[LineType, int]]

    def line_type(self, marks: int) -> LineType:
        """phonenumberutil._number_type_helper."""
        matched = [line_type for line_type, bit in self.kinds if marks & bit]
        if LineType.UNKNOWN not in matched[:-1]:  # the one of `Plan.every`, without which no other counts
            return LineType.UNKNOWN
        return LineType.FIXED_OR_MOBILE if matched[1:] == _BOTH else matched[1]

    def owns(self, marks: int) -> bool:
        """phonenumberutil._region_code_for_number_from_list."""
        return bool(marks & self.leading) if self.leading else self.line_type(marks) is not LineType.UNKNOWN


def _type_rules(plan: Plan, digits: int, bits: dict[str, int]) -> _TypeRules:
    kinds = [(kind.line_type, bits.get(kind.pattern, 0)) for kind in _kinds(plan, digits)]
    return _TypeRules(plan.region, bits.get(f"^{plan.leading_digits}", 0), kinds)


def _line(type_rules: Sequence[_TypeRules], marks: int) -> Line:
    """phonenumberutil.region_code_for_number and number_type. The digits are those of any number."""
    main, *others = type_rules
    owner = next((rules for rules in type_rules if not others or rules.owns(marks)), None)
    line_type = owner.line_type(marks) if owner else LineType.UNKNOWN
    return Line(0, line_type, (owner or main).country, valid=line_type is not LineType.UNKNOWN)
