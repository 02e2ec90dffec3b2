"""Cells from which numbers are read: bytes as text, and the fields of nested columns."""

from __future__ import annotations

import polars as pl

_SHOWN_ITEMS = 2  # items of a list that a message names


def readable(cells: pl.Series) -> pl.Series:
    """Return bytes as text, since some programs store text as bytes; other cells unchanged."""
    if cells.dtype != pl.Binary:
        return cells
    texts = [None if cell is None else cell.decode(errors="replace") for cell in cells]
    return pl.Series(cells.name, texts, dtype=pl.String)


def within(schema: pl.Schema, path: str) -> pl.DataType | None:
    """Return the type of a nested column's field by its path (`contact.phone`, `phones.0`), or None."""
    column = _column_of(schema, path)
    if column is None:
        return None
    kind: pl.DataType | None = schema[column]
    for step in _steps(column, path):
        kind = _field(kind, step)
    return kind


def field_at(schema: pl.Schema, path: str) -> pl.Expr:
    """Return an expression for a column, or a field of a nested column, named by its path.

    Raises:
        KeyError: there is no such field.
    """
    if path in schema:
        return pl.col(path)
    column = _column_of(schema, path)
    if column is None or within(schema, path) is None:
        raise KeyError(path)
    cells, kind = pl.col(column), schema[column]
    for step in _steps(column, path):
        cells = _select(cells, kind, step)
        kind = _field(kind, step) or kind
    return cells.alias(path)


def fields_of(path: str, kind: pl.DataType) -> list[str]:
    """Return the paths to all fields in a column of a type; for a list, those in its first items."""
    match kind:
        case pl.Struct(fields=fields):
            return [one for field in fields for one in fields_of(f"{path}.{field.name}", _made(field.dtype))]
        case pl.List(inner=inner) | pl.Array(inner=inner):
            return [one for item in range(_SHOWN_ITEMS) for one in fields_of(f"{path}.{item}", _made(inner))]
        case _:
            return [path]


def _column_of(schema: pl.Schema, path: str) -> str | None:
    """Return the column whose name a path begins with; the longest name if there are several."""
    return max((name for name in schema if path.startswith(f"{name}.")), key=len, default=None)


def _steps(column: str, path: str) -> list[str]:
    return path.removeprefix(f"{column}.").split(".")


def _field(kind: pl.DataType | None, step: str) -> pl.DataType | None:
    match kind:
        case pl.Struct(fields=fields):
            return next((_made(field.dtype) for field in fields if field.name == step), None)
        case pl.List(inner=inner) | pl.Array(inner=inner) if step.isdecimal():
            return _made(inner)
        case _:
            return None


def _select(cells: pl.Expr, kind: pl.DataType, step: str) -> pl.Expr:
    match kind:
        case pl.List():
            return cells.list.get(int(step), null_on_oob=True)
        case pl.Array():
            return cells.arr.get(int(step), null_on_oob=True)
        case _:
            return cells.struct.field(step)


def _made(dtype: pl.DataType | pl.datatypes.DataTypeClass) -> pl.DataType:
    return dtype if isinstance(dtype, pl.DataType) else dtype()
