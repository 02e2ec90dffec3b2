"""Finding the column of phone numbers: by what it is called and by what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from validator.errors import FileError
from validator.phone import looks_like_phones
from validator.tables.detect.phone_words import names_phone

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


Share: TypeAlias = "Callable[[pl.Series, pl.Series | str | None], float]"
"""Tells which share (0 to 1) of some filled cells are numbers, read in one region or in one each."""


def find_phone_column(
    table: Table,
    *,
    named: str | None,
    region: str | None,
    region_column: str | None = None,
    share: Share = looks_like_phones,
) -> str:
    """Return the name, in the schema of `table`, of the column that holds the phone numbers.

    Args:
        table: the list.
        named: the column asked for, or None to find it.
        region: the region that national numbers belong to, if known.
        region_column: the column with the region of each row, if there is one.
        share: tells which share of the filled cells are numbers.

    Raises:
        FileError: no column is called so, none looks like it, or several do.
    """
    if named is not None:
        require_column(table, named, "--column")
        return named
    columns = phone_columns(table, region=region, region_column=region_column, share=share)
    if len(columns) > 1:
        names = " and ".join(map(repr, columns))
        raise FileError(
            f"{names} of {table.path} look like phone columns. Choose one with --column, or give --column "
            "for each: the first with a number counts."
        )
    return columns[0]


def phone_columns(
    table: Table,
    *,
    region: str | None,
    region_column: str | None = None,
    option: str = "--column",
    share: Share = looks_like_phones,
) -> list[str]:
    """Return the columns that hold phone numbers, by the best evidence that any has.

    Args:
        table: as for `find_phone_column`, with what follows.
        region: as there.
        region_column: as there.
        option: what chooses a column, for the error.
        share: as there.

    Raises:
        FileError: no column looks like it.
    """
    sample = table.sample()
    regions = region if region_column is None else sample[region_column].cast(pl.String)
    candidates = [_candidate(table, column, sample[column], regions, share) for column in table.schema]
    if found := _best(candidates):
        return [candidate.column for candidate in found]
    columns = ", ".join(table.schema)
    raise FileError(
        f"no phone column found in {table.path}; columns are: {columns}. Choose one with {option}."
    )


def require_column(table: Table, column: str, option: str) -> None:
    """See that there is a column that an option names; `FileError` where there is not."""
    if column not in table.schema:
        raise FileError(
            f"column {column!r} not found in {table.path}; columns are: {', '.join(table.schema)}. "
            f"Choose one with {option}."
        )


def _candidate(
    table: Table,
    column: str,
    cells: pl.Series,
    regions: pl.Series | str | None,
    share: Share,
) -> _Candidate:
    text = _as_text(cells)
    filled = (text.str.strip_chars() != "").fill_null(value=False)
    text = text.filter(filled)
    digits = float(text.str.contains(_DIGITS).mean() or 0.0)  # type: ignore[arg-type]
    where = regions.filter(filled) if isinstance(regions, pl.Series) else regions
    # Parsing costs more than looking: a column without digits is not parsed.
    numbers = share(text, where) if digits >= _NAMED_SHARE else 0.0
    return _Candidate(column, names_phone(table.header[column]), numbers, digits)


def _as_text(cells: pl.Series) -> pl.Series:
    """Return the cells as text; of types that hold no numbers, nulls."""
    if not (cells.dtype.is_numeric() or cells.dtype in (pl.String, pl.Categorical, pl.Enum)):
        return pl.Series([None] * len(cells), dtype=pl.String)
    return cells.cast(pl.String)


def _best(candidates: list[_Candidate]) -> list[_Candidate]:
    """Take the first kind of evidence that any column has."""
    kinds = (
        [c for c in candidates if c.named and c.numbers >= _NAMED_SHARE],
        [c for c in candidates if c.named and c.digits >= _NAMED_SHARE],
        [c for c in candidates if c.numbers >= _UNNAMED_SHARE],
        [c for c in candidates if c.named],
    )
    return next((kind for kind in kinds if kind), [])
