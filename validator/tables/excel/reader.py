"""Reads a sheet of an Excel workbook."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from validator.errors import FileError
from validator.tables.delimited.layout import named
from validator.tables.detect.header_row import (
    LOOKED_AT,
    MOST_TITLES,
    header_place,
    is_number_row,
    lies_on_its_side,
)
from validator.tables.excel.cells import column_of, dtype_of, spelled, types_of
from validator.tables.excel.notices import refuse_sprawling, warn_of
from validator.tables.excel.other_sheets import OtherSheet, others_of
from validator.tables.excel.sheet_xml import Marks, marks_of
from validator.tables.excel.sheets import chosen, refuse_several
from validator.tables.excel.workbook_file import is_archive_file, open_workbook, reading_workbook
from validator.tables.files.os_errors import require_regular
from validator.tables.table import Hidden, thinned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from python_calamine import CalamineSheet

    from validator.tables.excel.cells import Cell
    from validator.tables.excel.sheet_xml import Place
    from validator.tables.table import ReadOptions, Table

    Row = list[Cell]

_FRAME_ROWS = 16_384  # cells are Python objects first, so there are fewer rows at a time than elsewhere
# The reading of a formula that was never computed: it has no value.
_NO_VALUE = "#N/A"
_DIGITS_OF_NUMBERS = 7  # a cell with fewer digits has no number, but its link may have one


class ExcelTable(Struct, frozen=True):
    """An opened sheet; see `Table`.

    A column has the type of its cells if all have the same; otherwise it is text. Empty rows are left out,
    except in a list of one column. An error, or a formula that was never computed, is the text that Excel
    shows. When phone numbers are read, such a formula is an error, the plus sign and the calling code that a
    number format shows count, and for a text that links to a phone number the link is read.

    Attributes:
        header: column names as the sheet has them.
        sheet: its cells, which stay in memory: a sheet has a million rows at most.
        skipped: how many rows are before the first row of the list.
        header_row: the row of the sheet with the names, counted from 1; 0 if there is none.
        above: the rows above the header.
        patches: the shown text of cells for which calamine has no value, by row and column.
        readings: the text that is read from such cells.
        left_out: rows that are not part of the list.
        hidden_rows: how many hidden rows are part of the list.
        formulas_without_value: how many cells were never computed.
        other_sheets: those of the workbook that are shown and not read.
        kept: those that an output keeps.
    """

    path: Path
    schema: pl.Schema
    header: Mapping[str, str]
    sheet: CalamineSheet
    skipped: int
    header_row: int = 0
    above: Sequence[Row] = ()
    patches: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    readings: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    left_out: AbstractSet[int] = frozenset()
    hidden_rows: int = 0
    formulas_without_value: int = 0
    other_sheets: tuple[str, ...] = ()
    kept: tuple[OtherSheet, ...] = ()
    format: str = "excel"

    @property
    def manner(self) -> Mapping[str, str | int]:
        """How the file is written; see `Table.manner`."""
        found = {"hidden_rows": self.hidden_rows, "formulas_without_value": self.formulas_without_value}
        counts = {name: count for name, count in found.items() if count}
        others = {"other_sheets": ", ".join(self.other_sheets)} if self.other_sheets else {}
        return {"header_row": self.header_row, "sheet": self.sheet.name, **others, **counts}

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows; see `Table.batches`.

        Given `columns` are read as phone numbers, by `readings`, and those with any are text.
        """
        if columns is None:
            return self.verbatim()
        patched = {place for row in self.readings.values() for place in row}
        texts = {name: pl.String() for place, name in enumerate(self.schema) if place in patched}
        return self._frames(columns, self.readings, {**self.schema, **texts})

    def verbatim(self, *, cells: bool = True) -> Iterator[pl.DataFrame]:  # noqa: ARG002 - they are all there is
        """Yield the rows; see `Table.verbatim`."""
        return self._frames(self.schema.names(), self.patches, self.schema)

    def sample(self) -> pl.DataFrame:
        """Return some rows; see `Table.sample`."""
        frames = list(self.batches(self.schema.names()))
        return thinned(pl.concat(frames) if frames else pl.DataFrame(schema=self.schema))

    def _frames(
        self,
        columns: Sequence[str],
        patches: Mapping[int, Mapping[int, str]],
        types: Mapping[str, pl.DataType],
    ) -> Iterator[pl.DataFrame]:
        for rows in _chunks(_rows(self.sheet, patches, self.left_out), self.skipped, len(self.schema)):
            cells = dict(zip(self.schema, zip(*rows, strict=True), strict=True))
            yield pl.DataFrame({name: column_of(name, types[name], cells[name]) for name in columns})


def without_other_sheets(table: Table) -> Table:
    """Return the same table; its output has no other sheet of its workbook."""
    return replace(table, kept=()) if isinstance(table, ExcelTable) else table


def sheets_of(path: Path) -> list[str]:
    """Return the names of a workbook's sheets.

    Raises:
        FileError: there is no such file, or it is not a workbook.
    """
    require_regular(path)
    with reading_workbook(path):
        is_archive_file(path)  # refuses a file that would unpack to far more than its size
        return open_workbook(path).sheet_names


def open_sheet(path: Path, options: ReadOptions) -> ExcelTable:
    """Open a sheet of a workbook: the named one, else the first one that is not hidden.

    Raises:
        FileError: there is no such file or sheet, it is not a workbook, it is protected, or the sheet is
            empty or far larger than its filled cells.
    """
    require_regular(path)
    with reading_workbook(path):
        is_archive = is_archive_file(path)
        workbook = open_workbook(path)
        if options.sole_sheet:
            refuse_several(path, workbook)
        name, others = chosen(path, workbook, options.sheet)
        marks = marks_of(path, name) if is_archive else Marks()
        refuse_sprawling(path, name, marks)
        sheet = workbook.get_sheet_by_name(name)
    patches = _shifted({**marks.errors, **marks.formulas}, sheet)
    left_out = marks.hidden if options.hidden is Hidden.SKIP else frozenset()
    filled = list(islice(_filled(_rows(sheet, patches, left_out)), MOST_TITLES + LOOKED_AT))
    place, names, has_header = _header(path, name, filled, options.header_row)
    header = named(
        [spelled(cell) for cell in names] if has_header else [f"column_{n}" for n in range(1, len(names) + 1)]
    )
    skipped = place + has_header
    warn_of(path, name, marks, options.hidden, skipped)
    return ExcelTable(
        path,
        _schema(_chunks(_rows(sheet, patches, left_out), skipped, len(header)), header),
        header,
        sheet,
        skipped,
        header_row=skipped if has_header else 0,
        above=list(islice(sheet.iter_rows(), place)),
        patches=patches,
        readings=_readings(marks, sheet),
        left_out=left_out,
        hidden_rows=0 if left_out else sum(row >= skipped for row in marks.hidden),
        formulas_without_value=len(marks.formulas),
        other_sheets=others,
        kept=others_of(path, workbook, name) if is_archive else (),
    )


def _header(
    path: Path, sheet: str, filled: Sequence[tuple[int, Row]], asked: int | None
) -> tuple[int, Row, bool]:
    """Return the index and cells of the first row of a table, and whether it names the columns."""
    if asked:
        if found := [row for place, row in filled if place == asked - 1]:
            return asked - 1, found[0], True
        raise FileError(
            f"row {asked} of sheet {sheet!r} of {path} is empty or far down; name the row with the header "
            "with --header-row."
        )
    if not filled:
        raise FileError(f"sheet {sheet!r} of {path} is empty; export the list again, or name a --sheet.")
    if asked == 0:
        return *filled[0], False
    texts = [_as_text(row) for _, row in filled]
    if lies_on_its_side(texts):
        raise FileError(
            f"the numbers on sheet {sheet!r} of {path} are side by side in one row; put each in a row of its "
            "own (copy the cells, Paste Special, Transpose)."
        )
    first = header_place(texts)
    place, names = filled[first]
    return place, names, not is_number_row(texts[first], texts[first + 1 :])


def _shifted(cells: Mapping[Place, str], sheet: CalamineSheet) -> dict[int, dict[int, str]]:
    """Return cells by row and column as calamine counts them, from the first column that is filled."""
    left = sheet.start[1] if sheet.start else 0
    rows: dict[int, dict[int, str]] = {}
    for (row, column), text in cells.items():
        rows.setdefault(row, {})[column - left] = text
    return rows


def _readings(marks: Marks, sheet: CalamineSheet) -> dict[int, dict[int, str]]:
    """Return the text to read from cells: an error, a number as its format shows it, or a link.

    A link counts only if the cell itself is a text without a number.
    """
    links = _shifted(marks.links, sheet)
    formulas = dict.fromkeys(marks.formulas, _NO_VALUE)
    found = _shifted({**marks.shown, **formulas, **marks.errors}, sheet)
    for place, row in enumerate(sheet.iter_rows() if links else ()):
        for column, target in links.get(place, {}).items():
            shown = row[column] if 0 <= column < len(row) else ""
            if isinstance(shown, str) and sum(map(str.isdigit, shown)) < _DIGITS_OF_NUMBERS:
                found.setdefault(place, {})[column] = target
    return found


def _rows(
    sheet: CalamineSheet, patches: Mapping[int, Mapping[int, str]], left_out: AbstractSet[int]
) -> Iterator[tuple[int, Row]]:
    """Yield the rows, each with its place."""
    rows = enumerate(chain(sheet.iter_rows(), _rows_behind(sheet, patches)))
    if not patches and not left_out:
        return rows
    return ((place, _patched(row, patches.get(place))) for place, row in rows if place not in left_out)


def _rows_behind(sheet: CalamineSheet, patches: Mapping[int, Mapping[int, str]]) -> Iterator[Row]:
    """Yield rows for those that hold nothing but patches, and so are behind the last that calamine has."""
    width, height = sheet.width, sheet.end[0] + 1 if sheet.end else 0
    patched = (row for row, cells in patches.items() if any(0 <= column < width for column in cells))
    return ([""] * width for _ in range(height, max(patched, default=-1) + 1))


def _patched(row: Row, cells: Mapping[int, str] | None) -> Row:
    for column, text in (cells or {}).items():
        if 0 <= column < len(row):
            row[column] = text
    return row


def _filled(rows: Iterator[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
    """Yield the rows that are not empty."""
    return ((place, row) for place, row in rows if any(cell != "" for cell in row))


def _chunks(rows: Iterator[tuple[int, Row]], skipped: int, width: int) -> Iterator[list[Row]]:
    """Yield the rows of a list in chunks."""
    listed = (row for place, row in rows if place >= skipped)
    kept = (row for row in listed if width == 1 or any(cell != "" for cell in row))
    while chunk := list(islice(kept, _FRAME_ROWS)):
        yield chunk


def _schema(chunks: Iterator[list[Row]], header: Mapping[str, str]) -> pl.Schema:
    types: list[set[type]] = [set() for _ in header]
    for rows in chunks:
        for found, cells in zip(types, zip(*rows, strict=True), strict=True):
            found |= types_of(cells)  # noqa: PLW2901 - the set itself grows
    return pl.Schema({name: dtype_of(found) for name, found in zip(header, types, strict=True)})


def _as_text(row: Row) -> list[bytes | None]:
    return [spelled(cell).encode() or None for cell in row]
