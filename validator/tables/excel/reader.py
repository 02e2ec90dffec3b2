"""Reading a sheet of an Excel workbook."""

from __future__ import annotations

import logging
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import polars as pl
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from validator.errors import FileError
from validator.tables.delimited.layout import is_number_row, named
from validator.tables.excel.cells import column_of, dtype_of, spelled, types_of
from validator.tables.files.compression import refuse_bomb
from validator.tables.files.os_errors import reading, require_regular
from validator.tables.table import thinned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from python_calamine import CalamineSheet

    from validator.tables.excel.cells import Cell

    Row = list[Cell]

log = logging.getLogger(__name__)

_FRAME_ROWS = 16_384  # cells are Python objects before they are a row, so fewer at a time than elsewhere
_LOOKED_AT = 100  # rows compared with the first to tell whether it is a header
_OLE = b"\xd0\xcf\x11\xe0"  # what old workbooks and encrypted new ones begin with


@dataclass(frozen=True, slots=True)
class ExcelTable:
    """An opened sheet; see `Table`.

    A column whose cells are all of one type has it; any other is text. Empty rows are no rows, except in a
    list of one column.

    Attributes:
        header: column names as the sheet has them.
        sheet: its cells, which stay in memory: a sheet has a million rows at most.
        skipped: rows before the first one that counts.
    """

    path: Path
    schema: pl.Schema
    header: Mapping[str, str]
    sheet: CalamineSheet
    skipped: int
    format: str = "excel"

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows; see `Table.batches`."""
        wanted = self.schema.names() if columns is None else columns
        for rows in _chunks(self.sheet, self.skipped, len(self.schema)):
            cells = dict(zip(self.schema, zip(*rows, strict=True), strict=True))
            yield pl.DataFrame({name: column_of(name, self.schema[name], cells[name]) for name in wanted})

    def verbatim(self, *, cells: bool = True) -> Iterator[pl.DataFrame]:  # noqa: ARG002 - they are all there is
        """Yield the rows; see `Table.verbatim`."""
        return self.batches()

    def sample(self) -> pl.DataFrame:
        """Return some rows; see `Table.sample`."""
        return thinned(pl.concat([pl.DataFrame(schema=self.schema), *self.batches()]))


def open_sheet(path: Path, sheet: str | None) -> ExcelTable:
    """Open a sheet of a workbook: the one named, else the first one that is not hidden.

    Raises:
        FileError: there is no such file or sheet, it is no workbook or protected, or the sheet is empty.
    """
    require_regular(path)
    with _reading(path):
        _refuse_others(path)
        workbook = CalamineWorkbook.from_path(path)
        cells = workbook.get_sheet_by_name(_chosen(path, workbook, sheet))
    first = list(islice(_filled(cells), _LOOKED_AT + 1))
    if not first:
        raise FileError(f"sheet {cells.name!r} of {path} is empty; export the list again, or name a --sheet.")
    (place, names), rows = first[0], [row for _, row in first[1:]]
    has_header = not is_number_row(_as_text(names), [_as_text(row) for row in rows])
    header = named(
        [spelled(cell) for cell in names] if has_header else [f"column_{n}" for n in range(1, len(names) + 1)]
    )
    skipped = place + has_header
    return ExcelTable(path, _schema(cells, skipped, header), header, cells, skipped)


def _refuse_others(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise FileError(f"{path} is empty; export the list again.")
    if start == _OLE:
        raise FileError(
            f"{path} is an old Excel workbook or one with a password; save it as .xlsx, without a password."
        )
    with zipfile.ZipFile(path) as archive:
        refuse_bomb(path, sum(part.file_size for part in archive.infolist()), path.stat().st_size)


def _chosen(path: Path, workbook: CalamineWorkbook, asked: str | None) -> str:
    if asked is not None and asked not in workbook.sheet_names:
        names = ", ".join(workbook.sheet_names)
        raise FileError(f"{path} has no sheet {asked!r}; its sheets are: {names}. Choose one with --sheet.")
    shown = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
    ]
    if asked is None and not shown:
        raise FileError(f"{path} has no sheet that is not hidden; name one with --sheet.")
    if asked is None and len(shown) > 1:
        log.warning("%s has %d sheets; %r is read. Choose another with --sheet.", path, len(shown), shown[0])
    return shown[0] if asked is None else asked


def _filled(sheet: CalamineSheet) -> Iterator[tuple[int, Row]]:
    """Yield the rows that hold anything, each with its place."""
    return ((place, row) for place, row in enumerate(sheet.iter_rows()) if any(cell != "" for cell in row))


def _chunks(sheet: CalamineSheet, skipped: int, width: int) -> Iterator[list[Row]]:
    rows = islice(sheet.iter_rows(), skipped, None)
    kept = (row for row in rows if width == 1 or any(cell != "" for cell in row))
    while chunk := list(islice(kept, _FRAME_ROWS)):
        yield chunk


def _schema(sheet: CalamineSheet, skipped: int, header: Mapping[str, str]) -> pl.Schema:
    types: list[set[type]] = [set() for _ in header]
    for rows in _chunks(sheet, skipped, len(header)):
        for found, cells in zip(types, zip(*rows, strict=True), strict=True):
            found |= types_of(cells)  # noqa: PLW2901 - the set itself grows
    return pl.Schema({name: dtype_of(found) for name, found in zip(header, types, strict=True)})


def _as_text(row: Row) -> list[bytes | None]:
    return [spelled(cell).encode() or None for cell in row]


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        with reading(path):
            yield
    except PasswordError as error:
        raise FileError(f"{path} is protected by a password; save it without one.") from error
    except (CalamineError, zipfile.BadZipFile) as error:
        raise FileError(
            f"{path} cannot be read as an Excel workbook ({error}); save or export it again."
        ) from error
