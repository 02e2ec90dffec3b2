"""Splits and joins frames with few queries, since each query costs as much as a cell."""

from __future__ import annotations

import polars as pl


def split(rows: pl.DataFrame, condition: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows for which the condition is true, and the others."""
    if rows.is_empty():
        return rows, rows
    holds = rows.select(condition.fill_null(value=False)).to_series()
    return kept(rows, holds), kept(rows, ~holds)


def kept(rows: pl.DataFrame, holds: pl.Series) -> pl.DataFrame:
    """Return the rows for which `holds` is true; all or none of them, the usual cases, without a copy."""
    if holds.all():
        return rows
    if not holds.any():
        return rows.clear()
    return pl.DataFrame([column.filter(holds) for column in rows.get_columns()])


def together(*frames: pl.DataFrame) -> pl.DataFrame:
    """Return all their rows in one chunk; usually only one frame has any."""
    filled = [frame for frame in frames if not frame.is_empty()]
    return pl.concat(filled, rechunk=True) if len(filled) > 1 else next(iter(filled), frames[0])
