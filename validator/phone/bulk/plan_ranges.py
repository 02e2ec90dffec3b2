"""How a numbering plan of libphonenumber reads digits dialled inside it, as ranges.

These are the steps before a number is known: prefixes, and whether the rest looks like one of the plan's
numbers. The metadata decide only by patterns. So nothing changes between the digits at which one of the
patterns begins or stops to match, and it is enough to test the first digits of each such range.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from validator.phone.bulk.pattern_ranges import UnreadablePattern, leading, merged, ranges, text_of
from validator.phone.bulk.search import SHOWN_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from validator.phone.bulk.pattern_ranges import Range
    from validator.phone.bulk.plans import Plan

# The most digits of a national number for which there are ranges: with a calling code they fit into 64 bits.
DESCRIBED_DIGITS = 16
# The distance between the keys of two plans. A key is a one and the digits, so that leading zeros count; a
# two and zeros stand for all longer digits.
PLAN_SPAN = 3 * 10**DESCRIBED_DIGITS


class National(NamedTuple):
    """How a plan reads digits as a national number.

    Attributes:
        viable: whether its general description matches them.
        fits: whether they have a possible length, or are longer than all.
        too_long: whether they are longer than all.
    """

    viable: bool = False
    fits: bool = False
    too_long: bool = False


class Prefix(NamedTuple):
    """How a plan reads the first digits dialled inside it.

    Attributes:
        exit_digits: how many of them are its international prefix.
        drop: how many of them are removed, as its national prefix and a carrier code.
        head: the digits that replace them.
        head_digits: how many digits replace them.
        acts: whether digits are removed or added.
        sure: whether the other fields are known.
    """

    exit_digits: int = 0
    drop: int = 0
    head: int = 0
    head_digits: int = 0
    acts: bool = False
    sure: bool = True


class Lead(NamedTuple):
    """How to look up digits of one count in the ranges of a plan's prefixes.

    Attributes:
        first_key: the key of zeros only; the first digits that prefixes depend on are added to it.
        span: dividing the digits by this leaves those first ones.
    """

    first_key: int
    span: int


LEADS = pl.Schema(dict.fromkeys(Lead._fields, pl.UInt64()))
# How many leads a plan has: one for each count of digits in `value`.
LEADS_OF_PLAN = SHOWN_DIGITS + 1
NATIONALS = pl.Schema({"key": pl.UInt64()} | dict.fromkeys(National._fields, pl.Boolean()))
PREFIXES = pl.Schema(
    {"key": pl.UInt64()}
    | dict.fromkeys(Prefix._fields, pl.UInt32())
    | {"head": pl.UInt64(), "acts": pl.Boolean(), "sure": pl.Boolean()}
)


class Inland(NamedTuple):
    """A plan's ranges; empty if its metadata cannot be read, so that they decide nothing.

    Attributes:
        nationals: each range's first key (plan and digits) and its `National`.
        prefixes: the same for `Prefix`, by the first `reach` digits.
        reach: the most digits on which its prefixes depend.
        longest: the most digits of its numbers, or of its general pattern.
    """

    nationals: list[tuple[int, ...]]
    prefixes: list[tuple[int, ...]]
    reach: int
    longest: int


def leads(place: int, reach: int) -> list[Lead]:
    """Return the leads of the plan at this index; `reach` as in `Inland`."""
    base = PLAN_SPAN * place
    return [
        Lead(base + 10 ** min(reach + 1, digits), 10 ** max(digits - reach, 0))
        for digits in range(LEADS_OF_PLAN)
    ]


@cache
def inland(plan: Plan) -> Inland:
    """Return the ranges of a plan. Takes 0.1 ms."""
    try:
        reach, longest = _reach(plan), max(*ranges(plan.general), *plan.lengths)
        return Inland(thinned(_nationals(plan)), thinned(_prefixes(plan, reach)), reach, longest)
    except UnreadablePattern:
        return Inland([], [], 0, 0)


def thinned(rows: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return the rows without those that repeat the row before, except for its key."""
    kept, before = [], None
    for row in rows:
        if row[1:] != before:
            kept.append(row)
        before = row[1:]
    return kept


def _nationals(plan: Plan) -> Iterator[tuple[int, ...]]:
    base = plan.place * PLAN_SPAN
    described = ranges(plan.general)
    for digits in range(DESCRIBED_DIGITS + 1):
        fits, too_long = _fit(plan, digits)
        yield base + 10**digits, False, fits, too_long
        for first, end in merged(described.get(digits, ())):
            yield base + 10**digits + first, True, fits, too_long
            yield base + 10**digits + end, False, fits, too_long
    yield base + 2 * 10**DESCRIBED_DIGITS, *National(fits=True, too_long=True)
    yield base + PLAN_SPAN, *National()


def _fit(plan: Plan, digits: int) -> tuple[bool, bool]:
    """phonenumberutil._test_number_length, which tests local lengths first."""
    too_long = digits > plan.lengths[-1] and digits not in plan.local_lengths
    return too_long or digits in plan.lengths, too_long


def _reach(plan: Plan) -> int:
    reach = max(max(ranges(prefix)) for prefix in (plan.national_prefix, plan.international_prefix))
    if reach >= DESCRIBED_DIGITS:
        raise UnreadablePattern(plan.national_prefix)
    return reach


def _prefixes(plan: Plan, reach: int) -> Iterator[tuple[int, ...]]:
    for digits in range(reach + 1):
        yield from _prefixes_of(plan, 10**digits, digits, "")
    # More digits than a prefix depends on: one is added, so that patterns with an end anchor do not match.
    yield from _prefixes_of(plan, 10 ** (reach + 1), reach, "0")
    yield (plan.place + 1) * PLAN_SPAN, *Prefix(sure=False)


def _prefixes_of(plan: Plan, mark: int, digits: int, behind: str) -> Iterator[tuple[int, ...]]:
    patterns = (plan.national_prefix, plan.international_prefix)
    for first, _, text, last in _stretches(digits, behind, *patterns):
        yield plan.place * PLAN_SPAN + mark + first, *_prefix(plan, text, last)


def _stretches(digits: int, behind: str, *patterns: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield ranges of so many digits, each with the same matches of the patterns at its beginning.

    With each range comes its first and its last text, with more digits behind them.
    """
    turns = {0, 10**digits}
    for pattern in patterns:
        turns.update(end for pair in leading(pattern, digits) for end in pair)
    for first, end in pairwise(sorted(turns)):
        yield first, end, text_of(first, digits) + behind, text_of(end - 1, digits) + behind


def _prefix(plan: Plan, text: str, last: str) -> Prefix:
    """phonenumberutil._parse_prefix_as_idd, and `_national_prefix`."""
    exit_code = re.match(plan.international_prefix, text)
    national = _national_prefix(plan, text, last)
    return national._replace(exit_digits=exit_code.end()) if exit_code else national


def _national_prefix(plan: Plan, text: str, last: str) -> Prefix:
    """phonenumberutil._maybe_strip_national_prefix_carrier_code up to viability.

    The result is a change of the first digits. If a carrier code is between digits that stay, the change is
    the same for the whole range only if all of it, to the `last`, begins with the same digits.
    """
    found = re.match(plan.national_prefix, text)
    if found is None:
        return Prefix()
    group, end = found.re.groups, found.end()
    if not plan.transform_rule or found[group] is None:
        return Prefix(drop=end, acts=end > 0)
    head = plan.transform_rule.removesuffix(f"\\{group}")
    if found.end(group) == end and (not head or head.isdecimal()):
        return Prefix(drop=found.start(group), head=int(head or 0), head_digits=len(head), acts=True)
    head = found.expand(plan.transform_rule)
    if not head.isdecimal():
        raise UnreadablePattern(plan.transform_rule)
    sure = last.startswith(text[:end])
    return Prefix(drop=end, head=int(head), head_digits=len(head), acts=True, sure=sure)


def acting(plan: Plan, digits: int) -> list[Range]:
    """Return the numbers of `digits` digits in which the plan finds a prefix, or may find one."""
    try:
        reach = max(ranges(plan.national_prefix))
        leads = _acting_leads(plan, min(digits, reach), "0" if digits > reach else "")
    except UnreadablePattern:
        return [(0, 10**digits)]
    behind = 10 ** max(0, digits - reach)
    return [(first * behind, end * behind) for first, end in leads]


@cache
def _acting_leads(plan: Plan, digits: int, behind: str) -> list[Range]:
    """Return the same for the first digits, with or without a digit behind them.

    A plan under which only numbers from abroad are read needs no more of its prefixes: China has 2,100
    international prefixes, which take 50 ms.
    """
    return merged(
        (first, end)
        for first, end, text, last in _stretches(digits, behind, plan.national_prefix)
        if _may_act(_national_prefix(plan, text, last))
    )


def _may_act(prefix: Prefix) -> bool:
    return prefix.acts or not prefix.sure
