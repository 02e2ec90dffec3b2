"""Recoveries: spellings that libphonenumber does not read, or reads wrongly, and the text to read instead.

Each is a small function with a line of documentation in the table `RECOVERIES`. Those at the front unwrap a
cell before libphonenumber sees it. The others are second chances: they are tried in their order if the cell
as it stands is not valid, and count only if the result is a valid number.

libphonenumber handles these cases itself: leading words and marks (`Tel: ...`, `whatsapp:+...`, Excel's
apostrophe), the national prefix in an international number (`+44 (0)20 ...`), the region's own international
prefix, extensions.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from validator.pattern import Pattern
from validator.phone.cell.folding import fold, mend
from validator.phone.cell.grouping import holds_no_code, without_item
from validator.phone.cell.national_variants import SPELLING_NAMES, SPELLINGS, SPELT
from validator.phone.cell.numbering import has_length, is_national_somewhere
from validator.phone.cell.unwrapping import (
    digits_of,
    float_text,
    item,
    label,
    note,
    parted_code,
    plus_behind,
    tel_uri,
    whatsapp_id,
    whatsapp_link,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from validator.phone.cell.national_variants import Spelling

_CODE_AND_PLUS = Pattern(r"[^0-9+]*(?:\+|00)?[\s(]*([1-9][0-9]{0,2})[\s().-]*\+([0-9\s().-]+)")
ZERO_IN_BRACKETS = re.compile(r"\(\s*0\s*\)")
INTERNATIONAL = re.compile(r"[^0-9+]*(?:\+|00)")
# In these patterns each character can match in one way only. With two ways, a cell of brackets took seconds.
PREFIX_00 = re.compile(r"[^0-9+]*(?:\+[\s(]*)?00[\s().-]*([1-9].*)")
PREFIX_011 = re.compile(r"[^0-9+]*(?:\+[\s(]*)?011[\s().-]*([1-9].*)")
BARE_DIGITS = re.compile(r"[^\w+]*([1-9](?:[\s().-]*[0-9])*)[^\w]*")
# With fewer digits, too many national numbers, order numbers and the like would be read as foreign numbers.
UNMISTAKABLE_DIGITS = 11
FEWEST_DIGITS = 10


class Stage(Enum):
    """When a recovery is tried."""

    FRONT = "before libphonenumber is asked"
    SECOND_CHANCE = "if its answer is not a valid number"


class Recovery(Struct, frozen=True):
    """One spelling beyond libphonenumber.

    Attributes:
        name: its name, unique in the table.
        stage: when it is tried.
        reads: what it accepts, for users.
        rewrite: returns the text to read instead, from the text and its region, or None if it does not apply.
    """

    name: str
    stage: Stage
    reads: str
    rewrite: Callable[[str, str | None], str | None]


def _unicode(text: str, _region: str | None) -> str | None:
    return fold(text)


def _mis_saved(text: str, _region: str | None) -> str | None:
    return mend(text)


def _code_and_plus(text: str, _region: str | None) -> str | None:
    found = _CODE_AND_PLUS.fullmatch(text)
    if not found:
        return None
    code, digits = found[1], digits_of(found[2])
    return f"+{digits}" if digits.startswith(code) else f"+{code}{digits}"


def _list_item(text: str, region: str | None) -> str | None:
    return without_item(text, region) if region else None


def _zero_in_brackets(text: str, _region: str | None) -> str | None:
    if not INTERNATIONAL.match(text) or not ZERO_IN_BRACKETS.search(text):
        return None
    return ZERO_IN_BRACKETS.sub("", text, count=1)


def _prefix_00(text: str, _region: str | None) -> str | None:
    found = PREFIX_00.fullmatch(text)
    return f"+{found[1]}" if found else None


def _prefix_011(text: str, _region: str | None) -> str | None:
    found = PREFIX_011.fullmatch(text)
    return f"+{found[1]}" if found and len(digits_of(found[1])) >= UNMISTAKABLE_DIGITS else None


def _lost_plus(text: str, region: str | None) -> str | None:
    found = BARE_DIGITS.fullmatch(text)
    digits = digits_of(found[1]) if found else ""
    return f"+{digits}" if _is_unmistakable(digits, region) and not holds_no_code(text, region) else None


def _respelt(spellings: Sequence[Spelling], text: str, region: str | None) -> str | None:
    found = _spelt(text, region)
    return next(filter(None, (_respelt_as(one, found, region) for one in spellings)), None) if found else None


def _any_of(patterns: Iterable[str]) -> Pattern:
    return Pattern("|".join(f"(?:{pattern})" for pattern in patterns), re.NOFLAG)


# All spellings, in international form and as dialled in each region.
_ABROAD = _any_of(one.abroad for one in SPELLINGS if one.abroad)
_AT_HOME: dict[str | None, Pattern] = {
    region: _any_of(one.at_home for one in SPELLINGS if one.region == region)
    for region in {one.region for one in SPELLINGS}
}


class _Spelt(NamedTuple):
    """The digits of a text, those in international form (empty if it may be national), and its plus sign."""

    digits: str
    international: str
    plus: bool


# The recoveries for spellings ask about the same text in turn.
@lru_cache(maxsize=1)
def _spelt(text: str, region: str | None) -> _Spelt | None:
    found = SPELT.fullmatch(text)
    if not found:
        return None
    plus, digits = found[1] or "", digits_of(found[2])
    international = _international(plus, digits, region)
    at_home = _AT_HOME.get(region)
    # The usual case: one search in place of one for each spelling.
    if not _ABROAD.fullmatch(international) and not (at_home and at_home.fullmatch(digits)):
        return None
    return _Spelt(digits, international, bool(plus))


def _respelt_as(spelling: Spelling, spelt: _Spelt, region: str | None) -> str | None:
    abroad = spelling.abroad and re.fullmatch(spelling.abroad, spelt.international)
    is_home = region == spelling.region and (not spelt.plus or spelling.after_plus)
    found = abroad or (re.fullmatch(spelling.at_home, spelt.digits) if is_home else None)
    return spelling.respelt(found) if found else None


def _international(plus: str, digits: str, region: str | None) -> str:
    """Return the digits from the calling code on, or nothing if they may be a national number."""
    if not plus and digits.startswith("00"):
        return digits[2:]
    return digits if plus or _is_unmistakable(digits, region) else ""


def _is_unmistakable(digits: str, region: str | None) -> bool:
    if region is None:
        return len(digits) >= UNMISTAKABLE_DIGITS and not is_national_somewhere(digits)
    if len(digits) == FEWEST_DIGITS:
        return not has_length(region, FEWEST_DIGITS)
    return len(digits) >= UNMISTAKABLE_DIGITS


_NAMED = [(name, reads, [one for one in SPELLINGS if one.name == name]) for name, reads in SPELLING_NAMES]
RECOVERIES = (
    Recovery(
        "mis_saved",
        Stage.FRONT,
        "punctuation saved in another encoding or language: `+1Â 202Â 5550101`, `_x000D_`, `&#8209;`",
        _mis_saved,
    ),
    Recovery(
        "unicode",
        Stage.FRONT,
        "digits, spaces, dashes and dots of any script, full-width forms, invisible marks",
        _unicode,
    ),
    Recovery(
        "whatsapp_id",
        Stage.FRONT,
        "WhatsApp's ids, with or without a device: `447400123456:12@s.whatsapp.net`, `447400123456@c.us`",
        whatsapp_id,
    ),
    Recovery(
        "whatsapp_link",
        Stage.FRONT,
        "links: `wa.me/447400123456`, `api.whatsapp.com/send?phone=...`, `whatsapp://send?phone=...`",
        whatsapp_link,
    ),
    Recovery(
        "tel_uri",
        Stage.FRONT,
        "`tel:` URIs in any case, percent-encoded, with parameters other than an extension or a context",
        tel_uri,
    ),
    Recovery(
        "float_text",
        Stage.FRONT,
        "numbers that a program wrote with all their digits: `12025550101.0`, `1.2025550101E10`",
        float_text,
    ),
    Recovery(
        "parted_code",
        Stage.FRONT,
        "a mark after the calling code: `+44|7400123456`",
        parted_code,
    ),
    Recovery(
        "plus_behind",
        Stage.FRONT,
        "the plus sign behind the number, as in text from right to left: `966501234567+`",
        plus_behind,
    ),
    Recovery(
        "item",
        Stage.FRONT,
        "a digit that says which of several numbers this is: `Tel1 55 1234 5678`, `#2 ...`, `1) +44 ...`",
        item,
    ),
    Recovery(
        "list_item",
        Stage.FRONT,
        "the number of a list item before a mobile number of the region: `12. 98765 43210`, "
        "`6) 281-555-0101`",
        _list_item,
    ),
    Recovery(
        "note",
        Stage.FRONT,
        "a word and a few digits, or a count in brackets, after eight digits or more: `... ramal 55`, "
        "`... after 5`, `614-555-0101 (2)`",
        note,
    ),
    Recovery(
        "label",
        Stage.FRONT,
        "words after eight digits or more, or after a number of the region, which would otherwise be read as "
        "keypad letters: "
        "`0664 1234567 Max`",
        label,
    ),
    Recovery(
        "zero_in_brackets",
        Stage.SECOND_CHANCE,
        "a trunk zero in an international number whose plan has none: `+34 (0)612 345 678`",
        _zero_in_brackets,
    ),
    Recovery(
        "prefix_00",
        Stage.SECOND_CHANCE,
        "`00`, ITU-T E.123's international prefix, without a region, or in a region that dials another "
        "prefix",
        _prefix_00,
    ),
    Recovery(
        "prefix_011",
        Stage.SECOND_CHANCE,
        "`011`, North America's international prefix, before eleven digits or more: 011 is also an area code",
        _prefix_011,
    ),
    Recovery(
        "code_and_plus",
        Stage.SECOND_CHANCE,
        "a calling code before the plus sign: `91 +91 98765 43210`",
        _code_and_plus,
    ),
    Recovery(
        "lost_plus",
        Stage.SECOND_CHANCE,
        "an international number without its plus sign: eleven digits or more (ten in a region without "
        "numbers of ten digits), not valid in the region; without a region, not a mobile number of any "
        "region as they stand",
        _lost_plus,
    ),
    *(Recovery(name, Stage.SECOND_CHANCE, reads, partial(_respelt, some)) for name, reads, some in _NAMED),
)
