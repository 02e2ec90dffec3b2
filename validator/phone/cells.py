"""A column of any type as text, and the cells whose digits the type has damaged."""

from __future__ import annotations

import polars as pl

from validator.errors import UsageError
from validator.model import Reason

# A float holds every integer below two to the power of its significand's bits (IEEE 754-2019, table 3.5).
_SIGNIFICAND_BITS: dict[pl.DataType, int] = {pl.Float16(): 11, pl.Float32(): 24, pl.Float64(): 53}
# Seven digits: the shortest numbers.
_FEWEST_COMPUTED = 10**6
REASON = pl.Enum([reason.value for reason in Reason])


def as_text(cells: pl.Series) -> pl.DataFrame:
    """Return one row for each cell: `text` (String), and `refused` (the reason, if there is no text).

    Both are null for a null cell. The text of integers, and of floats and decimals with an integral value, is
    their digits. NaN, infinite, fractional and small negative values are `not_a_number`. A negative number of
    seven digits or more is a spreadsheet's result of `+91-9876543210`, and a float too large to be exact has
    lost digits. Both are `spreadsheet_damage`.

    Raises:
        UsageError: the column holds neither text nor numbers.
    """
    column = pl.col("cell")
    return cells.rename("cell").to_frame().select_seq(*_columns(column, cells.dtype))


def without_fractions(cells: pl.Series) -> pl.Series:
    """Return floats as integers, null for fractions: a column of integers with gaps comes as floats."""
    if not cells.dtype.is_float():
        return cells
    integers = cells.cast(pl.Int64, strict=False)
    return integers.set((integers != cells).fill_null(value=False), None)


def _columns(column: pl.Expr, dtype: pl.DataType) -> tuple[pl.Expr, pl.Expr]:
    if dtype.is_float():
        return _of_floats(column, 2 ** _SIGNIFICAND_BITS[dtype])
    if dtype.is_decimal():
        return _of_integral(column, column == column.floor(), pl.lit(value=True))
    if dtype.is_integer():
        return _of_integral(column, pl.lit(value=True), pl.lit(value=True))
    if dtype in (pl.String, pl.Categorical, pl.Enum, pl.Null):
        return column.cast(pl.String).alias("text"), pl.lit(None, REASON).alias("refused")
    raise UsageError(f"a column of type {dtype} cannot hold phone numbers. Choose one of text or numbers.")


def _of_floats(column: pl.Expr, exact_below: int) -> tuple[pl.Expr, pl.Expr]:
    integral = column.is_finite() & (column == column.floor())
    return _of_integral(column, integral, column < exact_below)


def _of_integral(column: pl.Expr, integral: pl.Expr, exact: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    digits = pl.when(integral & exact & (column >= 0)).then(column)
    refused = (
        pl.when(column.is_null())
        .then(None)
        .when(integral & (column <= -_FEWEST_COMPUTED))
        .then(pl.lit(Reason.SPREADSHEET_DAMAGE, REASON))
        .when(~integral | (column < 0))
        .then(pl.lit(Reason.NOT_A_NUMBER, REASON))
        .when(~exact)
        .then(pl.lit(Reason.SPREADSHEET_DAMAGE, REASON))
    )
    return digits.cast(pl.Int128, strict=False).cast(pl.String).alias("text"), refused.alias("refused")
