"""Number formats of an .xlsx workbook that show a plus sign before a number, which its cells do not hold."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

_STYLES = "xl/styles.xml"
_TAG = rb"<(?:\w+:)?"
_FORMAT = re.compile(_TAG + rb"numFmt\b[^>]*>")
_CELL_STYLES = re.compile(_TAG + rb"cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_CELL_STYLE = re.compile(_TAG + rb"xf\b[^>]*>")
# Text before the first digit of the number: quoted, behind a backslash, in brackets, or a character that
# stands for itself. `_` is a space as wide as the next character, `*` fills the cell with it (ECMA-376,
# 18.8.31).
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|[_*](?:.)|\[[^\]]*\]|([^0#?;"])')
_PLUS = re.compile(r"[\s(]*(\+[\s(]*(?:[1-9][0-9]{0,2})?)[\s()/.-]*")


def prefixes_of(archive: zipfile.ZipFile) -> dict[bytes, str]:
    """Return what formats show before a number: `+` or `+49`, by the style of a cell."""
    if _STYLES not in archive.namelist():
        return {}
    styles = archive.read(_STYLES)
    formats = {
        _attribute(tag, b"numFmtId"): prefix
        for tag in _FORMAT.findall(styles)
        if (prefix := _prefix(html.unescape(_attribute(tag, b"formatCode").decode(errors="replace"))))
    }
    found = _CELL_STYLES.search(styles)
    tags = _CELL_STYLE.findall(found[0]) if found and formats else []
    numbered = ((b"%d" % place, _attribute(tag, b"numFmtId")) for place, tag in enumerate(tags))
    return {style: formats[one] for style, one in numbered if one in formats}


def _prefix(code: str) -> str:
    found = _PLUS.fullmatch("".join(_literals(code)))
    return found[1] if found else ""


def _literals(code: str) -> Iterator[str]:
    """Yield the text that a format shows before the number."""
    place = 0
    while found := _LITERAL.match(code, place):
        yield next((text for text in found.groups() if text), "")
        place = found.end()


def _attribute(tag: bytes, name: bytes) -> bytes:
    found = re.search(rb"\s" + name + rb"=\"([^\"]*)\"", tag)
    return found[1] if found else b""
