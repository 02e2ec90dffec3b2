"""Finding the column of phone numbers: by what it is called and by what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from validator.errors import FileError
from validator.phone import looks_like_phones
from validator.tables.phone_words import names_phone

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.tables.table import Table

# Shares of the filled cells of a sample. A phone column has a few per cent of garbage, a bad one a third;
# random identifiers of ten to twelve digits pass for numbers in well under half of the cells.
_NAMED_SHARE = 0.5
_UNNAMED_SHARE = 0.8
_DIGITS = r"(?:\d\D{0,3}){7}"  # seven digits with a little punctuation between: what every number has


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A column and what speaks for it.

    Attributes:
        column: its name in the schema.
        named: whether its header says phone.
        numbers: share of filled cells that are numbers.
        digits: share of filled cells with the digits of one, as national numbers have without a region too.
    """

    column: str
    named: bool
    numbers: float
    digits: float


def find_phone_column(
    table: Table,
    *,
    named: str | None,
    region: str | None,
    share: Callable[[pl.Series, str | None], float] = looks_like_phones,
) -> str:
    """Return the name, in the schema of `table`, of the column that holds the phone numbers.

    Args:
        table: the list.
        named: the column asked for, or None to find it.
        region: the region that national numbers belong to, if known.
        share: tells which share (0 to 1) of the filled cells are numbers.

    Raises:
        FileError: no column is called so, none looks like it, or several do.
    """
    if named is not None:
        return _asked_for(table, named)
    sample = table.sample()
    candidates = [_candidate(table, column, sample[column], region, share) for column in table.schema]
    return _chosen(table, candidates)


def _asked_for(table: Table, named: str) -> str:
    if named in table.schema:
        return named
    columns = ", ".join(table.schema)
    raise FileError(
        f"column {named!r} not found in {table.path}; columns are: {columns}. Choose one with --column."
    )


def _candidate(
    table: Table,
    column: str,
    cells: pl.Series,
    region: str | None,
    share: Callable[[pl.Series, str | None], float],
) -> _Candidate:
    text = _as_text(cells)
    digits = float(text.str.contains(_DIGITS).mean() or 0.0)  # type: ignore[arg-type]
    # Parsing costs more than looking: a column without digits is not parsed.
    numbers = share(text, region) if digits >= _NAMED_SHARE else 0.0
    return _Candidate(column, names_phone(table.header[column]), numbers, digits)


def _as_text(cells: pl.Series) -> pl.Series:
    """Return the filled cells as text; of types that hold no numbers, none."""
    if not (cells.dtype.is_numeric() or cells.dtype in (pl.String, pl.Categorical, pl.Enum)):
        return pl.Series(dtype=pl.String)
    text = cells.cast(pl.String)
    return text.filter(text.is_not_null() & (text.str.strip_chars() != ""))


def _chosen(table: Table, candidates: list[_Candidate]) -> str:
    """Take the first kind of evidence that any column has; it has to be one column."""
    kinds = (
        [c for c in candidates if c.named and c.numbers >= _NAMED_SHARE],
        [c for c in candidates if c.named and c.digits >= _NAMED_SHARE],
        [c for c in candidates if c.numbers >= _UNNAMED_SHARE],
        [c for c in candidates if c.named],
    )
    found = next((kind for kind in kinds if kind), [])
    match found:
        case [only]:
            return only.column
        case []:
            columns = ", ".join(table.schema)
            raise FileError(
                f"no phone column found in {table.path}; columns are: {columns}. Choose one with --column."
            )
        case several:
            names = " and ".join(repr(c.column) for c in several)
            raise FileError(f"{names} of {table.path} look like phone columns. Choose one with --column.")
