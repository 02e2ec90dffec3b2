"""Written forms of a country: its code, calling code and name, alone or several of them in one cell.

A cell with several (`United Kingdom (UK)`, `India +91`, `IN - India`) is a country if all parts name it. If
parts differ, or one names no country, the cell is refused: a guess could send a message to another person.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from validator.phone.regions.calling import digits_of_code, may_call, region_of_calling_code
from validator.phone.regions.countries import region_coded, region_named

if TYPE_CHECKING:
    from collections.abc import Iterable

_DIGITS = re.compile(r"(?:\+|\b00)?\s*\(?\d(?:[\s().-]*\d)*")
_BETWEEN_PARTS = re.compile(r"[()\[\]{}|/:;,=+–—]|\s-\s")  # noqa: RUF001 - the dashes that people write
_EDGES = " \t\r\n\N{NO-BREAK SPACE}-_.*'\""
_CODE_FIRST = re.compile(r"([A-Za-z]{1,3})[\s_-]+(.+)")
_CODE_LAST = re.compile(r"(.+?)[\s_-]+([A-Za-z]{1,3})")
# A form of state before a name.
_FORM_OF_STATE = re.compile(r"(?:the\s+)?(?:[\w']+\s+){0,3}(?:republic|kingdom)\s+of\s+(.+)", re.IGNORECASE)
# The form of state after the name, without punctuation: "Tanzania United Republic of".
_FORM_BEHIND = re.compile(r"^(\S+)\s+(\S.*\sof(?:\s+the)?)$", re.IGNORECASE)

# A flag is two regional indicators, or a black flag and its letters as tags (Unicode Technical Standard 51).
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_FLAG_OF_A_PART = re.compile("\U0001f3f4([\U000e0061-\U000e007a]{2})[\U000e0030-\U000e007f]+")
_INDICATORS = {0x1F1E6 + letter: ord("A") + letter for letter in range(26)}
_TAGS = {0xE0061 + letter: ord("A") + letter for letter in range(26)}


def region_written(text: str) -> str | None:
    """Return the ISO 3166 alpha-2 code of the region that a text names in any form, or None."""
    text = _without_flags(text).strip(_EDGES)
    if digits := digits_of_code(text):
        return region_of_calling_code(digits)
    return _region_of_words(text) or _region_of_parts(text)


def _without_flags(text: str) -> str:
    text = _FLAG.sub(lambda flag: f" {flag[0].translate(_INDICATORS)} | ", text)
    return _FLAG_OF_A_PART.sub(lambda flag: f" {flag[1].translate(_TAGS)} | ", text)


def _region_of_parts(text: str) -> str | None:
    codes = [digits_of_code(code) for code in _DIGITS.findall(text)]
    words = _DIGITS.sub("|", text)
    parts = [part for part in (one.strip(_EDGES) for one in _BETWEEN_PARTS.split(words)) if part]
    region = _region_of_words(" ".join(parts)) or _agreed(parts) or _region_turned(parts)
    if not parts:
        return _one(region_of_calling_code(code) if code else None for code in codes)
    return region if region and all(code and may_call(code, region) for code in codes) else None


def _agreed(parts: list[str]) -> str | None:
    return _one(_region_of_words(part) or _region_with_code(part) for part in parts)


def _region_turned(parts: list[str]) -> str | None:
    """Read `Korea (South)` and `Tanzania, United Republic of`."""
    return _region_of_words(f"{parts[1]} {parts[0]}") if len(parts) == 2 else None  # noqa: PLR2004 - a pair


def _region_with_code(part: str) -> str | None:
    """Read `IN India` and `India-IN`, if both parts name the same region."""
    for pair in (_CODE_FIRST.fullmatch(part), _CODE_LAST.fullmatch(part)):
        if pair and (region := _one(map(_region_of_words, pair.groups()))):
            return region
    return None


def _region_of_words(words: str) -> str | None:
    code, name = region_coded(words), region_named(words)
    if code and name and code != name and words.istitle():
        # "Nga" is Russia in Vietnamese; NGA and nga are Nigeria.
        return None
    return code or name or _region_of_state(words)


def _region_of_state(words: str) -> str | None:
    if " of" not in words.lower():
        return None
    in_front = _FORM_BEHIND.sub(r"\2 \1", words)
    state = _FORM_OF_STATE.fullmatch(in_front)
    return region_named(in_front) or (region_named(state[1]) if state else None)


def _one(regions: Iterable[str | None]) -> str | None:
    """Return the region if all of them are the same, else None; stops at the first that differs."""
    several = iter(regions)
    first = next(several, None)
    return first if first and all(other == first for other in several) else None
