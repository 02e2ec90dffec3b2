"""The code page of text that is neither UTF-8 nor marked: which one makes words of its letters."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from validator.tables.detect.phone_words import names_phone

if TYPE_CHECKING:
    from collections.abc import Iterable

# Windows-1252 has no letter for 0x81, 0x8D, 0x8F, 0x90 and 0x9D, so a file with one of them fails it and is
# Latin-1, which takes any byte. Either way every byte is written back as it came.
WESTERN = ("cp1252", "latin-1")
_OTHERS = (
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "gb18030",
    "big5",
    "cp932",
    "cp949",
    "mac_roman",
)
_HEADER_LINES = 5
_ODD_WORDS = 0.3  # share of the words with letters beyond ASCII: more is another code page

_WORD = re.compile(r"[^\s!-/:-@\[-`{-\x7f]+")
_ASCII = re.compile(r"[\x00-\x7f]*")
_CELL = re.compile(r"[,;\t|\r\n\"]+")
# What stands in no word: a symbol between letters, a small digit behind them, a control character, a capital
# behind a small letter, or three letters beyond ASCII together, where Latin script is the western one.
_ODD = re.compile(
    r"[^\W\d_][^\w\s\u2018\u2019\u00b7\u2013\u2014\u200c\u200d]+[^\W\d_]"
    r"|[^\W\d_]{2}[\u00b9\u00b2\u00b3\u00bc-\u00be]|[\x80-\x9f\ufffd\ue000-\uf8ff]"
    r"|[a-z\u00df-\u00ff][\u00c0-\u00de\u0152\u0160\u0178\u017d]|[\u00c0-\u00ff\u0152-\u017e]{3}"
)
# Blocks of letters that words do not mix: Latin, Greek, Cyrillic, Hebrew, Arabic, those of East Asia.
_SCRIPTS = ((0x41, 0x24F), (0x370, 0x3FF), (0x400, 0x52F), (0x590, 0x5FF), (0x600, 0x6FF), (0x2E80, 0xFFEF))
_TURKISH_ONLY = re.compile("[ðýþÐÝÞ]")
_NOT_TURKISH = re.compile("[áéíóúýæÁÉÍÓÚÆ].*[áéíóúæÁÉÍÓÚÆ]", re.DOTALL)


def candidates(sample: bytes) -> Iterable[str]:
    """Return the code pages to try on a text, the likeliest first; the western ones, which take any, last.

    A header cell that says phone decides. Without one, the words of the western code page are looked at, and
    only where these are none charset-normalizer is asked.

    Args:
        sample: some whole lines with letters beyond ASCII, the first ones of the file among them.
    """
    texts = {codec: text for codec in ("cp1252", *_OTHERS) if (text := _decoded(sample, codec)) is not None}
    naming = [codec for codec, text in texts.items() if _names_phone(text) and reads_as_words(text)]
    western = texts.get("cp1252", "\ufffd")
    if not naming and reads_as_words(western):
        naming = ["cp1254"] if _is_turkish(western) and "cp1254" in texts else ["cp1252"]
    if naming[:1] == ["cp1252"]:
        return WESTERN
    from charset_normalizer import from_bytes  # noqa: PLC0415 - few lists need it, and it takes time to load

    ranked = [match.encoding for match in from_bytes(sample, cp_isolation=list(_OTHERS))]
    sound = [codec for codec in ranked if codec in texts and reads_as_words(texts[codec])]
    return (*sorted(naming, key=lambda codec: codec not in sound), *sound, *WESTERN)


def reads_as_words(text: str) -> bool:
    """Tell whether the letters of a text beyond ASCII make words, so that it is decoded as it was written."""
    words = [word for word in _WORD.findall(text) if not _ASCII.fullmatch(word)]
    return sum(map(_is_odd, words)) <= _ODD_WORDS * len(words)


def _is_turkish(western: str) -> bool:
    """Tell whether letters that only Icelandic has come without the vowels that it has too."""
    return bool(_TURKISH_ONLY.search(western)) and not _NOT_TURKISH.search(western)


def _is_odd(word: str) -> bool:
    scripts = [_script_of(char) for char in word if char.isalpha()]
    return bool(_ODD.search(word)) or any(one != other for one, other in pairwise(scripts))


def _script_of(char: str) -> int:
    return next((place for place, (first, last) in enumerate(_SCRIPTS) if first <= ord(char) <= last), -1)


def _names_phone(text: str) -> bool:
    lines = text.splitlines()[:_HEADER_LINES]
    cells = (cell for line in lines for cell in _CELL.split(line) if not _ASCII.fullmatch(cell))
    return any(map(names_phone, cells))


def _decoded(sample: bytes, codec: str) -> str | None:
    try:
        return sample.decode(codec)
    except UnicodeDecodeError:
        return None
