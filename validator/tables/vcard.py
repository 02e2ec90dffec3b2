"""Address books (vCard, `.vcf`): one row for each number of each card."""

from __future__ import annotations

import quopri
import re
from typing import TYPE_CHECKING

import polars as pl

from validator.errors import FileError
from validator.tables.delimited.encoding import find_encoding, utf8_blocks
from validator.tables.frame import FrameTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from validator.tables.table import ReadOptions

_SCHEMA = pl.Schema(dict.fromkeys(("name", "type", "phone"), pl.String()))
# Not `splitlines`, which also breaks at characters that a note may have (U+2028, form feeds).
_LINE_END = re.compile(r"\r*\n|\r")
_FOLDS = (" ", "\t")  # RFC 6350, 3.2: a line that begins with one of these continues the line before
# RFC 2045, 6.7: it continues a quoted-printable value on the next line. Base64 and URLs may end so too.
_SOFT_BREAK = re.compile(r"=[ \t]*\Z")
_BOUNDARY = re.compile(r"(?i)\s*(?:BEGIN|END):VCARD\s*")  # no value continues with one
# A property: its group, its name, its parameters and its value (RFC 6350, 3.3).
_PROPERTY = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<parameters>(?:;(?:\"[^\"]*\"|[^:;\"])*)*):(?P<value>.*)"
)
_QUOTED = re.compile(r"(?i);\s*(?:encoding\s*=\s*)?\"?quoted-printable\"?\s*(?:;|\Z)")
# A property has its parameters in these; all lines of a picture would be joined again and again.
_HEAD_LINES = 8
_TYPE = re.compile(r"(?i)(?:^|;)(?:type=)?\"?(cell|home|work|main|voice|fax|pager|iphone|mobile)\b")


def open_vcard(path: Path, options: ReadOptions) -> FrameTable:
    """Open an address book as `name`, `type` (cell, home, work, ...) and `phone`; its output is CSV.

    It stays in memory. A card without a number is a row without a number.

    Raises:
        FileError: it cannot be read, or has no card.
    """
    encoding = find_encoding(path, options.encoding)
    text = b"".join(utf8_blocks(path, encoding)).decode()
    rows = [row for card in _cards(path, _LINE_END.split(text)) for row in _rows(card)]
    if not rows:
        raise FileError(f"{path} holds no whole card (BEGIN:VCARD to END:VCARD); export the contacts again.")
    return FrameTable(pl.DataFrame(rows, schema=_SCHEMA, orient="row"), path, "csv")


def _cards(path: Path, lines: Sequence[str]) -> Iterator[list[re.Match[str]]]:
    card: list[re.Match[str]] | None = None
    for number, line in _unfolded(lines):
        if line.upper() == "BEGIN:VCARD":
            _require_ended(path, card, f"before line {number}")
            card = []
        elif line.upper() == "END:VCARD":
            yield card or []
            card = None
        elif card is not None and (found := _PROPERTY.fullmatch(line)):
            card.append(found)
    _require_ended(path, card, "at the end of the file")


def _unfolded(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield each property on one line, with the number of its first line in the file."""
    first, parts = 1, [""]
    for number, line in enumerate(lines, start=1):
        if _breaks_softly(parts) and not _BOUNDARY.fullmatch(line):
            parts[-1] = _SOFT_BREAK.sub("", parts[-1])
            parts.append(line)
        elif line.startswith(_FOLDS):
            parts.append(line[1:])
        else:
            yield first, "".join(parts).strip()
            first, parts = number, [line]
    yield first, "".join(parts).strip()


def _breaks_softly(parts: Sequence[str]) -> bool:
    """Return whether the lines of a property end in a soft break: its value has to be quoted-printable."""
    if not _SOFT_BREAK.search(parts[-1]):
        return False
    found = _PROPERTY.match("".join(parts[:_HEAD_LINES]))
    return found is not None and _is_quoted(found)


def _is_quoted(found: re.Match[str]) -> bool:
    return bool(_QUOTED.search(found["parameters"]))


def _require_ended(path: Path, card: object, where: str) -> None:
    if card is not None:
        raise FileError(
            f"{path} holds no whole card {where} (BEGIN:VCARD to END:VCARD); export the contacts again."
        )


def _rows(card: list[re.Match[str]]) -> list[tuple[str, str, str | None]]:
    names = {found["name"].upper(): _value(found) for found in card}
    name = names.get("FN") or " ".join(filter(None, reversed(names.get("N", "").split(";")[:2])))
    numbers = [(_type(found), _value(found)) for found in card if found["name"].upper() == "TEL"]
    return [(name, kind, phone) for kind, phone in numbers] or [(name, "", None)]


def _type(found: re.Match[str]) -> str:
    kinds = dict.fromkeys(kind.lower() for kind in _TYPE.findall(found["parameters"]))
    return " ".join(kind for kind in kinds if kind != "voice")


def _value(found: re.Match[str]) -> str:
    value = found["value"]
    if _is_quoted(found):
        value = quopri.decodestring(value.encode()).decode(errors="replace")
    return re.sub(
        r"\\([,;\\nN])", lambda escaped: escaped[1].replace("n", " ").replace("N", " "), value
    ).strip()
