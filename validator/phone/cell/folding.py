"""Characters: one spelling for what looks alike, so that every later rule can speak ASCII."""

from __future__ import annotations

import re
import unicodedata

_MIDDLE_DOTS = dict.fromkeys(map(ord, "·•∙⋅・"), ".")
_SIGNS = dict.fromkeys(map(ord, "➕﹢"), "+") | {ord("−"): "-"}  # noqa: RUF001 - look-alikes are what is folded
# What turns a digit into a keycap emoji: two variation selectors and the key around it.
_KEYCAP_MARKS = dict.fromkeys((0xFE0E, 0xFE0F, 0x20E3), "")
_BLANK_CONTROLS = dict.fromkeys(map(ord, "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85"), " ")
# The block of full-width forms repeats printable ASCII at this distance (The Unicode Standard, chart FF00).
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_FULL_WIDTH_OFFSET = 0xFEE0
# Letters that Unicode does not take apart into a plain one and its mark.
STROKED = str.maketrans("đðłøħŧı", "ddlohti")
_RUN_OF_SPACES = re.compile(" {2,}")


class _Folding(dict[int, str]):
    """A translation table that works out a character when it is first met, and keeps the answer."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(code)
        return folded


def fold(text: str) -> str:
    """Return the text with Unicode digits, spaces, dashes, dots and full-width forms in ASCII.

    Invisible marks (byte order, direction, zero width, soft hyphen) are dropped, tabs and line ends become
    spaces, runs of spaces become one. Superscripts and circled digits stay: they are notes beside a number,
    not part of it.
    """
    return _RUN_OF_SPACES.sub(" ", text.translate(_TABLE)).strip()


def fold_words(text: str) -> str:
    """Return text without case, accents and the differences of width: `TELÉFONO` is `telefono`."""
    plain = unicodedata.normalize("NFKD", text).casefold().translate(STROKED)
    return "".join(character for character in plain if unicodedata.category(character) != "Mn")


def _fold_character(code: int) -> str:
    if code in _FULL_WIDTH:
        return chr(code - _FULL_WIDTH_OFFSET)
    character = chr(code)
    match unicodedata.category(character):
        case "Nd":
            return str(unicodedata.decimal(character))
        case "Zs" | "Zl" | "Zp":
            return " "
        case "Pd":
            return "-"
        case "Cf":
            return ""
        case _:
            return character


_TABLE = _Folding(_MIDDLE_DOTS | _SIGNS | _KEYCAP_MARKS | _BLANK_CONTROLS)
