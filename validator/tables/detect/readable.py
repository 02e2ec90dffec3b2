"""Whether text was decoded with the right encoding: then its letters beyond ASCII make words."""

from __future__ import annotations

import re
from itertools import pairwise

from validator.pattern import Pattern

_ODD_WORDS = 0.3  # the largest share of odd words, of those with letters beyond ASCII

_WORD = Pattern(r"[^\s!-/:-@\[-`{-\x7f]+")
_ASCII = Pattern(r"[\x00-\x7f]*")
# Compiled at its first use, since many lists have no letters beyond ASCII.
# Text that no word has: a symbol between letters, a superscript digit after them, a control character, a
# capital after a small letter, or three letters beyond ASCII in a row in western Latin script.
_ODD = (
    r"[^\W\d_][^\w\s\u2018\u2019\u00b7\u2013\u2014\u200c\u200d]+[^\W\d_]"
    r"|[^\W\d_]{2}[\u00b9\u00b2\u00b3\u00bc-\u00be]|[\x80-\x9f\ufffd\ue000-\uf8ff]"
    r"|[a-z\u00df-\u00ff][\u00c0-\u00de\u0152\u0160\u0178\u017d]|[\u00c0-\u00ff\u0152-\u017e]{3}"
)
# Blocks of letters that one word does not mix: Latin, Greek, Cyrillic, Hebrew, Arabic, East Asian.
_SCRIPTS = ((0x41, 0x24F), (0x370, 0x3FF), (0x400, 0x52F), (0x590, 0x5FF), (0x600, 0x6FF), (0x2E80, 0xFFEF))


def reads_as_words(text: str) -> bool:
    """Return whether the letters beyond ASCII make words: then the text was decoded correctly."""
    words = [word for word in _WORD.findall(text) if not _ASCII.fullmatch(word)]
    return sum(map(_is_odd, words)) <= _ODD_WORDS * len(words)


def _is_odd(word: str) -> bool:
    scripts = [_script_of(char) for char in word if char.isalpha()]
    return bool(re.search(_ODD, word)) or any(one != other for one, other in pairwise(scripts))


def _script_of(char: str) -> int:
    return next((place for place, (first, last) in enumerate(_SCRIPTS) if first <= ord(char) <= last), -1)
