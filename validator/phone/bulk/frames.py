"""Splits and joins frames with few queries, and without the threads of polars.

Polars gives the expressions of `select` and `with_columns`, and the rows of `filter`, to its threads, however
few rows there are. Waking them takes 150 us of processor time where the query itself takes 30: as much as
reading some cells. `select_seq`, `with_columns_seq` and operations on a whole series (`Series.filter`, `~`,
`series[index]`) wake none, so most queries in `phone` are made of these. If a query has one expression only,
polars gives the inputs of its functions to the threads; `column_of` and `adding` prevent that.
"""

from __future__ import annotations

from functools import cache, reduce
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable


_TRUE = pl.lit(value=True)
# Each expression takes 5 us.
_MOST_FILLED_THREADS = 8


def split(rows: pl.DataFrame, condition: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows for which the condition is true, and the others."""
    if rows.is_empty():
        return rows, rows
    holds = holding(rows, condition)
    return kept(rows, holds), kept(rows, ~holds)


def where(rows: pl.DataFrame, condition: pl.Expr) -> pl.DataFrame:
    """Return the rows for which the condition is true, as `DataFrame.filter`."""
    return rows if rows.is_empty() else kept(rows, holding(rows, condition))


def holding(rows: pl.DataFrame, condition: pl.Expr) -> pl.Series:
    """Return for each row whether the condition is true; null counts as false."""
    return column_of(rows, condition.eq_missing(_TRUE))


def column_of(rows: pl.DataFrame, expression: pl.Expr) -> pl.Series:
    """Return the values of an expression."""
    return rows.select_seq(expression, *_fillers()).to_series()


def adding(rows: pl.DataFrame, **columns: pl.Expr) -> pl.DataFrame:
    """Add columns, or replace them, as `DataFrame.with_columns`; each has a value for each row."""
    named = (expression.alias(name) for name, expression in columns.items())
    return beside(rows, *rows.select_seq(*named, *_fillers()).get_columns()[: len(columns)])


@cache
def _fillers() -> list[pl.Expr]:
    """Return so many expressions that with another one polars has no more threads than expressions.

    Otherwise it gives the inputs of functions to its threads. On large machines, so many expressions take
    longer than that.
    """
    threads = pl.thread_pool_size()
    if threads > _MOST_FILLED_THREADS:
        return []
    return [pl.lit(0).alias(f"filler {place}") for place in range(threads - 1)]


def kept(rows: pl.DataFrame, holds: pl.Series) -> pl.DataFrame:
    """Return the rows for which `holds` is true; all or none of them, the usual cases, without a copy."""
    if holds.all(ignore_nulls=False):
        return rows
    if not holds.any():
        return rows.clear()
    first, *others = (column.filter(holds) for column in rows.get_columns())
    return first.to_frame().hstack(others)


def beside(rows: pl.DataFrame, *columns: pl.Series) -> pl.DataFrame:
    """Add columns, or replace those with the same names, as `DataFrame.with_columns`, but without a query."""
    names = rows.columns
    if not any(column.name in names for column in columns):  # the usual case, in a fraction of the time
        return rows.hstack(list(columns))
    return pl.DataFrame(list({column.name: column for column in (*rows.get_columns(), *columns)}.values()))


def places(rows: pl.Series, height: int) -> pl.Series:
    """Return for each of `height` rows its index (UInt32) among the given rows, null if it is not there."""
    nowhere = pl.Series("place", [None], pl.UInt32()).new_from_index(0, height)
    return nowhere.scatter(rows, pl.int_range(rows.len(), dtype=pl.UInt32(), eager=True))


def once_each(rows: pl.DataFrame, holds: Callable[..., bool]) -> pl.Series:
    """Return `holds` for each row; it is asked once about equal rows."""
    asked = rows.rows()
    found = {row: holds(*row) for row in set(asked)}
    return pl.Series([found[row] for row in asked], dtype=pl.Boolean)


def together(*frames: pl.DataFrame) -> pl.DataFrame:
    """Return all their rows in one chunk; usually only one frame has any."""
    filled = [frame for frame in frames if not frame.is_empty()]
    if len(filled) <= 1:
        return next(iter(filled), frames[0])
    return pl.DataFrame([column.rechunk() for column in reduce(pl.DataFrame.vstack, filled)])


def groups(texts: pl.Series, pattern: str) -> pl.DataFrame:
    """Return a column for each group of the pattern, null if it is in no match."""
    return texts.str.extract_groups(pattern).struct.unnest()
