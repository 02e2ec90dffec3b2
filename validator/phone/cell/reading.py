"""Reading one cell: unwrap it, refuse what would be a guess, ask libphonenumber, give it second chances."""

from __future__ import annotations

import re
from enum import StrEnum

from validator.model import Reason
from validator.phone.cell import refusals
from validator.phone.cell.numbering import Line, look_up
from validator.phone.cell.recoveries import RECOVERIES, Stage

_FRONT = tuple(recovery.rewrite for recovery in RECOVERIES if recovery.stage is Stage.FRONT)
_SECOND_CHANCES = tuple(recovery.rewrite for recovery in RECOVERIES if recovery.stage is Stage.SECOND_CHANCE)

# Digits with the commonest punctuation: nothing in such a cell is to be unwrapped or refused, and most cells
# are such, so that they are spared the dozen searches for it.
PLAIN = re.compile(r"\+?[0-9 ()/-]+")


class Accept(StrEnum):
    """Which numbers count: those a numbering plan holds, or also those of a possible length (new ranges)."""

    VALID = "valid"
    POSSIBLE = "possible"


def read(cell: str, region: str | None, accept: Accept) -> Line | Reason:
    """Return the number of one cell, or why there is none. Never raises, whatever the text.

    Args:
        cell: the raw text.
        region: ISO 3166 alpha-2 code that national numbers are read in, or None.
        accept: a number of a possible length that is in no plan counts with `POSSIBLE` only, and then only
            where no second chance leads to a valid one.
    """
    if PLAIN.fullmatch(cell):
        return _read_unwrapped(cell, region, accept)
    text = _unwrap(cell, region)
    return _refuse(text, region) or _read_unwrapped(text, region, accept)


def _read_unwrapped(text: str, region: str | None, accept: Accept) -> Line | Reason:
    answer = look_up(text, region)
    if isinstance(answer, Line) and answer.valid:
        return answer
    return _second_chance(text, region) or _settle(answer, text, region, accept)


def _unwrap(text: str, region: str | None) -> str:
    for rewrite in _FRONT:
        rewritten = rewrite(text, region)
        text = text if rewritten is None else rewritten
    return text


def _refuse(text: str, region: str | None) -> Reason | None:
    if not text:
        return Reason.EMPTY
    if refusals.is_damaged(text):
        return Reason.SPREADSHEET_DAMAGE
    if refusals.is_other_address(text):
        return Reason.NOT_A_NUMBER
    return Reason.SEVERAL_NUMBERS if refusals.holds_several(text, region) else None


def _second_chance(text: str, region: str | None) -> Line | None:
    for rewrite in _SECOND_CHANCES:
        rewritten = rewrite(text, region)
        answer = rewritten and look_up(rewritten, region)
        if isinstance(answer, Line) and answer.valid:
            return answer
    return None


def _settle(answer: Line | Reason, text: str, region: str | None, accept: Accept) -> Line | Reason:
    if refusals.may_hold_several(text, region):
        return Reason.SEVERAL_NUMBERS
    if isinstance(answer, Line) and accept is Accept.VALID:
        return Reason.NOT_IN_PLAN
    return answer
