"""Which sheet of a workbook is read."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from python_calamine import SheetTypeEnum, SheetVisibleEnum

from validator.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from python_calamine import CalamineWorkbook

log = logging.getLogger(__name__)


def refuse_several(path: Path, workbook: CalamineWorkbook) -> None:
    """Raise `FileError` if more than one sheet holds something, hidden ones too."""
    sheets = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
    filled = [name for name in sheets if workbook.get_sheet_by_name(name).height]
    if len(filled) > 1:
        raise FileError(
            f"{path} has {len(filled)} sheets with something in them ({', '.join(map(repr, filled))}), and "
            "one would be read; save each list of people as a file of its own, CSV or a workbook."
        )


def chosen(path: Path, workbook: CalamineWorkbook, asked: str | None) -> str:
    """Return the sheet to read: the one that is asked for, else the first that is not hidden."""
    if asked is not None:
        return _named(path, workbook.sheet_names, asked)
    shown = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
    ]
    if not shown:
        raise FileError(f"{path} has no sheet that is not hidden; name one with --sheet.")
    if len(shown) > 1:
        log.warning(
            "%s has %d sheets; %r is read, and the output will lack %s. Choose another with --sheet.",
            path, len(shown), shown[0], ", ".join(map(repr, shown[1:])),
        )  # fmt: skip
    return shown[0]


def _named(path: Path, names: Sequence[str], asked: str) -> str:
    """Return the sheet that is meant, in other case too: Excel has no two that differ in case only."""
    if asked in names:
        return asked
    alike = [name for name in names if name.casefold() == asked.casefold()]
    if not alike:
        raise FileError(
            f"{path} has no sheet {asked!r}; its sheets are: {', '.join(names)}. Choose one with --sheet."
        )
    return alike[0]
