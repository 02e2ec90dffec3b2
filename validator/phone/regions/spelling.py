"""One key for all spellings of a country's name."""

from __future__ import annotations

import re
import unicodedata

from validator.phone.cell.folding import STROKED

# Words that lists leave out, put last ("Bahamas, The") or write as a sign ("Trinidad & Tobago").
_LEFT_OUT = {"the", "and"}
_ABBREVIATED = {"st": "saint"}
_SIGNS = re.compile("[^a-z0-9]")
_INITIALS = re.compile(r"(?<!\S)[a-z](?: [a-z])+(?!\S)")
# Letters that are exchanged in Persian, Urdu and careless Arabic text, and the apostrophes that are letters.
_ALIKE = str.maketrans("یىکةہھ", "ييكههه", "\N{MODIFIER LETTER APOSTROPHE}\N{MODIFIER LETTER TURNED COMMA}")
# Combining classes of the Unicode Standard, table 4-3: nukta, Hebrew and Arabic points, accents.
_ACCENTS = frozenset((7, *range(10, 37), *range(200, 256)))


def name_key(name: str) -> str:
    """Return a name without case, accents, punctuation, "the" and "and", with one space between words.

    Initials are one word: `U.S.A.` is `usa`.
    Unlike in `fold_words`, vowel signs stay: without them, Togo is Tonga in a dozen scripts of Asia.
    """
    words = (_ABBREVIATED.get(word, word) for word in _spoken(name).split())
    key = " ".join(word for word in words if word not in _LEFT_OUT)
    return _INITIALS.sub(lambda initials: initials[0].replace(" ", ""), key)


def _spoken(name: str) -> str:
    if name.isascii():
        # The same, ten times as fast: most words of a list are not countries, and are tried in several ways.
        return _SIGNS.sub(" ", name.lower())
    plain = unicodedata.normalize("NFKD", name).casefold().translate(STROKED).translate(_ALIKE)
    return "".join(
        mark if _is_spoken(mark) else " " for mark in plain if unicodedata.combining(mark) not in _ACCENTS
    )


def _is_spoken(mark: str) -> bool:
    return unicodedata.category(mark)[0] in "LNM"
