"""Warnings and errors about a sheet before it is read: hidden rows, cells without a value or far away."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from validator.errors import FileError
from validator.tables.table import Hidden

if TYPE_CHECKING:
    from pathlib import Path

    from validator.tables.excel.sheet_xml import Marks

log = logging.getLogger(__name__)

# calamine holds a sheet as a rectangle, with some 32 bytes for each cell, filled or not.
_HARMLESS_CELLS = 16_000_000
_LEAST_FILLED = 0.02


def warn_of(path: Path, sheet: str, marks: Marks, hidden: Hidden, skipped: int) -> None:
    """Log what users do not see in the sheet: hidden rows, and formulas that were never computed."""
    rows = sorted(row for row in marks.hidden if row >= skipped)
    if rows and hidden is Hidden.KEEP:
        log.warning(
            "%d rows of sheet %r of %s are hidden (first: row %d), by a filter or by hand, and are read like "
            "the others; leave them out with --hidden skip.",
            len(rows), sheet, path, rows[0] + 1,
        )  # fmt: skip
    elif rows:
        log.warning("%d hidden rows of sheet %r of %s are left out.", len(rows), sheet, path)
    if marks.formulas:
        row, column = min(marks.formulas)
        log.warning(
            "%d cells of sheet %r of %s hold formulas that were never computed (first: row %d, column %d); "
            "open the file in Excel or LibreOffice and save it.",
            len(marks.formulas), sheet, path, row + 1, column + 1,
        )  # fmt: skip


def refuse_sprawling(path: Path, sheet: str, marks: Marks) -> None:
    """Raise `FileError` if a sheet would take far more memory than its filled cells are worth."""
    if is_sprawling(marks):
        raise FileError(
            f"sheet {sheet!r} of {path} spans {marks.rows:,} rows and {marks.columns:,} columns with "
            f"only {marks.filled:,} filled cells; delete those far from the list and save it again."
        )


def is_sprawling(marks: Marks) -> bool:
    """Tell whether a sheet would take far more memory than its filled cells are worth."""
    cells = marks.rows * marks.columns
    return cells > _HARMLESS_CELLS and marks.filled < _LEAST_FILLED * cells
