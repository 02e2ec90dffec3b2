"""The code page of text in Latin letters, by the languages whose letters it has.

The same bytes are letters in all of these pages, so that a wrong page gives text that looks like words:
`Ayþe` for `Ayşe`, `Vìra` for `Věra`. Another page than the western one is chosen if the words
that it reads differently are those of one of its languages, and not all of them would be western ones.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WESTERN_PAGE = "cp1252"
# The letters beyond ASCII of the languages that have a page (the main and auxiliary letters of CLDR).
_LANGUAGES = (
    ("cp1250", "ąćęłńóśźż"),  # Polish
    ("cp1250", "áäčďéěíĺľňóôŕřšťúůýž"),  # Czech and Slovak
    ("cp1250", "áéíóöőúüű"),  # Hungarian
    ("cp1250", "ăâîşţ"),  # Romanian
    ("cp1250", "čćđšž"),  # Croatian, Bosnian, Serbian, Slovenian
    ("cp1254", "çğıöşüâîû\u0307"),  # Turkish; the dot is of the small letter of İ
    ("cp1257", "ąčęėįšųūž"),  # Lithuanian
    ("cp1257", "āčēģīķļņšūž"),  # Latvian
)
PAGES = tuple(dict.fromkeys(page for page, _ in _LANGUAGES))
# Languages of the western page whose words look like those of other pages one by one, but not all together:
# Icelandic and Faroese like Turkish, Estonian like Hungarian.
_RIVALS = ("áéíóúýðþæöø", "äõöüšž")
# Patterns are compiled when they are used, since most lists are in UTF-8.
# A western word: of Romance languages, German and Dutch; of Scandinavian ones; or short for one (`Nº`, `m²`).
# Some letters have places in these that they do not have in others: ã in Guimarães but not in Bãlan (Bălan).
_WESTERN_WORD = (
    r"[¿¡]*(?:[a-zßáàâäéêíîïóòôöúûüÿ]|ç(?=[aouáãâóôõúei])|ñ(?=[aeiouáéíóú])|œ(?=[ui])"
    r"|ã(?=[oesi]|\Z)|õ(?=e)|è(?![aeiouáéíóúk])(?!(?<=iè)\Z)|[ìù]\Z|(?<=[aeio])ë|ë(?!\Z))+"
    r"|(?:[a-zøåäöüßé]|(?<!i)æ)+"
    r"|[a-z]{0,2}[ºª²³¹¼½¾][a-z]?"
)
_WORD = rb"[A-Za-z\x80-\xff]+"
# Punctuation and signs, the same in all of these pages.
_SIGNS = rb"[\x80\x82\x84-\x87\x8b\x91-\x97\x99\x9b\xa0\xa4\xa6\xa7\xa9\xab-\xae\xb0\xb1\xb4-\xb7\xbb]"
# The largest share of letters beyond ASCII in the words that have any. In other scripts it is near 1.
_MOST_LETTERS = 0.5
# The least share of the words that differ which have to be a language's: lists have a few foreign names.
_OWN_SHARE = 0.9
# The largest number of western words among them, as a share of the language's: `Èapek` might be one.
_WESTERN_SHARE = 0.75


def latin_page(sample: bytes) -> str | None:
    """Return the code page of a text in the Latin letters of another page than the western one, or None."""
    words = list(
        dict.fromkeys(word for word in re.findall(_WORD, re.sub(_SIGNS, b" ", sample)) if not word.isascii())
    )
    together = b"".join(words)
    if len(together.translate(None, bytes(range(0x80)))) > _MOST_LETTERS * len(together):
        return None
    western = _read(words, WESTERN_PAGE)
    rival = max(_of_alphabet(western, letters) for letters in _RIVALS)
    scores = {
        score: page
        for page, letters in reversed(_LANGUAGES)
        if (score := _score(western, _read(words, page), letters)) and score >= rival
    }
    return scores[max(scores)] if scores else None


def _score(western: Sequence[str], words: Sequence[str], letters: str) -> int:
    """Return how many of the words are of a language; 0 if those that differ do not show that they are."""
    differing = [(one, other) for one, other in zip(western, words, strict=True) if one != other]
    own = _of_alphabet([word for _, word in differing], letters)
    as_western = sum(bool(re.fullmatch(_WESTERN_WORD, word)) for word, _ in differing)
    is_shown = own >= _OWN_SHARE * len(differing) and as_western <= _WESTERN_SHARE * own
    return _of_alphabet(words, letters) if differing and is_shown else 0


def _of_alphabet(words: Sequence[str], letters: str) -> int:
    pattern = re.compile(f"[a-z{letters}]+")
    return sum(bool(pattern.fullmatch(word)) for word in words)


def _read(words: Sequence[bytes], page: str) -> list[str]:
    return [word.decode(page, "replace").lower() for word in words]
