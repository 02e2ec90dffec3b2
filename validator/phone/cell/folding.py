"""One spelling for characters that look alike, so that all later rules only need ASCII."""

from __future__ import annotations

import re
import unicodedata

from validator.pattern import Pattern

_MIDDLE_DOTS = dict.fromkeys(map(ord, "·•∙⋅・"), ".")
_SIGNS = dict.fromkeys(map(ord, "➕﹢"), "+") | {ord("−"): "-"}  # noqa: RUF001 - look-alikes are what is folded
# The marks that turn a digit into a keycap emoji: two variation selectors and the key around it.
_KEYCAP_MARKS = dict.fromkeys((0xFE0E, 0xFE0F, 0x20E3), "")
_BLANK_CONTROLS = dict.fromkeys(map(ord, "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85"), " ")
# The block of full-width forms repeats printable ASCII at this distance (The Unicode Standard, chart FF00).
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_FULL_WIDTH_OFFSET = 0xFEE0
# Letters that Unicode does not decompose into a plain letter and a mark.
STROKED = str.maketrans("đðłøħŧı", "ddlohti")
# UTF-8 read as Windows-1252: sequences of two or three bytes beyond ASCII; the first byte is the one of
# spaces, dashes and direction marks.
_MIS_READ = Pattern("[Ââ][\x80-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{1,2}", re.NOFLAG)  # noqa: RUF001 - as it comes
# No-break spaces and dashes of Mac OS Roman and of DOS code pages, between the digits of a number.
_LAST_LATIN_1 = 0xFF
_BETWEEN_DIGITS = Pattern(r"(?<=[0-9() ])[ÊÿÐÑ](?=[0-9()+ ])", re.NOFLAG)
_OTHER_MARKS = {"Ê": " ", "ÿ": " ", "Ð": "-", "Ñ": "-"}
_ESCAPES = Pattern("_x000[ad]_|Â(?= )", re.IGNORECASE)
# Text with one of these, or with an HTML reference (`&nbsp;`, `&#8209;`), needs repair; no other text does.
# The pattern means the same in Rust and in Python.
ESCAPED = "&(?:#|[a-z]{2,8};)|_x000"
TO_MEND = f"[ÂâÊÿÐÑ]|{ESCAPED}"
_TO_MEND = re.compile(TO_MEND, re.IGNORECASE)
# Lines and fields are never parts of one number.
_LINE_END = re.compile(r"(?<=\d)\s*[\t\n\v\f\r\x1c-\x1e\x85]\s*(?=[\d(])")
_RUN_OF_SPACES = re.compile(" {2,}")


class _Folding(dict[int, str]):
    """A translation table that computes each character once and caches it."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(code)
        return folded


class _Letters(dict[int, "str | int | None"]):
    """The same, for letters: without their strokes, and none for a mark."""

    def __missing__(self, code: int) -> int | None:
        self[code] = kept = None if unicodedata.category(chr(code)) == "Mn" else code
        return kept


def mend(text: str) -> str:
    """Return the text with its punctuation repaired, if this was saved in another encoding or escaped."""
    if not _TO_MEND.search(text):
        return text
    import html  # noqa: PLC0415 - few lists need it, and it has a table of two thousand names

    text = _MIS_READ.sub(_as_meant, _ESCAPES.sub(" ", html.unescape(text)))
    return _BETWEEN_DIGITS.sub(lambda found: _OTHER_MARKS[found[0]], text)


def _as_meant(found: re.Match[str]) -> str:
    try:
        return b"".join(map(_byte, found[0])).decode()
    except UnicodeError:
        return found[0]


def _byte(character: str) -> bytes:
    return character.encode("latin-1" if ord(character) <= _LAST_LATIN_1 else "cp1252")


def fold(text: str) -> str:
    """Return the text with Unicode digits, spaces, dashes, dots and full-width forms in ASCII.

    Invisible marks (byte order, direction, zero width, soft hyphen) are removed, tabs and line ends become
    spaces, between digits with a slash, as between two numbers, and several spaces become one. Superscripts
    and circled digits stay: they are notes beside a number, not part of it.
    """
    return _RUN_OF_SPACES.sub(" ", _LINE_END.sub(" / ", text).translate(_TABLE)).strip()


def fold_words(text: str) -> str:
    """Return text without case, accents and differences of width: `TELÉFONO` is `telefono`."""
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)


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
_LETTERS = _Letters(STROKED)
