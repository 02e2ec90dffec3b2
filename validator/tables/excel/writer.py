"""Writing an Excel workbook of one sheet, in which text stays text."""

from __future__ import annotations

import math
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

import polars as pl
import polars.selectors as cs
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError, XlsxWriterException

from validator.errors import FileError
from validator.tables.delimited import DelimitedTable
from validator.tables.delimited.writer import ZONED
from validator.tables.excel.reader import ExcelTable
from validator.tables.files.os_errors import unwritable
from validator.tables.files.temporary import temporary_folder
from validator.tables.table import refuse_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from validator.tables.table import Table, Writer

# What a sheet holds, by Microsoft's "Excel specifications and limits".
_MAX_ROWS, _MAX_COLUMNS, _MAX_CHARACTERS = 1_048_576, 16_384, 32_767
_EXACT_DIGITS = 15  # of a number; further ones become zeros
_FIRST_YEAR = 1900  # dates before are no numbers to Excel
_SHEET = "Sheet1"
# Of widths, in characters: the room for the mark of a filter, the most, and the rows that decide.
_MARGIN, _WIDEST, _ROWS_LOOKED_AT = 3, 50, 1_000
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - of nowhere: the same list makes the same file at any time


@contextmanager
def writing_sheet(
    out: BinaryIO, *, target: Path | None, schema: pl.Schema, like: Table | None
) -> Iterator[Writer]:
    """Write a header and rows to `out` as a workbook of one sheet, called as that of `like`.

    Text cells are formatted as text, so that they stay what they are when somebody edits them: numbers keep
    their plus signs and zeros, and nothing is a formula. Other sheets of the input are not copied.
    The workbook is put together in a temporary folder: an archive is not written from beginning to end.
    """
    _refuse_too_wide(schema)
    refuse_types(schema, "Excel")
    place = target or Path("standard output")
    with temporary_folder() as folder, _saying(place):
        path = folder / "book.xlsx"
        book = Workbook(path, {"constant_memory": True, "tmpdir": str(folder)})
        book.set_properties({"created": _CREATED})
        writer = _SheetWriter(_new_sheet(book, like), _formats(book), schema, place, _heading(book))
        writer.write_above(like.above if isinstance(like, ExcelTable) else ())
        writer.write_header(like.header if isinstance(like, ExcelTable | DelimitedTable) else {})
        try:
            yield writer
            writer.finish()
        finally:
            book.close()
        with path.open("rb") as file:
            shutil.copyfileobj(file, out)


def _refuse_too_wide(schema: pl.Schema) -> None:
    if len(schema) > _MAX_COLUMNS:
        raise FileError(
            f"the output has {len(schema):,} columns and a sheet {_MAX_COLUMNS:,}; choose another --format."
        )


def _new_sheet(book: Workbook, like: Table | None) -> Worksheet:
    name = like.sheet.name if isinstance(like, ExcelTable) else _SHEET
    try:
        sheet = book.add_worksheet(name)
    except XlsxWriterException:  # other programs allow names that Excel does not
        sheet = book.add_worksheet(_SHEET)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{_MAX_ROWS}"})
    return sheet


def _heading(book: Workbook) -> Format:
    return book.add_format({"num_format": "@", "bold": True})


def _formats(book: Workbook) -> dict[type, Format]:
    codes = {str: "@", int: "0", datetime: "yyyy-mm-dd hh:mm:ss", date: "yyyy-mm-dd", time: "hh:mm:ss"}
    return {kind: book.add_format({"num_format": code}) for kind, code in codes.items()}


@dataclass(slots=True)
class _SheetWriter:
    """Writes rows into a sheet, one after another.

    Attributes:
        sheet: where to.
        formats: how cells of a type are shown.
        schema: the columns.
        target: the file, for messages.
        heading: how the header is shown.
        row: the next row's place.
        header_row: the header's place.
        widths: the characters of the longest cell of each column, of the rows that are looked at.
    """

    sheet: Worksheet
    formats: dict[type, Format]
    schema: pl.Schema
    target: Path
    heading: Format
    row: int = 0
    header_row: int = 0
    widths: list[int] = field(default_factory=list)
    needs_cells: ClassVar = True

    def write_above(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write what stands above the table."""
        for row in rows:
            self._write_row(row)

    def write_header(self, header: Mapping[str, str]) -> None:
        """Write the names of the columns, bold, and keep them in sight."""
        names = [header.get(name, name) for name in self.schema]
        for column, name in enumerate(names):
            self._write_text(column, name, self.heading)  # an empty one is a blank cell
        self.widths = [len(name) for name in names]
        self.header_row = self.row
        self.row += 1
        self.sheet.freeze_panes(self.row, 0)

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows. What a sheet has no type for is text, times with a zone in ISO 8601."""
        cells = frame.select(self.schema.names()).with_columns(
            ZONED.dt.to_string("iso:strict"), cs.duration().dt.to_string("iso"), cs.decimal().cast(pl.Float64)
        )
        if self.row + cells.height > _MAX_ROWS:
            raise FileError(
                f"{self.target} would have more than {_MAX_ROWS:,} rows, which no sheet holds; "
                "write CSV with --format csv."
            )
        if self.row == self.header_row + 1:
            self._look_at_widths(cells.head(_ROWS_LOOKED_AT))
        for row in cells.iter_rows():
            self._write_row(row)

    def finish(self) -> None:
        """Put a filter on the header, and make each column as wide as its cells."""
        if self.schema:
            self.sheet.autofilter(
                self.header_row, 0, max(self.row - 1, self.header_row), len(self.schema) - 1
            )
        for column, width in enumerate(self.widths):
            self.sheet.set_column(column, column, min(width + _MARGIN, _WIDEST))

    def _look_at_widths(self, rows: pl.DataFrame) -> None:
        longest = rows.select(pl.all().cast(pl.String, strict=False).str.len_chars().max()).row(0)
        self.widths = [max(known, seen or 0) for known, seen in zip(self.widths, longest, strict=True)]

    def _write_row(self, row: Sequence[Any]) -> None:
        for column, cell in enumerate(row):
            if cell is not None and cell != "":
                self._write_cell(column, cell)
        self.row += 1

    def _write_cell(self, column: int, cell: Any) -> None:
        match cell:
            case str():
                self._write_text(column, cell)
            case bool():
                self.sheet.write_boolean(self.row, column, cell)
            case int() if len(str(abs(cell))) > _EXACT_DIGITS:
                self._write_text(column, str(cell))
            case int():
                self.sheet.write_number(self.row, column, cell, self.formats[int])
            case float() if not math.isfinite(cell):
                self._write_text(column, str(cell))
            case float():
                self.sheet.write_number(self.row, column, cell)
            case date() if cell.year < _FIRST_YEAR:
                self._write_text(column, cell.isoformat())
            case _:
                self.sheet.write_datetime(self.row, column, cell, self.formats[type(cell)])

    def _write_text(self, column: int, text: str, shown: Format | None = None) -> None:
        if len(text) > _MAX_CHARACTERS:
            raise FileError(
                f"row {self.row + 1} of {self.target} would have a cell of {len(text):,} characters, and "
                f"Excel holds {_MAX_CHARACTERS:,}; write CSV with --format csv."
            )
        self.sheet.write_string(self.row, column, text, shown or self.formats[str])


@contextmanager
def _saying(target: Path) -> Iterator[None]:
    try:
        yield
    except FileCreateError as error:
        raise unwritable(target, error.args[0]) from error
