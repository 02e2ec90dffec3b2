r"""The digit patterns of libphonenumber's metadata, as ranges of whole numbers.

The patterns contain only digits and no unlimited repetition, so each matches a finite set of digit strings.
The strings of one length, read as whole numbers, form a few ranges: `7[0-4]\d` is 700 to 749. All patterns of
all countries have about 34,000 ranges, and a look-up in them takes a fraction of the time of matching.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Range = tuple[int, int]  # the first number, and the one after the last
Ranges = dict[int, list[Range]]  # by how many digits the strings have

# Items without a count are one token: literal digits with an optional class after them, and any digits.
_TOKEN = re.compile(
    r"[0-9]*\[[0-9-]+\](?![{?])|[0-9]+(?![{?])|(?:\\d)+(?![{?])|\\d|[0-9]|\[[0-9-]+\]|\((?:\?:)?|[)|?$]"
    r"|\{[0-9]+(?:,[0-9]+)?\}"
)
_OF_A_CLASS = re.compile(r"[0-9]-[0-9]|[0-9]")
_NOTHING: Ranges = {0: [(0, 1)]}
# The largest pattern today has a tenth of this (mobile numbers of India). With more, ranges would not pay.
_MOST_RANGES = 50_000


class UnreadablePattern(ValueError):
    """A pattern has syntax that this module does not support; its numbers have to be matched with `re`."""


@cache
def ranges(pattern: str) -> Ranges:
    """Return the digit strings that match the whole pattern.

    The ranges have no order, may repeat and overlap, and are never merged over the pattern's alternatives. So
    all strings of a range that no other range cuts match the same alternatives.

    Raises:
        UnreadablePattern: the pattern holds more than digits, classes, groups, alternatives and counts.
    """
    tokens = _TOKEN.findall(pattern)
    if "".join(tokens) != pattern:
        raise UnreadablePattern(pattern)
    tokens.reverse()
    found = _alternatives(tokens)
    if tokens:
        raise UnreadablePattern(pattern)
    return found


def leading(pattern: str, digits: int) -> list[Range]:
    """Return the numbers of `digits` digits that begin with a match of the pattern."""
    shorter = ((10 ** (digits - size), some) for size, some in ranges(pattern).items() if size <= digits)
    return [(first * scale, end * scale) for scale, some in shorter for first, end in some]


def merged(some: Iterable[Range]) -> list[Range]:
    """Return the same numbers as sorted ranges that do not touch."""
    whole: list[Range] = []
    for first, end in sorted(some):
        if whole and first <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], end)
        else:
            whole.append((first, end))
    return whole


def text_of(number: int, digits: int) -> str:
    """Return the number with leading zeros, in `digits` digits; empty for no digits."""
    return str(10**digits + number)[1:]


@cache
def _any_digits(count: int) -> Ranges:
    return {count: [(0, 10**count)]}


def _alternatives(tokens: list[str]) -> Ranges:
    """Read up to the closing bracket or the end. Tokens are taken from the end of the list."""
    found = [_sequence(tokens)]
    while tokens and tokens[-1] == "|":
        tokens.pop()
        found.append(_sequence(tokens))
    return _either(found)


def _sequence(tokens: list[str]) -> Ranges:
    parts = []
    while tokens and tokens[-1] not in {"|", ")"}:
        part = _part(tokens)
        parts.append((part, *_counts(tokens)))
    rest = _NOTHING
    # From the right, since most parts are followed by "any digits", which are cheap to prefix.
    for part, fewest, most in reversed(parts):
        rest = _joined(part, rest) if fewest == most == 1 else _repeated(part, fewest, most, rest)
    return rest


def _part(tokens: list[str]) -> Ranges:
    match token := tokens.pop():
        case "(" | "(?:":
            found = _alternatives(tokens)
            if not tokens or tokens.pop() != ")":
                raise UnreadablePattern(token)
            return found
        case "$":  # whole strings are matched, so an anchor matches nothing more
            return _NOTHING
        case _ if token[0] in "?{":
            raise UnreadablePattern(token)
        case _:
            return _digits(token)


@cache
def _digits(token: str) -> Ranges:
    if token[0] == "\\":
        return _any_digits(len(token) // len("\\d"))
    lead, _, of_class = token.partition("[")
    if not of_class:
        return {len(token): [(int(token), int(token) + 1)]}
    base = int(lead or 0) * 10
    pairs = [(base + int(one[0]), base + int(one[-1]) + 1) for one in _OF_A_CLASS.findall(of_class)]
    return {len(lead) + 1: pairs}


def _counts(tokens: list[str]) -> tuple[int, int]:
    if not tokens or tokens[-1][0] not in "?{":
        return 1, 1
    count = tokens.pop()
    if count == "?":
        return 0, 1
    fewest, _, most = count[1:-1].partition(",")
    return int(fewest), int(most or fewest)


def _repeated(part: Ranges, fewest: int, most: int, rest: Ranges) -> Ranges:
    if part is _any_digits(1):
        return _either([_joined(_any_digits(count), rest) for count in range(fewest, most + 1)])
    found = []
    for count in range(most + 1):
        if count >= fewest:
            found.append(rest)
        if count < most:
            rest = _joined(part, rest)
    return _either(found)


def _either(found: list[Ranges]) -> Ranges:
    if len(found) == 1:
        return found[0]
    either: defaultdict[int, list[Range]] = defaultdict(list)
    for one in found:
        for digits, some in one.items():
            either[digits] += some
    return either


def _joined(heads: Ranges, tails: Ranges) -> Ranges:
    if tails is _NOTHING:
        return heads
    joined: defaultdict[int, list[Range]] = defaultdict(list)
    for head_digits, some in heads.items():
        for tail_digits, others in tails.items():
            joined[head_digits + tail_digits] += _pairs(some, others, 10**tail_digits)
    return joined


def _pairs(heads: list[Range], tails: list[Range], scale: int) -> list[Range]:
    if tails == [(0, scale)]:
        return [(first * scale, end * scale) for first, end in heads]
    if sum(end - first for first, end in heads) * len(tails) > _MOST_RANGES:
        raise UnreadablePattern("too many ranges")
    each = (head * scale for first, end in heads for head in range(first, end))
    return [(head + first, head + end) for head in each for first, end in tails]
