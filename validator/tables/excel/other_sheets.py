"""The sheets of a workbook beside the one that is read, which an output keeps."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from msgspec import Struct
from python_calamine import SheetTypeEnum, SheetVisibleEnum

from validator.tables.excel.notices import is_sprawling
from validator.tables.excel.sheet_xml import Marks, marks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from python_calamine import CalamineWorkbook

    from validator.tables.excel.cells import Cell
    from validator.tables.excel.sheet_xml import Place

log = logging.getLogger(__name__)


class OtherSheet(Struct, frozen=True):
    """A sheet of a workbook beside the one that is read; its cells are taken out when they are wanted.

    Attributes:
        name: what the workbook calls it.
        is_hidden: whether it is not shown.
        is_before: whether it stands before the one that is read.
        workbook: where it is.
        patches: what stands in cells for which calamine has no value, as it is shown.
    """

    name: str
    is_hidden: bool
    is_before: bool
    workbook: CalamineWorkbook
    patches: Mapping[Place, str]

    def rows(self) -> Iterator[list[Cell]]:
        """Yield the rows from the first one on, with every cell in its place."""
        sheet = self.workbook.get_sheet_by_name(self.name)
        left = sheet.start[1] if sheet.start else 0
        for row, found in enumerate(sheet.iter_rows()):
            cells = ["" for _ in range(left)] + found
            yield [self.patches.get((row, column), cell) for column, cell in enumerate(cells)]


def others_of(path: Path, workbook: CalamineWorkbook, read: str) -> tuple[OtherSheet, ...]:
    """Return the sheets beside the one that is read, in their order, but for empty ones and charts.

    One that spans far more than stands in it is left out, and that is said.
    """
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
    place = [sheet.name for sheet in sheets].index(read)
    found = []
    for at, sheet in enumerate(sheets):
        marks = Marks() if at == place else marks_of(path, sheet.name)
        if is_sprawling(marks):
            log.warning("sheet %r of %s spans far more than stands in it: no output has it", sheet.name, path)
        elif marks.filled:
            is_hidden = sheet.visible is not SheetVisibleEnum.Visible
            patches = {**marks.errors, **marks.formulas}
            found.append(OtherSheet(sheet.name, is_hidden, at < place, workbook, patches))
    return tuple(found)
