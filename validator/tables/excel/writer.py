"""Writing an Excel workbook: a list's sheet, and the others of the workbook that it comes from."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

import polars as pl
import polars.selectors as cs
from msgspec import Struct
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError, XlsxWriterException

from validator.errors import FileError
from validator.tables.delimited import DelimitedTable
from validator.tables.excel.cell_writer import CellWriter, formats_of
from validator.tables.excel.cells import spelled, whole_as_int
from validator.tables.excel.reader import ExcelTable
from validator.tables.files.os_errors import unwritable
from validator.tables.files.temporary import temporary_folder
from validator.tables.iso_times import with_iso_times
from validator.tables.table import refuse_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from validator.tables.excel.other_sheets import OtherSheet
    from validator.tables.table import Table, Writer

# What a sheet holds, by Microsoft's "Excel specifications and limits".
_MAX_ROWS, _MAX_COLUMNS = 1_048_576, 16_384
_SHEET = "Sheet1"
_ROWS_LOOKED_AT = 1_000  # for the widths of columns
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - of nowhere: the same list makes the same file at any time


@contextmanager
def writing_sheet(
    out: BinaryIO, *, target: Path | None, schema: pl.Schema, like: Table | None
) -> Iterator[Writer]:
    """Write a header and rows to `out` as a sheet of a workbook, called as that of `like`.

    The other sheets that `like` keeps stand where they stood, with their values: formulas become theirs, and
    formats, pictures and charts stay behind. The workbook opens at the list's sheet.
    The workbook is put together in a temporary folder: an archive is not written from beginning to end.
    """
    _refuse_too_wide(schema)
    refuse_types(schema, "Excel")
    place = target or Path("standard output")
    kept = like.kept if isinstance(like, ExcelTable) else ()
    with temporary_folder() as folder, _saying(place):
        path = folder / "book.xlsx"
        book = Workbook(path, {"constant_memory": True, "tmpdir": str(folder)})
        book.set_properties({"created": _CREATED})
        formats = formats_of(book)
        _copy(book, (one for one in kept if one.is_before), formats, place)
        cells = CellWriter(_new_sheet(book, like), formats, place)
        _copy(book, (one for one in kept if not one.is_before), formats, place)
        writer = _SheetWriter(cells, schema, _heading(book))
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
    return _added(book, name)


def _added(book: Workbook, name: str) -> Worksheet:
    try:
        sheet = book.add_worksheet(name)
    except XlsxWriterException:  # other programs allow names that Excel does not
        sheet = book.add_worksheet(f"Sheet{len(book.worksheets()) + 1}")
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{_MAX_ROWS}"})
    return sheet


def _heading(book: Workbook) -> Format:
    return book.add_format({"num_format": "@", "bold": True})


def _copy(book: Workbook, others: Iterable[OtherSheet], formats: dict[type, Format], target: Path) -> None:
    """Write sheets as they stand in another workbook."""
    for other in others:
        cells = CellWriter(_added(book, other.name), formats, target)
        if other.is_hidden:
            cells.sheet.hide()
        for place, row in enumerate(other.rows()):
            if place < _ROWS_LOOKED_AT:
                cells.widen([len(spelled(cell)) for cell in row])
            cells.write_row(list(map(whole_as_int, row)))
        cells.fit_columns()


class _SheetWriter(Struct):
    """Writes the rows of a list into a sheet, one after another.

    Attributes:
        cells: writes the cells.
        schema: the columns.
        heading: how the header is shown.
        header_row: the header's place.
    """

    cells: CellWriter
    schema: pl.Schema
    heading: Format
    header_row: int = 0
    needs_cells: ClassVar = True

    def write_above(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write the rows above the table."""
        for row in rows:
            self.cells.write_row(row)

    def write_header(self, header: Mapping[str, str]) -> None:
        """Write the names of the columns in bold, and freeze their row."""
        names = [header.get(name, name) for name in self.schema]
        for column, name in enumerate(names):
            self.cells.write_text(column, name, self.heading)  # an empty one is a blank cell
        self.cells.widen([len(name) for name in names])
        self.header_row = self.cells.row
        self.cells.row += 1
        self.cells.sheet.freeze_panes(self.cells.row, 0)

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows. Values without a type in Excel are text; times with a zone are in ISO 8601."""
        cells = with_iso_times(frame.select(self.schema.names())).with_columns(
            cs.duration().dt.to_string("iso"), cs.decimal().cast(pl.Float64)
        )
        if self.cells.row + cells.height > _MAX_ROWS:
            raise FileError(
                f"{self.cells.target} would have more than {_MAX_ROWS:,} rows, which no sheet holds; "
                "write CSV with --format csv."
            )
        if self.cells.row == self.header_row + 1:
            self._look_at_widths(cells.head(_ROWS_LOOKED_AT))
        for row in cells.iter_rows():
            self.cells.write_row(row)

    def finish(self) -> None:
        """Add a filter to the header, and set the width of each column."""
        if self.schema:
            self.cells.sheet.autofilter(
                self.header_row, 0, max(self.cells.row - 1, self.header_row), len(self.schema) - 1
            )
        self.cells.fit_columns()
        self.cells.sheet.activate()

    def _look_at_widths(self, rows: pl.DataFrame) -> None:
        longest = rows.select(pl.all().cast(pl.String, strict=False).str.len_chars().max()).row(0)
        self.cells.widen([width or 0 for width in longest])


@contextmanager
def _saying(target: Path) -> Iterator[None]:
    try:
        yield
    except FileCreateError as error:
        raise unwritable(target, error.args[0]) from error
