"""The code page of text that is neither UTF-8 nor marked: the one in which its letters make words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from validator.tables.delimited.latin_pages import PAGES, WESTERN_PAGE, latin_page
from validator.tables.detect.phone_words import names_phone
from validator.tables.detect.readable import reads_as_words

if TYPE_CHECKING:
    from collections.abc import Iterable

# Windows-1252 has no letter for 0x81, 0x8D, 0x8F, 0x90 and 0x9D, so a file with one of them is read as
# Latin-1, which accepts any byte. In both cases every byte is written unchanged.
WESTERN = (WESTERN_PAGE, "latin-1")
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
_LATIN = (WESTERN_PAGE, *PAGES)
_HEADER_LINES = 5

_ASCII = re.compile(r"[\x00-\x7f]*")
_CELL = re.compile(r"[,;\t|\r\n\"]+")


def candidates(sample: bytes) -> Iterable[str]:
    """Return the code pages to try on a text, the likeliest first; the western ones, which accept any, last.

    A header cell that says phone decides the script. Among the pages with Latin letters, the languages
    decide. Without both, charset-normalizer does.

    Args:
        sample: some whole lines with letters beyond ASCII, including the first ones of the file.
    """
    texts = {
        codec: text for codec in (WESTERN_PAGE, *_OTHERS) if (text := _decoded(sample, codec)) is not None
    }
    naming = [codec for codec, text in texts.items() if _names_phone(text) and reads_as_words(text)]
    if not naming or naming[0] in _LATIN:
        naming = _latin(sample, texts) or naming
    if naming[:1] == [WESTERN_PAGE]:
        return WESTERN
    from charset_normalizer import from_bytes  # noqa: PLC0415 - few lists need it, and it takes time to load

    ranked = [match.encoding for match in from_bytes(sample, cp_isolation=list(_OTHERS))]
    sound = [codec for codec in ranked if codec in texts and reads_as_words(texts[codec])]
    return (*sorted(naming, key=lambda codec: codec not in sound), *sound, *WESTERN)


def _latin(sample: bytes, texts: dict[str, str]) -> list[str]:
    if page := latin_page(sample):
        return [page]
    return [WESTERN_PAGE] if reads_as_words(texts.get(WESTERN_PAGE, "\ufffd")) else []


def _names_phone(text: str) -> bool:
    lines = text.splitlines()[:_HEADER_LINES]
    cells = (cell for line in lines for cell in _CELL.split(line) if not _ASCII.fullmatch(cell))
    return any(map(names_phone, cells))


def _decoded(sample: bytes, codec: str) -> str | None:
    try:
        return sample.decode(codec)
    except UnicodeDecodeError:
        return None
