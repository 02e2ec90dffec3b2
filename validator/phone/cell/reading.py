"""Reads one cell: unwraps it, refuses what would be a guess, asks libphonenumber, tries second chances."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from validator.model import LineType, Reason
from validator.phone.cell import refusals
from validator.phone.cell.grouping import LIST_ITEM, ends_in_stray_digit, groups_of
from validator.phone.cell.numbering import Line, look_up
from validator.phone.cell.recoveries import RECOVERIES, Stage
from validator.phone.cell.refusals import numbers_apart, the_one_number
from validator.phone.cell.unwrapping import digits_of

_FRONT = tuple(recovery.rewrite for recovery in RECOVERIES if recovery.stage is Stage.FRONT)
_SECOND_CHANCES = tuple(recovery.rewrite for recovery in RECOVERIES if recovery.stage is Stage.SECOND_CHANCE)

# Digits with the most common punctuation, and no slash or closing bracket behind the last three. Nothing in
# such a cell has to be unwrapped or refused, and most cells are like that, so they skip a dozen searches.
PLAIN = re.compile(r"\+?[0-9 ()/][0-9 ()/-]*[0-9](?:[ (-]*[0-9]){2}[ (-]*")
# Digits with punctuation, after any text, and before text that libphonenumber cuts off, such as an extension.
_CORE = re.compile(r"[^0-9+]*(\+*[0-9 ().\-/\[\]]*[0-9])(?:[^\w#+]|_)*")
_EXTENDED = re.compile(
    r"[^0-9+]*(\+*[0-9 ().\-/\[\]]*[0-9])"
    r"(?:;ext=[0-9]{1,6}| *(?:, *)?(?:ext|extn|x)\.? *[0-9]{1,6}| *,+ *[0-9]{1,9})",
    re.IGNORECASE,
)
_MAY_BE_MOBILE = (LineType.MOBILE, LineType.FIXED_OR_MOBILE)
_LIST_ITEM = re.compile(LIST_ITEM)
_FEWEST_DIGITS, _SHOWN_DIGITS = 3, 19


class Accept(StrEnum):
    """Which numbers count: those in a numbering plan, or also those of a possible length (new ranges)."""

    VALID = "valid"
    POSSIBLE = "possible"


class Written(NamedTuple):
    """How a cell of digits is written.

    Attributes:
        plus: whether there is a plus sign before them.
        digits: how many there are.
        value: the first 19 of them as a number.
    """

    plus: bool
    digits: int
    value: int


def written(text: str) -> Written | None:
    """Return how an unwrapped cell of digits with punctuation is written, or None for other cells."""
    found = _CORE.fullmatch(text) or _EXTENDED.fullmatch(text)
    digits = digits_of(found[1]) if found else ""
    if not found or len(digits) < _FEWEST_DIGITS:
        return None
    return Written(found[1].startswith("+"), len(digits), int(digits[:_SHOWN_DIGITS]))


def read(cell: str, region: str | None, accept: Accept) -> Line | Reason:
    """Return the number of one cell, or why there is none. Never raises, whatever the text.

    Args:
        cell: the raw text.
        region: ISO 3166 alpha-2 code that national numbers are read in, or None.
        accept: with `POSSIBLE`, a number of a possible length that is in no plan counts too, if no second
            chance finds a valid one.
    """
    return read_unwrapped(unwrap(cell, region), region, accept)


def unwrap(cell: str, region: str | None) -> str:
    """Return the text of a cell for libphonenumber."""
    if _is_plain(cell):
        return cell
    text = cell
    for rewrite in _FRONT:
        rewritten = rewrite(text, region)
        text = text if rewritten is None else rewritten
    return text


def _is_plain(text: str) -> bool:
    return PLAIN.fullmatch(text) is not None and not _LIST_ITEM.match(text)


def parts_of(cell: str, region: str | None) -> list[str]:
    """Return the parts of a cell with several numbers, one for each number, in order."""
    return numbers_apart(unwrap(cell, region), region)


def read_unwrapped(text: str, region: str | None, accept: Accept) -> Line | Reason:
    """Return the result of `read` for an unwrapped cell."""
    refused = None if _is_plain(text) else _refuse(text, region)
    answer = refused or _looked_up(text, region, accept)
    return (the_one_number(text, region) or answer) if answer is Reason.SEVERAL_NUMBERS else answer


def _looked_up(text: str, region: str | None, accept: Accept) -> Line | Reason:
    answer = look_up(text, region)
    if isinstance(answer, Line) and answer.valid:
        return Reason.NOT_A_NUMBER if _may_be_shorter(text, text, region) else answer
    return _second_chance(text, region) or _settle(answer, text, region, accept)


def _may_be_shorter(cell: str, text: str, region: str | None) -> bool:
    """Return whether a number's last digits may be those of something else: `0171 5550101 2`.

    Without them, it is a mobile number of the region, or one of another country that lost its plus sign.

    Args:
        cell: the unwrapped cell.
        text: what libphonenumber was asked about.
        region: see `read`.
    """
    if not ends_in_stray_digit(cell):
        return False
    beside = len(groups_of(cell)[-1])
    shorter = re.sub(rf"[0-9]{{{beside}}}[^0-9]*$", "", text)
    lines = (look_up(shorter, region), look_up(f"+{digits_of(shorter)}", None))
    return any(isinstance(line, Line) and line.line_type in _MAY_BE_MOBILE for line in lines)


def _refuse(text: str, region: str | None) -> Reason | None:
    if not text:
        return Reason.EMPTY
    if refusals.is_damaged(text):
        return Reason.SPREADSHEET_DAMAGE
    if refusals.is_other_address(text):
        return Reason.NOT_A_NUMBER
    return Reason.SEVERAL_NUMBERS if refusals.holds_several(text, region) else None


def _second_chance(text: str, region: str | None) -> Line | Reason | None:
    for rewrite in _SECOND_CHANCES:
        rewritten = rewrite(text, region)
        answer = look_up(rewritten, region) if rewritten else None
        if rewritten and isinstance(answer, Line) and answer.valid:
            return Reason.NOT_A_NUMBER if _may_be_shorter(text, rewritten, region) else answer
    return None


def _settle(answer: Line | Reason, text: str, region: str | None, accept: Accept) -> Line | Reason:
    if refusals.may_hold_several(text, region):
        return Reason.SEVERAL_NUMBERS
    if isinstance(answer, Line) and accept is Accept.VALID:
        return Reason.NOT_IN_PLAN
    return answer
