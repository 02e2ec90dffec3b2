"""Excel workbooks (`.xlsx`). Modules that need the `excel` extra are imported when they are used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

from validator.errors import FileError
from validator.tables.renewed import as_written

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    import polars as pl

    from validator.tables.table import ReadOptions, Table, Writer


def open_excel(path: Path, options: ReadOptions) -> Table:
    """Open a sheet of a workbook; see `reader.open_sheet`."""
    table: Table = _needing_the_extra("reader").open_sheet(path, options)
    return table


def sheet_names(path: Path) -> list[str]:
    """Return the names of a workbook's sheets, in order; see `reader.sheets_of`."""
    names: list[str] = _needing_the_extra("reader").sheets_of(path)
    return names


def without_other_sheets(table: Table) -> Table:
    """Return a list for an output that has no other sheet of its workbook: one that others are to see."""
    if table.format != "excel":
        return table
    alone: Table = _needing_the_extra("reader").without_other_sheets(as_written(table))
    return alone


def writing_excel(
    out: BinaryIO, *, target: Path | None, schema: pl.Schema, like: Table | None
) -> AbstractContextManager[Writer]:
    """Write a workbook; see `writer.writing_sheet`."""
    writing: AbstractContextManager[Writer] = _needing_the_extra("writer").writing_sheet(
        out, target=target, schema=schema, like=like
    )
    return writing


def _needing_the_extra(module: str) -> Any:
    try:
        return import_module(f"{__name__}.{module}")
    except ModuleNotFoundError as error:
        raise FileError(
            f"Excel workbooks need {error.name}; install it with pip install 'recipient-validator[excel]', "
            "or save the sheet as CSV (UTF-8)."
        ) from error
