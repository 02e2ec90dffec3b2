"""Parts of an .xlsx sheet that calamine leaves out: errors, unknown values, links, formats, hidden rows.

The sheet's XML is searched for them while it is unpacked, without parsing. Nearly all pieces have none, and
then the search takes a tenth of the time of reading.
"""

from __future__ import annotations

import html
import re
import zipfile
from typing import TYPE_CHECKING

from msgspec import Struct, field

from validator.tables.excel.extent import is_behind_rows, is_usual, letters_to_column, measured
from validator.tables.excel.number_formats import prefixes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Place = tuple[int, int]
"""A cell's row and column, counted from 0."""

_PIECE_BYTES = 1 << 20
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_TAG = rb"<(?:\w+:)?"

_SHEET = re.compile(_TAG + rb"sheet\b[^>]*>")
_RELATION = re.compile(_TAG + rb"Relationship\b[^>]*>")
_HIDDEN_ROW = re.compile(_TAG + rb"row\b[^>]*\bhidden=\"(?:1|true)\"[^>]*>")
_ERROR_CELL = re.compile(
    _TAG + rb"c\b([^>]*\bt=\"e\"[^>]*)>(?:" + _TAG + rb"f\b[^<]*(?:</(?:\w+:)?f>)?)?" + _TAG + rb"v>([^<]*)<"
)
# Without a type: a formula whose result is an empty text has one.
_EMPTY_FORMULA = re.compile(
    _TAG + rb"c\b((?:(?!\bt=)[^>])*)>" + _TAG + rb"f\b(?:[^>]*/>|[^>]*>([^<]*)</(?:\w+:)?f>)"
    rb"(?:" + _TAG + rb"v ?/>|" + _TAG + rb"v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_LINK = re.compile(_TAG + rb"hyperlink\b[^>]*>")
_LINK_FORMULA = re.compile(
    _TAG + rb"c\b([^>]*)>" + _TAG + rb"f\b[^>]*>HYPERLINK\((?:\"|&quot;)((?:[^\"&]|&amp;)*)(?:\"|&quot;)"
)
# A number in a cell with a style.
_STYLED = re.compile(
    _TAG + rb"c\b([^>]*\bs=\"(\d+)\"[^>]*)>(?:" + _TAG + rb"f\b[^<]*(?:</(?:\w+:)?f>)?)?"
    + _TAG + rb"v>([1-9][0-9]{6,14})(?:\.0)?</"
)  # fmt: skip
# A cell with anything in it that may be a value, however that is written.
_HAS_VALUE = rb"(?!\s*</|<v ?/>|<v></)"
_SHEET_PART = re.compile(r"(?i)worksheets/[^/]+\.xml$")
# A filled cell beyond column Z: what stands far from a list makes the sheet wide.
_ANY_WIDE = re.compile(rb" r=\"[A-Z][A-Z]")
_WIDE_CELL = re.compile(_TAG + rb"c\b[^>]*\br=\"([A-Z]{2,3})(\d+)\"(?:[^>]*[^/>])?>" + _HAS_VALUE)
_FILLED_ROW = re.compile(_TAG + rb"c\b[^>]*\br=\"[A-Z]+(\d+)\"(?:[^>]*[^/>])?>" + _HAS_VALUE)
_REFERENCE = re.compile(r"([A-Z]+)(\d+)")
_NUMBER_LINK = re.compile(r"(?i)^(?:tel:|whatsapp:|https?://(?:wa\.me|(?:api|web|www)\.whatsapp\.com)/)")
_COLUMNS_TO_Z = 26


class Marks(Struct):
    """The marks of a sheet, besides the values of its cells.

    Attributes:
        errors: the text that Excel shows in cells with an error (`#N/A`).
        formulas: the formulas of cells that were never computed, with their `=`.
        prefixes: what formats show before numbers, by the style of a cell.
        shown: the numbers of cells with such a style, as they are shown: `+49 1715550101`.
        links: the targets of cells that link to a phone number (`tel:`, `https://wa.me/`).
        hidden: the rows that are hidden.
        rows: how many rows there are down to the last filled cell.
        columns: how many columns there are, 26 at least.
        filled: how many cells have a value.
    """

    errors: dict[Place, str] = field(default_factory=dict)
    formulas: dict[Place, str] = field(default_factory=dict)
    prefixes: dict[bytes, str] = field(default_factory=dict)
    shown: dict[Place, str] = field(default_factory=dict)
    links: dict[Place, str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    rows: int = 0
    columns: int = _COLUMNS_TO_Z
    filled: int = 0

    def note(self, piece: bytes) -> None:
        """Add the marks in a piece of the XML, which consists of whole rows."""
        self.filled += piece.count(b"<v>") + piece.count(b"<is>")
        self._measure(piece)
        if b"hidden=" in piece:
            self.hidden |= {int(_attribute(found[0], "r")) - 1 for found in _HIDDEN_ROW.finditer(piece)}
        if b't="e"' in piece:
            self.errors |= {_place(found[1]): _text(found[2]) for found in _ERROR_CELL.finditer(piece)}
        if b"<f" in piece or b":f" in piece:
            self.formulas |= {
                _place(found[1]): f"={_text(found[2] or b'')}" for found in _EMPTY_FORMULA.finditer(piece)
            }
            self._note_links((found[1], _text(found[2])) for found in _LINK_FORMULA.finditer(piece))

        if self.prefixes:
            self.shown |= {
                _place(found[1]): f"{self.prefixes[found[2]]} {found[3].decode()}"
                for found in _STYLED.finditer(piece)
                if found[2] in self.prefixes
            }

    def note_links(self, piece: bytes, relations: dict[str, str]) -> None:
        """Add the links in the XML after the rows."""
        tags = [found[0] for found in _LINK.finditer(piece)]
        self._note_links(
            (b'r="%b"' % _attribute(tag, "ref").encode(), _target(tag, relations)) for tag in tags
        )

    def _note_links(self, found: Iterator[tuple[bytes, str]]) -> None:
        self.links |= {_place(cell): target for cell, target in found if _NUMBER_LINK.match(target)}

    def span(self, archive: zipfile.ZipFile, parts: Sequence[str]) -> None:
        """Measure parts with a parser of XML, where patterns cannot tell."""
        extent = measured(archive.open(part) for part in parts)
        self.rows = max(self.rows, extent.rows)
        self.columns = max(self.columns, extent.columns)
        self.filled = extent.filled

    def _measure(self, piece: bytes) -> None:
        if _ANY_WIDE.search(piece):  # a tenth of the time of the whole pattern
            wide = (letters_to_column(letters.decode()) + 1 for letters, _ in _WIDE_CELL.findall(piece))
            self.columns = max(self.columns, *wide, 0)
        last = piece.rfind(b"<row") if b"<row" in piece else 0
        if found := [int(row) for row in _FILLED_ROW.findall(piece[last:])]:
            self.rows = max(self.rows, *found)


def marks_of(path: Path, sheet: str) -> Marks:
    """Return the marks of a sheet; none if the workbook is not an .xlsx."""
    marks = Marks()
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            marks.span(archive, [name for name in archive.namelist() if _SHEET_PART.search(name)])
            return marks
        marks.prefixes = prefixes_of(archive)
        rest, is_plain = b"", True
        for piece, rest in _rows(archive, part):  # noqa: B007 - what is behind the last row
            marks.note(piece)
            is_plain = is_plain and is_usual(piece, marks.rows)
        if not (is_plain and is_behind_rows(rest)):
            marks.span(archive, [part])
        if b"hyperlink" in rest:
            folder, _, name = part.rpartition("/")
            marks.note_links(rest, _relations(archive, f"{folder}/_rels/{name}.rels"))
    return marks


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    if _WORKBOOK not in archive.namelist():
        return None
    targets = _relations(archive, _RELATIONS)
    for tag in _SHEET.findall(archive.read(_WORKBOOK)):
        if _attribute(tag, "name") == sheet:
            target = targets.get(_attribute(tag, "id"), "")
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            return part if part in archive.namelist() else None
    return None


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    if part not in archive.namelist():
        return {}
    tags = _RELATION.findall(archive.read(part))
    return {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in tags}


def _rows(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield whole rows of a sheet's XML, with the text that was unpacked after them."""
    rest = b""
    with archive.open(part) as file:
        while block := file.read(_PIECE_BYTES):
            text = rest + block
            cut = text.rfind(b"row>") + len(b"row>") if b"row>" in text else 0
            rest = text[cut:]
            yield text[:cut], rest


def _target(tag: bytes, relations: dict[str, str]) -> str:
    return relations.get(_attribute(tag, "id"), "")


def _attribute(tag: bytes, name: str) -> str:
    found = re.search(rf"[\s:]{name}=\"([^\"]*)\"".encode(), tag)
    return _text(found[1]) if found else ""


def _text(raw: bytes) -> str:
    return html.unescape(raw.decode(errors="replace"))


def _place(attributes: bytes) -> Place:
    found = _REFERENCE.match(_attribute(b" " + attributes, "r"))
    return (int(found[2]) - 1, letters_to_column(found[1])) if found else (-1, -1)
