"""Charts: what libphonenumber makes of all digits under one calling code, as ranges with one answer each.

Its metadata decide by patterns alone. So between the numbers at which any of these patterns begins or ceases
to match nothing changes, and it is enough to ask libphonenumber about the first number of each such range. An
update of the package is followed by itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumber

from validator.phone import answers
from validator.phone.codes import plan_of
from validator.phone.numbering import judge
from validator.phone.patterns import UnreadablePattern, ranges

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from validator.phone.patterns import Range

# Digits of a national number for which there are ranges: with a calling code they still go into 64 bits.
DESCRIBED_DIGITS = 16
# What lies between the keys of two plans. A key is a one and the digits, so that leading zeros count, and a
# two and zeros for whatever is longer.
PLAN_SPAN = 3 * 10**DESCRIBED_DIGITS

_KINDS = (
    "general_desc", "premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan",
    "voicemail", "fixed_line", "mobile",
)  # fmt: skip


class National(NamedTuple):
    """What a plan says of digits as a national number.

    Attributes:
        viable: its general description matches them.
        fits: they have a possible length, or are longer than any.
        too_long: they are longer than any.
    """

    viable: bool = False
    fits: bool = False
    too_long: bool = False


class Prefix(NamedTuple):
    """What a plan makes of the first of the digits dialled inside it.

    Attributes:
        exit_digits: how many of them are its international prefix.
        drop: how many of them go, as its national prefix and a carrier code.
        head: what comes in their place.
        head_digits: how many digits that has.
        acts: some of them go, or others come.
        sure: the rest is true. Otherwise nobody has looked.
    """

    exit_digits: int = 0
    drop: int = 0
    head: int = 0
    head_digits: int = 0
    acts: bool = False
    sure: bool = True


LINES = pl.Schema({"number": pl.UInt64(), "answer": answers.ANSWER, "plain": pl.Boolean()})
NATIONALS = pl.Schema({"key": pl.UInt64()} | dict.fromkeys(National._fields, pl.Boolean()))
PREFIXES = pl.Schema(
    {"key": pl.UInt64()}
    | dict.fromkeys(Prefix._fields, pl.UInt32())
    | {"head": pl.UInt64(), "acts": pl.Boolean(), "sure": pl.Boolean()}
)


@dataclass(frozen=True, slots=True)
class Chart:
    """One calling code; empty where its metadata cannot be read, so that nothing under it is decided here.

    Attributes:
        lines: each range's first `number` (calling code and national digits), the `answer` to all of it, and
            whether all of it is `plain`: its main plan sees no national prefix in it.
        nationals: each range's first `key` (plan and digits) and what `National` says of all of it.
        prefixes: the same for `Prefix`, by so many of the first digits as `reaches` has for the plan.
        reaches: by plan, the most digits that a prefix of it looks at.
        longest: the most digits that a number has, or a pattern describes.
    """

    lines: pl.DataFrame
    nationals: pl.DataFrame
    prefixes: pl.DataFrame
    reaches: dict[int, int]
    longest: int


@cache
def chart(code: int) -> Chart:
    """Return the chart of a calling code. Takes 1 to 100 ms, and loads the metadata of its regions."""
    return draw(code, [_plan(code, region) for region in COUNTRY_CODE_TO_REGION_CODE[code]])


def draw(code: int, plans: list[Plan]) -> Chart:
    """Return the chart of the plans under a calling code, the main one first."""
    try:
        return _draw(code, plans)
    except UnreadablePattern:
        return _draw(code, [])


class Plan(NamedTuple):
    """What is read of the metadata of a region: patterns, empty where there is none, and lengths."""

    place: int
    general: str
    patterns: frozenset[str]
    lengths: Sequence[int]
    local_lengths: Sequence[int]
    leading_digits: str
    national_prefix: str
    transform_rule: str
    international_prefix: str


def _plan(code: int, region: str) -> Plan:
    plan = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if plan is None or plan.general_desc is None:
        raise UnreadablePattern(region)  # which cannot be: each region of the package has both
    kinds = (getattr(plan, kind) for kind in _KINDS)
    return Plan(
        plan_of(code, region),
        plan.general_desc.national_number_pattern or "",
        frozenset(kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern),
        plan.general_desc.possible_length,
        plan.general_desc.possible_length_local_only,
        plan.leading_digits or "",
        plan.national_prefix_for_parsing or "",
        plan.national_prefix_transform_rule or "",
        plan.international_prefix or "",
    )


def _draw(code: int, plans: list[Plan]) -> Chart:
    return Chart(
        _frame(_lines(code, plans), LINES),
        _frame((row for plan in plans for row in _nationals(plan)), NATIONALS),
        _frame((row for plan in plans for row in _prefixes(plan)), PREFIXES),
        {plan.place: _reach(plan) for plan in plans},
        max((max(*ranges(plan.general), *plan.lengths) for plan in plans), default=0),
    )


def _frame(rows: Iterable[tuple[int, ...]], schema: pl.Schema) -> pl.DataFrame:
    """Return the rows but those that say the same as the row before."""
    kept, before = [], None
    for row in rows:
        if row[1:] != before:
            kept.append(row)
        before = row[1:]
    return pl.DataFrame(kept, schema, orient="row")


def _lines(code: int, plans: list[Plan]) -> Iterator[tuple[int, ...]]:
    prefixes = [(key, acts or not sure) for plan in plans[:1] for key, *_, acts, sure in _prefixes(plan)]
    reach = _reach(plans[0]) if plans else 0
    for digits in range(2, DESCRIBED_DIGITS + 1 if plans else 0):
        base = code * 10**digits
        mark = plans[0].place * PLAN_SPAN + 10 ** min(digits, reach + 1)
        behind = 10 ** max(0, digits - reach)
        told: dict[int, int] = {}
        for first, end, matched in _stretches(plans, digits):
            if (answer := told.get(matched)) is None:
                answer = told[matched] = answers.of(judge(_parsed(code, _text(first, digits))))
            leads = (mark + first // behind, mark + (end - 1) // behind)
            yield base + first, answer, _is_plain(prefixes, *leads)
        yield base + 10**digits, answers.UNDECIDED, False


def _is_plain(prefixes: list[tuple[int, int]], first: int, last: int) -> bool:
    """Return whether no national prefix acts on any of the first digits from one to another."""
    begin, end = (bisect_right(prefixes, lead, key=itemgetter(0)) for lead in (first, last))
    return not any(acts for _, acts in prefixes[begin - 1 : end])


def _stretches(plans: list[Plan], digits: int) -> Iterator[tuple[int, int, int]]:
    """Yield the ranges of numbers of so many digits, and which patterns all of each matches, as bits.

    Numbers of one length that match the same patterns have the same answer, so that libphonenumber is asked
    about one of them.
    """
    described = _described(plans, digits)
    changes: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for place, pairs in enumerate(described):
        for first, end in pairs:
            changes[first].append((place, 1))
            changes[end].append((place, -1))
    depths, matched = [0] * len(described), 0
    for first, end in pairwise(sorted(changes.keys() | {0, 10**digits})):
        for place, step in changes.get(first, ()):
            depths[place] += step
            matched = matched | 1 << place if depths[place] else matched & ~(1 << place)
        yield first, end, matched


def _turns(plans: list[Plan], digits: int) -> list[int]:
    """Return the numbers of so many digits at which the answer may change: the first, others, the end."""
    found = {end for pairs in _described(plans, digits) for pair in pairs for end in pair}
    return sorted(found | {0, 10**digits})


def _described(plans: list[Plan], digits: int) -> list[list[Range]]:
    """Return the ranges of each pattern that tells numbers of so many digits apart."""
    patterns = sorted(set().union(*(plan.patterns for plan in plans)))
    found = [pairs for pattern in patterns if (pairs := ranges(pattern).get(digits))]
    # Where no number has that length, the length is all that matters.
    if found or digits in plans[0].lengths:
        found += [_prefix_ranges(plan.leading_digits, digits) for plan in plans]
    return found


def _prefix_turns(prefix: str, digits: int) -> set[int]:
    return {end for pair in _prefix_ranges(prefix, digits) for end in pair}


def _prefix_ranges(prefix: str, digits: int) -> list[Range]:
    """Return the numbers of so many digits that begin with a match of the pattern."""
    shorter = ((10 ** (digits - size), some) for size, some in ranges(prefix).items() if size <= digits)
    return [(first * scale, end * scale) for scale, some in shorter for first, end in some]


def _text(number: int, digits: int) -> str:
    return str(10**digits + number)[1:]


def _parsed(code: int, digits: str) -> PhoneNumber:
    """phonenumberutil._set_italian_leading_zeros_for_phone_number."""
    zeros = min(len(digits) - len(digits.lstrip("0")), len(digits) - 1)
    return PhoneNumber(
        country_code=code,
        national_number=int(digits),
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=zeros or None,
    )


def _nationals(plan: Plan) -> Iterator[tuple[int, ...]]:
    base = plan.place * PLAN_SPAN
    for digits in range(DESCRIBED_DIGITS + 1):
        for first, _ in pairwise(_turns([plan], digits)):
            yield base + 10**digits + first, *_national(plan, _text(first, digits))
    yield base + 2 * 10**DESCRIBED_DIGITS, *National(fits=True, too_long=True)
    yield base + PLAN_SPAN, *National()


def _national(plan: Plan, digits: str) -> National:
    """phonenumberutil._match_national_number and _test_number_length, which sees to local lengths first."""
    size = len(digits)
    too_long = size > plan.lengths[-1] and size not in plan.local_lengths
    viable = re.fullmatch(plan.general, digits) is not None
    return National(viable, too_long or size in plan.lengths, too_long)


def _reach(plan: Plan) -> int:
    reach = max(max(ranges(prefix)) for prefix in (plan.national_prefix, plan.international_prefix))
    if reach >= DESCRIBED_DIGITS:
        raise UnreadablePattern(plan.national_prefix)
    return reach


def _prefixes(plan: Plan) -> Iterator[tuple[int, ...]]:
    reach = _reach(plan)
    for digits in range(reach + 1):
        yield from _prefixes_of(plan, 10**digits, digits, "")
    # More digits than a prefix looks at: one is put behind, so that nothing that asks for the end matches.
    yield from _prefixes_of(plan, 10 ** (reach + 1), reach, "0")
    yield (plan.place + 1) * PLAN_SPAN, *Prefix(sure=False)


def _prefixes_of(plan: Plan, mark: int, digits: int, behind: str) -> Iterator[tuple[int, ...]]:
    prefixes = (plan.national_prefix, plan.international_prefix)
    turns = {0, 10**digits}.union(*(_prefix_turns(prefix, digits) for prefix in prefixes))
    for first, end in pairwise(sorted(turns)):
        text, last = (_text(number, digits) + behind for number in (first, end - 1))
        exit_code = re.match(plan.international_prefix, text)
        exit_digits = exit_code.end() if exit_code else 0
        prefix = _prefix(plan, text, last)._replace(exit_digits=exit_digits)
        yield plan.place * PLAN_SPAN + mark + first, *prefix


def _prefix(plan: Plan, text: str, last: str) -> Prefix:
    """phonenumberutil._maybe_strip_national_prefix_carrier_code, up to whether what is left is viable.

    Its result is told as a change to the first digits. Where a carrier code stands between digits that stay,
    that is the same change for the whole range only if all of it, to the `last`, begins with the same digits.
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
