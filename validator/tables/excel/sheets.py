"""Which sheet of a workbook is read."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from python_calamine import SheetTypeEnum, SheetVisibleEnum

from validator.errors import FileError
from validator.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from python_calamine import CalamineWorkbook

log = logging.getLogger(__name__)


def refuse_several(path: Path, workbook: CalamineWorkbook) -> None:
    """Raise `FileError` if more than one sheet is filled, also a hidden one."""
    sheets = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
    filled = [name for name in sheets if workbook.get_sheet_by_name(name).height]
    if len(filled) > 1:
        raise FileError(
            f"{path} has {len(filled)} sheets with something in them ({', '.join(map(repr, filled))}), and "
            "one would be read; save each list of people as a file of its own, CSV or a workbook."
        )


def chosen(path: Path, workbook: CalamineWorkbook, asked: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the sheet to read (`asked`, or else the first visible one), and the other visible ones.

    Says which others there are.
    """
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
    shown = [sheet.name for sheet in sheets if sheet.visible is SheetVisibleEnum.Visible]
    if asked is None and not shown:
        raise FileError(f"{path} has no sheet that is not hidden; name one with --sheet.")
    name = shown[0] if asked is None else _named(path, workbook.sheet_names, asked)
    if others := tuple(one for one in shown if one != name):
        log.warning(
            "sheet %r of %s is read; of %s a workbook as output has the values%s",
            name, path, ", ".join(map(repr, others)),
            ". Choose another with --sheet." if asked is None else ".",
        )  # fmt: skip
    return name, others


def _named(path: Path, names: Sequence[str], asked: str) -> str:
    """Return the sheet with this name; case is ignored, since Excel's names never differ in case only."""
    if asked in names:
        return asked
    alike = [name for name in names if name.casefold() == asked.casefold()]
    if not alike:
        raise FileError(
            f"{path} has no sheet {asked!r}; its sheets are: {', '.join(names)}. Choose one with --sheet."
            f"{suggestion(asked, names)}"
        )
    return alike[0]
