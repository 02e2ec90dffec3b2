"""Unwrapping: the recoveries that extract a number from its surroundings, before libphonenumber sees it.

Each returns the text to read instead, or None if it does not apply. `recoveries` lists them in their order.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from validator.model import MAX_DIGITS
from validator.pattern import Pattern
from validator.phone.cell.numbering import is_valid

_WHATSAPP_ID = Pattern(r"\+?([0-9]{5,20})(?:[.:_][0-9]{1,5}){0,2}@(?:s\.whatsapp\.net|c\.us)", re.IGNORECASE)
_SHORT_LINK = Pattern(
    r"\bwa\.me/(?:c/|p/[0-9]+/)?(?:\+|%2b)?([0-9][0-9 ().-]*)(?=$|[/?#\s\"'>])", re.IGNORECASE
)
_SEND_LINK = Pattern(r"(?:\bwhatsapp\.com|\bwhatsapp:/)/send/?\?(?:[^#\s]*&)?phone=([^&#\s]+)", re.IGNORECASE)
_TEL_URI = re.compile(r"\btel:(?://)?(.+)", re.IGNORECASE)
_URI_PARAMETER = Pattern(r";(?=[a-z-]+=)", re.IGNORECASE)
_KNOWN_PARAMETERS = ("ext=", "phone-context=")  # RFC 3966, section 3
AFTER_LAST_DIGIT = re.compile(r"[0-9]([^0-9]*)$")
# The pattern means the same in Rust and in Python.
LABEL = Pattern(
    r"[\"')\]]*(?:[\s(\[{<,;:|/-].*[^\W\d_]|(?i:cell|mobile|mob|cel|home|work|office|casa|whatsapp)\b)"
)
# The number of a template's row, which is nobody's of the list. `Ex.` behind a number is an extension.
EXAMPLE = (
    r"\b(?:e\.\s?g|z\.\s?b|p\.\s?ej|p\.\s?ex|bsp|bijv|beispiel(?:nummer)?|ejemplo|exemplo|exemple"
    r"|esempio|voorbeeld|przykład|пример|например|приклад|örnek|contoh)\b|^\W*ex\s?[.:]|例|예:|مثال"
    r"|\bexample(?:[^.\w]|$)|^[^0-9]*\b(?:format|sample)\b[^0-9]*[0-9]"
)
_EXAMPLE = Pattern(EXAMPLE, re.IGNORECASE)
# A word and a few digits after a number: an extension in other languages than English, or a remark.
NOTE_WORDS = (
    "after|before|until|opt|option|ramal|interno|int|anexo|poste|durchwahl|dw|klappe|toestel|dahili|доб|вн"
)
_NOTE = Pattern(
    rf"(.*[0-9])[\s,;.()-]*\b(?:{NOTE_WORDS})\b[.:]?\s*[0-9]{{1,5}}(?:\s*(?:am|pm|h|uhr))?\W*", re.IGNORECASE
)
# How many numbers a person has, or which one this is. Nobody writes the last digits of a number in brackets.
COUNT = r"[0-9]\s*[(\[][1-9][0-9]?[)\]]\W*$"
_COUNT = re.compile(COUNT)
# Which of several numbers this is (`Tel1 `, `#2 `), or the number of a list item. In front of a plus sign it
# is no calling code; elsewhere libphonenumber would read it as the first digits.
ITEM = r"^\W*(?:(?:[^\W\d_]+\.?|#)[1-9][\s:]+(?:[0-9(+])|[0-9]{1,4}[).:]\s+\+)"
_ITEM = re.compile(ITEM)
_PARTED_CODE = re.compile(r"(\W*\+[1-9][0-9]{0,2})[|;_:,]+\s*([0-9(].*)")
# Text from right to left, copied in the order in which it is seen.
PLUS_BEHIND = r"^\(?([1-9][0-9 ().-]*)\+$"
_PLUS_BEHIND = re.compile(PLUS_BEHIND)
# A number that a program wrote as a float, without losing digits, also behind a calling or area code. Three
# zeros may be thousands.
FLOAT = r"(\+?(?:[0-9]{1,5} )?[0-9]{5,})[.,](?:0{1,2}|0{4,})"
_FLOAT = re.compile(FLOAT)
EXPONENT = r"([0-9])[.,]([0-9]{9,})[eE]\+?([0-9]{1,2})"
_EXPONENT = re.compile(EXPONENT)
QUOTES = " '\"=`’‘“”"  # noqa: RUF001 - spreadsheets write typographic quotes
# A vanity number has at most seven digits before its letters (`1-800-555-TELL`): a word after eight digits is
# a label.
DIGITS_BEFORE_LABEL = 8
# Fewer may be a whole number in small countries.
FEWEST_BEFORE_LABEL = 6
_NOT_DIGITS = re.compile(r"[^0-9]+")


def whatsapp_id(text: str, _region: str | None) -> str | None:
    """Return the number in one of WhatsApp's ids."""
    found = _WHATSAPP_ID.search(text) if "@" in text else None  # saves a search without an @
    return f"+{found[1]}" if found else None


def whatsapp_link(text: str, _region: str | None) -> str | None:
    """Return the number of a link that opens a chat."""
    if "/" not in text:
        return None
    found = _SHORT_LINK.search(text) or _SEND_LINK.search(text)
    return f"+{digits}" if found and (digits := digits_of(unquote(found[1]))) else None


def tel_uri(text: str, _region: str | None) -> str | None:
    """Return a `tel:` URI with the parameters that libphonenumber knows."""
    found = _TEL_URI.search(text)
    if not found:
        return None
    number, *parameters = _URI_PARAMETER.split(unquote(found[1]))
    known = [parameter for parameter in parameters if parameter.lower().startswith(_KNOWN_PARAMETERS)]
    return ";".join([f"tel:{number}", *known])


def float_text(text: str, _region: str | None) -> str | None:
    """Return the digits of a number that a program wrote as a float."""
    bare = text.strip(QUOTES)
    if found := _FLOAT.fullmatch(bare):
        return found[1]
    found = _EXPONENT.fullmatch(bare)
    zeros = int(found[3]) - len(found[2]) if found else -1
    return f"{found[1]}{found[2]}{'0' * zeros}" if found and 0 <= zeros <= MAX_DIGITS else None


def plus_behind(text: str, _region: str | None) -> str | None:
    """Return the number with its plus sign in front."""
    found = _PLUS_BEHIND.match(text)
    return f"+{found[1]}" if found else None


def item(text: str, _region: str | None) -> str | None:
    """Return the number behind a digit that says which of several it is."""
    found = _ITEM.match(text)
    number = text[found.end() - 1 :] if found else ""
    return number if len(digits_of(number)) >= DIGITS_BEFORE_LABEL else None


def note(text: str, _region: str | None) -> str | None:
    """Return the text before a word and a few digits, or before a count in brackets."""
    found, counted = _NOTE.fullmatch(text), _COUNT.search(text)
    number = found[1] if found else text[: counted.start() + 1] if counted else ""
    return number if len(digits_of(number)) >= DIGITS_BEFORE_LABEL else None


def parted_code(text: str, _region: str | None) -> str | None:
    """Return the number with a space in place of the mark after its calling code."""
    found = _PARTED_CODE.fullmatch(text)
    return f"{found[1]} {found[2]}" if found else None


def label(text: str, region: str | None) -> str | None:
    """Return the number before words: eight digits or more, or a whole number of the region."""
    end = AFTER_LAST_DIGIT.search(text)
    if not end or not LABEL.match(end[1]) or _EXAMPLE.search(end[1]):
        return None
    number = text[: end.start(1)]
    digits = len(digits_of(number))
    is_whole = digits >= DIGITS_BEFORE_LABEL or (digits >= FEWEST_BEFORE_LABEL and is_valid(number, region))
    return number if is_whole else None


def digits_of(text: str) -> str:
    """Return the ASCII digits of the text."""
    return _NOT_DIGITS.sub("", text)
