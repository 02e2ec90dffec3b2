"""Recoveries: spellings that libphonenumber does not read, or reads wrongly, and what is put to it instead.

Each is a small function with a line of documentation in the table `RECOVERIES`. Those at the front unwrap a
cell before libphonenumber sees it. The others are second chances: they are tried, in their order, only where
the cell as it stands is not valid, and count only where what they make of it is a valid number.

Not here, since libphonenumber does it by itself: leading words and marks (`Tel: ...`, `whatsapp:+...`,
Excel's apostrophe), the national prefix left in (`+44 (0)20 ...`), the region's own international prefix,
extensions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from validator.phone.cell.folding import fold
from validator.phone.cell.national_variants import SPELLINGS, SPELT
from validator.phone.cell.numbering import has_length, is_national_somewhere

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.phone.cell.national_variants import Spelling

_WHATSAPP_ID = re.compile(
    r"\+?([0-9]{5,20})(?:[.:_][0-9]{1,5}){0,2}@(?:s\.whatsapp\.net|c\.us)", re.IGNORECASE
)
_SHORT_LINK = re.compile(
    r"\bwa\.me/(?:c/|p/[0-9]+/)?(?:\+|%2b)?([0-9][0-9 ().-]*)(?=$|[/?#\s\"'>])", re.IGNORECASE
)
_SEND_LINK = re.compile(
    r"(?:\bwhatsapp\.com|\bwhatsapp:/)/send/?\?(?:[^#\s]*&)?phone=([^&#\s]+)", re.IGNORECASE
)
_TEL_URI = re.compile(r"\btel:(?://)?(.+)", re.IGNORECASE)
_URI_PARAMETER = re.compile(r";(?=[a-z-]+=)", re.IGNORECASE)
_KNOWN_PARAMETERS = ("ext=", "phone-context=")  # RFC 3966, section 3
AFTER_LAST_DIGIT = re.compile(r"[0-9]([^0-9]*)$")
LABEL = re.compile(r"[)\]]?[\s(\[{<,;:|/-].*[^\W\d_]")
# A vanity number has at most seven digits before its letters (`1-800-555-TELL`): after eight a word is a
# label.
DIGITS_BEFORE_LABEL = 8
ZERO_IN_BRACKETS = re.compile(r"\(\s*0\s*\)")
INTERNATIONAL = re.compile(r"[^0-9+]*(?:\+|00)")
# In these each character can be read in one way only. Where it could in two, a cell of brackets took seconds.
PREFIX_00 = re.compile(r"[^0-9+]*(?:\+[\s(]*)?00[\s().-]*([1-9].*)")
PREFIX_011 = re.compile(r"[^0-9+]*(?:\+[\s(]*)?011[\s().-]*([1-9].*)")
BARE_DIGITS = re.compile(r"[^\w+]*([1-9](?:[\s().-]*[0-9])*)[^\w]*")
_NOT_DIGITS = re.compile(r"[^0-9]+")
# With fewer digits too many national numbers, order numbers and the like would pass for foreign numbers.
UNMISTAKABLE_DIGITS = 11
FEWEST_DIGITS = 10


class Stage(Enum):
    """When a recovery has its turn."""

    FRONT = "before libphonenumber is asked"
    SECOND_CHANCE = "where its answer is not a valid number"


@dataclass(frozen=True, slots=True)
class Recovery:
    """One spelling beyond libphonenumber.

    Attributes:
        name: a word for it, unique in the table.
        stage: when it has its turn.
        reads: what it accepts, for people.
        rewrite: the text and its region to the text to read instead, or None where it does not apply.
    """

    name: str
    stage: Stage
    reads: str
    rewrite: Callable[[str, str | None], str | None]


def _unicode(text: str, _region: str | None) -> str | None:
    return fold(text)


def _whatsapp_id(text: str, _region: str | None) -> str | None:
    found = _WHATSAPP_ID.search(text)
    return f"+{found[1]}" if found else None


def _whatsapp_link(text: str, _region: str | None) -> str | None:
    found = _SHORT_LINK.search(text) or _SEND_LINK.search(text)
    return f"+{digits}" if found and (digits := digits_of(unquote(found[1]))) else None


def _tel_uri(text: str, _region: str | None) -> str | None:
    found = _TEL_URI.search(text)
    if not found:
        return None
    number, *parameters = _URI_PARAMETER.split(unquote(found[1]))
    known = [parameter for parameter in parameters if parameter.lower().startswith(_KNOWN_PARAMETERS)]
    return ";".join([f"tel:{number}", *known])


def _label(text: str, _region: str | None) -> str | None:
    end = AFTER_LAST_DIGIT.search(text)
    if not end or not LABEL.match(end[1]):
        return None
    number = text[: end.start(1)]
    return number if len(digits_of(number)) >= DIGITS_BEFORE_LABEL else None


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
    return f"+{digits}" if _is_unmistakable(digits, region) else None


def _respelt(spelling: Spelling, text: str, region: str | None) -> str | None:
    written = SPELT.fullmatch(text)
    if not written:
        return None
    plus, digits = written[1] or "", digits_of(written[2])
    abroad = spelling.abroad.fullmatch(_international(plus, digits, region))
    at_home = None if plus or region != spelling.region else spelling.at_home.fullmatch(digits)
    found = abroad or at_home
    return spelling.number.format(*found.group(0, *range(1, found.re.groups + 1))) if found else None


def _international(plus: str, digits: str, region: str | None) -> str:
    """Return the digits from the calling code on, or nothing where they may be of a national number."""
    if not plus and digits.startswith("00"):
        return digits[2:]
    return digits if plus or _is_unmistakable(digits, region) else ""


def _is_unmistakable(digits: str, region: str | None) -> bool:
    if region is None:
        return len(digits) >= UNMISTAKABLE_DIGITS and not is_national_somewhere(digits)
    if len(digits) == FEWEST_DIGITS:
        return not has_length(region, FEWEST_DIGITS)
    return len(digits) >= UNMISTAKABLE_DIGITS


def digits_of(text: str) -> str:
    """Return the ASCII digits of the text."""
    return _NOT_DIGITS.sub("", text)


RECOVERIES = (
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
        _whatsapp_id,
    ),
    Recovery(
        "whatsapp_link",
        Stage.FRONT,
        "links: `wa.me/447400123456`, `api.whatsapp.com/send?phone=...`, `whatsapp://send?phone=...`",
        _whatsapp_link,
    ),
    Recovery(
        "tel_uri",
        Stage.FRONT,
        "`tel:` URIs in any case, percent-encoded, with parameters other than an extension or a context",
        _tel_uri,
    ),
    Recovery(
        "label",
        Stage.FRONT,
        "words after eight digits or more, which would be read as keypad letters: `0664 1234567 Max`",
        _label,
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
        "`00`, ITU-T E.123's international prefix, without a region or in one that dials another",
        _prefix_00,
    ),
    Recovery(
        "prefix_011",
        Stage.SECOND_CHANCE,
        "`011`, North America's international prefix, before eleven digits or more: 011 is also an area code",
        _prefix_011,
    ),
    Recovery(
        "lost_plus",
        Stage.SECOND_CHANCE,
        "an international number without its plus sign: eleven digits or more (ten in a region that has no "
        "numbers of ten), not valid in the region; without a region, no mobile number of any as they stand",
        _lost_plus,
    ),
    *(Recovery(one.name, Stage.SECOND_CHANCE, one.reads, partial(_respelt, one)) for one in SPELLINGS),
)
