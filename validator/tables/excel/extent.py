"""How far the filled cells of a sheet reach, in whatever spelling of XML somebody has written it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.parsers import expat

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import IO

# Known programs write cells as `<c r="A1"`, without a prefix, a comment or a code of two bytes. Where there
# is anything else, a parser looks.
_OTHERS = (b":c", b"<!", b"\0")
_ROW_OF_CELL = re.compile(rb"<c r=\"[A-Z]{1,3}([0-9]+)\"")
_REFERENCE = re.compile(r"([A-Za-z]+)([0-9]+)")
_VALUES = frozenset({"v", "is", "f"})


def is_usual(piece: bytes, last_row: int) -> bool:
    """Return whether patterns can tell how far whole rows of XML reach.

    Args:
        piece: the rows.
        last_row: the last filled row that was found so far, in the last row of each piece.
    """
    if piece.count(b"<") != piece.count(b">") or any(word in piece for word in _OTHERS):
        return False
    rows = _ROW_OF_CELL.findall(piece)
    if len(rows) != piece.count(b"<c") - piece.count(b"<col"):
        return False
    return max(map(int, rows), default=0) <= max(last_row, int(rows[-1]) if rows else 0)


def is_behind_rows(rest: bytes) -> bool:
    """Return whether a piece of XML begins where the rows end."""
    return rest.lstrip().startswith(b"</sheetData>") or b"<sheetData/>" in rest


def letters_to_column(letters: str) -> int:
    """Return the place of a column, counted from 0."""
    column = 0
    for letter in letters.upper():
        column = 26 * column + ord(letter) - ord("A") + 1
    return column - 1


class Extent(Struct):
    """How many rows and columns a sheet has down to its last filled cell, and how many of its cells are."""

    rows: int = 0
    columns: int = 0
    filled: int = 0
    _row: int = 0
    _column: int = 0
    _is_counted: bool = True

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the beginning of an element."""
        match name.rpartition(" ")[2]:
            case "row":
                self._row = int(attributes.get("r") or self._row + 1)
                self._column = 0
            case "c":
                self._place(attributes.get("r"))
            case kind if kind in _VALUES and not self._is_counted:
                self.rows = max(self.rows, self._row)
                self.columns = max(self.columns, self._column)
                self.filled += 1
                self._is_counted = True

    def _place(self, reference: str | None) -> None:
        self._column += 1
        if found := _REFERENCE.fullmatch(reference or ""):
            self._row, self._column = int(found[2]), letters_to_column(found[1]) + 1
        self._is_counted = False


def measured(parts: Iterator[IO[bytes]]) -> Extent:
    """Return the extent of the XML of a sheet, or of what the largest of several spans.

    Raises:
        ValueError: one of them is no XML of a sheet.
    """
    extent = Extent()
    for part in parts:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = extent.begin
        try:
            parser.ParseFile(part)
        except expat.ExpatError as error:
            raise ValueError(str(error)) from error
    return extent
