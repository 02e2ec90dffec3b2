"""Text that is decoded as it was written: its letters beyond ASCII make words."""

from __future__ import annotations

import re
from itertools import pairwise

_ODD_WORDS = 0.3  # share of the words with letters beyond ASCII: more is another code page

_WORD = re.compile(r"[^\s!-/:-@\[-`{-\x7f]+")
_ASCII = re.compile(r"[\x00-\x7f]*")
# What stands in no word: a symbol between letters, a small digit behind them, a control character, a capital
# behind a small letter, or three letters beyond ASCII together, where Latin script is the western one.
_ODD = re.compile(
    r"[^\W\d_][^\w\s\u2018\u2019\u00b7\u2013\u2014\u200c\u200d]+[^\W\d_]"
    r"|[^\W\d_]{2}[\u00b9\u00b2\u00b3\u00bc-\u00be]|[\x80-\x9f\ufffd\ue000-\uf8ff]"
    r"|[a-z\u00df-\u00ff][\u00c0-\u00de\u0152\u0160\u0178\u017d]|[\u00c0-\u00ff\u0152-\u017e]{3}"
)
# Blocks of letters that words do not mix: Latin, Greek, Cyrillic, Hebrew, Arabic, those of East Asia.
_SCRIPTS = ((0x41, 0x24F), (0x370, 0x3FF), (0x400, 0x52F), (0x590, 0x5FF), (0x600, 0x6FF), (0x2E80, 0xFFEF))


def reads_as_words(text: str) -> bool:
    """Tell whether the letters of a text beyond ASCII make words, so that it is decoded as it was written."""
    words = [word for word in _WORD.findall(text) if not _ASCII.fullmatch(word)]
    return sum(map(_is_odd, words)) <= _ODD_WORDS * len(words)


def _is_odd(word: str) -> bool:
    scripts = [_script_of(char) for char in word if char.isalpha()]
    return bool(_ODD.search(word)) or any(one != other for one, other in pairwise(scripts))


def _script_of(char: str) -> int:
    return next((place for place, (first, last) in enumerate(_SCRIPTS) if first <= ord(char) <= last), -1)
