"""The cells of a sheet: the types of a column's cells, and a column for all of them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Cell = str | float | bool | date | datetime | time | timedelta  # an empty cell is the text ""

_INT64 = range(-(2**63), 2**63)
_DTYPES: dict[frozenset[type], pl.DataType] = {
    frozenset({bool}): pl.Boolean(),
    frozenset({int}): pl.Int64(),
    frozenset({float}): pl.Float64(),
    frozenset({int, float}): pl.Float64(),
    frozenset({date}): pl.Date(),
    frozenset({datetime}): pl.Datetime("us"),
    frozenset({date, datetime}): pl.Datetime("us"),
    frozenset({time}): pl.Time(),
    frozenset({timedelta}): pl.Duration("us"),
}


def types_of(cells: Iterable[Cell]) -> set[type]:
    """Return the types of some cells, without empty ones.

    All numbers in Excel are floats. One without a fraction counts as an integer, so that the phone number
    447400123456.0 is read as its digits.
    """
    return {_type_of(cell) for cell in cells if cell != ""}


def _type_of(cell: Cell) -> type:
    return int if isinstance(cell, float) and cell.is_integer() and int(cell) in _INT64 else type(cell)


def whole_as_int(cell: Cell) -> Cell | int:
    """Return a cell, and a number without a fraction as an integer."""
    return int(cell) if isinstance(cell, float) and _type_of(cell) is int else cell


def dtype_of(types: set[type]) -> pl.DataType:
    """Return the type of a column: that of its cells if all have the same, else text."""
    return _DTYPES.get(frozenset(types), pl.String())


def column_of(name: str, dtype: pl.DataType, cells: Sequence[Cell]) -> pl.Series:
    """Return cells as a column; in a text column, other values are converted to text."""
    convert = {pl.String(): spelled, pl.Int64(): int, pl.Float64(): float, pl.Datetime("us"): _as_datetime}
    to_dtype: Any = convert.get(dtype, _as_it_is)
    return pl.Series(name, [None if cell == "" else to_dtype(cell) for cell in cells], dtype=dtype)


def spelled(cell: Cell) -> str:
    """Return a cell as text: numbers by their digits, dates and times in ISO 8601."""
    match cell:
        case str():
            return cell
        case bool():
            return str(cell).upper()
        case float():
            return str(int(cell)) if _type_of(cell) is int else repr(cell)
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)


def _as_datetime(cell: date) -> datetime:
    return cell if isinstance(cell, datetime) else datetime.combine(cell, time())


def _as_it_is(cell: Cell) -> Cell:
    return cell
