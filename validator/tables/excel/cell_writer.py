"""Writing the cells of a sheet, in which text stays text."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from validator.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_MAX_CHARACTERS = 32_767  # by Microsoft's "Excel specifications and limits"
_EXACT_DIGITS = 15  # of a number; further ones become zeros
_FIRST_YEAR = 1900  # dates before are no numbers to Excel
_CODES = {
    str: "@",
    int: "0",
    datetime: "yyyy-mm-dd hh:mm:ss",
    date: "yyyy-mm-dd",
    time: "hh:mm:ss",
    timedelta: "[h]:mm:ss",
}
# Of widths, in characters: the room for the mark of a filter, and the most.
_MARGIN, _WIDEST = 3, 50


def formats_of(book: Workbook) -> dict[type, Format]:
    """Return how cells of a type are shown."""
    return {kind: book.add_format({"num_format": code}) for kind, code in _CODES.items()}


class CellWriter(Struct):
    """Writes rows into a sheet, one after another.

    Text cells are formatted as text, so that they stay what they are when somebody edits them: numbers keep
    their plus signs and zeros, and nothing is a formula.

    Attributes:
        sheet: where to.
        formats: how cells of a type are shown.
        target: the file, for messages.
        row: the next row's place.
        widths: the characters of the longest cell of each column, of those noted.
    """

    sheet: Worksheet
    formats: dict[type, Format]
    target: Path
    row: int = 0
    widths: list[int] = field(default_factory=list)

    def write_row(self, row: Sequence[Any]) -> None:
        """Write a row; empty cells are left out."""
        for column, cell in enumerate(row):
            if cell is not None and cell != "":
                self._write_cell(column, cell)
        self.row += 1

    def widen(self, widths: Sequence[int]) -> None:
        """Take note of how many characters the cells of each column have."""
        self.widths = [max(pair) for pair in zip_longest(self.widths, widths, fillvalue=0)]

    def fit_columns(self) -> None:
        """Make each column as wide as its longest cell that was noted, but no wider than a screen shows."""
        for column, width in enumerate(self.widths):
            self.sheet.set_column(column, column, min(width + _MARGIN, _WIDEST))

    def _write_cell(self, column: int, cell: Any) -> None:
        match cell:
            case str():
                self.write_text(column, cell)
            case bool():
                self.sheet.write_boolean(self.row, column, cell)
            case int() if len(str(abs(cell))) > _EXACT_DIGITS:
                self.write_text(column, str(cell))
            case int():
                self.sheet.write_number(self.row, column, cell, self.formats[int])
            case float() if not math.isfinite(cell):
                self.write_text(column, str(cell))
            case float():
                self.sheet.write_number(self.row, column, cell)
            case date() if cell.year < _FIRST_YEAR:
                self.write_text(column, cell.isoformat())
            case _:
                self.sheet.write_datetime(self.row, column, cell, self.formats[type(cell)])

    def write_text(self, column: int, text: str, shown: Format | None = None) -> None:
        """Write a text, as text unless it is to be shown otherwise."""
        if len(text) > _MAX_CHARACTERS:
            raise FileError(
                f"row {self.row + 1} of {self.target} would have a cell of {len(text):,} characters, and "
                f"Excel holds {_MAX_CHARACTERS:,}; write CSV with --format csv."
            )
        self.sheet.write_string(self.row, column, text, shown or self.formats[str])
