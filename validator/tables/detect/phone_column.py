"""Finds the column of phone numbers, by its header and its content."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

import polars as pl
from msgspec import Struct

from validator.errors import FileError
from validator.nearest import suggestion
from validator.phone import DATE, looks_like_phones
from validator.tables.cells import fields_of, readable, within
from validator.tables.detect.joined_columns import area_code_column
from validator.tables.detect.phone_words import Line, line_named_by, names_only_number
from validator.tables.detect.readable import reads_as_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from validator.tables.table import Table

# Shares of the filled cells of a sample. A phone column has a few per cent of other text, a bad one a third.
# Of random identifiers with ten to twelve digits, well under half are valid numbers.
_NAMED_SHARE = 0.5
_UNNAMED_SHARE = 0.8
# A mobile column is chosen before another one only if it is filled in at least half as many rows.
_LEAST_FILLED = 0.5
_DIGITS = r"(?:\d\D{0,3}){7}"  # seven digits with some punctuation between: every number has them
_SHOWN = 24  # characters of a cell that a message shows


class FoundBy(StrEnum):
    """How a phone column was found."""

    ASKED = "asked"
    NAME = "name"
    CONTENT = "content"
    ONLY_COLUMN = "only column"


class PhoneColumn(Struct, frozen=True):
    """The column that holds the phone numbers.

    Attributes:
        name: its name in the schema; for a field in a nested column, the path to it (`contact.phone`).
        by: how it was found.
        area_codes: the column with the first digits of each number, if that is another one.
    """

    name: str
    by: FoundBy
    area_codes: str | None = None


class _Candidate(Struct, frozen=True):
    """A column and its evidence.

    Attributes:
        column: its name in the schema.
        line: the kind of line that its header names; None if it does not say phone.
        is_vague: whether the header says no more than number.
        filled: share of rows in which it is filled.
        numbers: share of filled cells that are numbers.
        digits: share of filled cells with enough digits, which national numbers without a region have too.
        example: a cell with the digits of a number, most of them masked; empty if there is none.
    """

    column: str
    line: Line | None
    is_vague: bool
    filled: float
    numbers: float
    digits: float
    example: str

    @property
    def shown(self) -> str:
        """The candidate for a message."""
        what = f"such as {self.example}; " if self.example else ""
        return f"{self.column!r} ({what}{self.numbers:.0%} numbers)"


Share: TypeAlias = "Callable[[pl.Series, pl.Series | str | None], float]"
"""Returns the share (0 to 1) of filled cells that are numbers, read in one region or in a region for each."""


def find_phone_column(
    table: Table,
    *,
    named: str | None,
    region: str | None,
    region_column: str | None = None,
    share: Share = looks_like_phones,
) -> PhoneColumn:
    """Return the column of `table` that holds the phone numbers.

    A mobile or WhatsApp column is chosen before a general one, and that before one of landlines or of other
    people, unless it is filled in far fewer rows.

    Args:
        table: the list.
        named: the name of the column, or None to find it.
        region: the region of national numbers, if known.
        region_column: the column with the region of each row, if there is one.
        share: returns the share of the filled cells that are numbers.

    Raises:
        FileError: there is no column of this name, no phone column, or several; the message names these, each
            with a masked example and its share of numbers.
    """
    if named is not None:
        require_column(table, named, "--column")
        return PhoneColumn(named, FoundBy.ASKED)
    found = _candidates(table, region, region_column, share)
    first, *others = _meant_first(found)
    if others:
        names = " and ".join(one.shown for one in (first, *others))
        raise FileError(
            f"{names} of {table.path} look like phone columns. Choose one with --column, or give --column "
            "for each: the first with a number counts."
        )
    require_column(table, first.column, "--column")
    area_codes = find_area_codes(table, first.column, region=region, region_column=region_column, share=share)
    return PhoneColumn(first.column, _evidence(table, first), area_codes)


def find_area_codes(
    table: Table,
    column: str,
    *,
    region: str | None,
    region_column: str | None = None,
    share: Share = looks_like_phones,
) -> str | None:
    """Return the column with the first digits of another column's numbers, if only both are numbers."""

    def share_of(cells: pl.Series) -> float:
        return share(cells, _regions(table, region, region_column))

    return area_code_column(table, column, share_of)


def phone_columns(
    table: Table,
    *,
    region: str | None,
    region_column: str | None = None,
    option: str = "--column",
    share: Share = looks_like_phones,
) -> list[str]:
    """Return the columns that hold phone numbers of any kind, by the best kind of evidence.

    Args:
        table: see `find_phone_column`.
        region: see there.
        region_column: see there.
        option: the option that chooses a column, for the error.
        share: see there.

    Raises:
        FileError: there is no phone column.
    """
    return [one.column for one in _candidates(table, region, region_column, share, option)]


def require_column(table: Table, column: str, option: str) -> None:
    """Raise `FileError` unless there is the column, or the field of a column, that an option names."""
    known = column in table.schema or within(table.schema, column) is not None
    if not known:
        there = _choices(table)
        raise FileError(
            f"column {column!r} not found in {table.path}; columns are: {', '.join(there)}. "
            f"Choose one with {option}.{suggestion(column, there)}"
        )
    kind = table.schema.get(column) or within(table.schema, column)
    if kind is not None and kind.is_nested():
        fields = " or ".join(fields_of(column, kind))
        raise FileError(f"column {column!r} of {table.path} holds {_called(kind)}. Choose {option} {fields}.")


def _called(kind: pl.DataType) -> str:
    return "fields" if isinstance(kind, pl.Struct) else "lists"


def _choices(table: Table) -> list[str]:
    """Return the columns that can be chosen, those with fields by these."""
    return [one for name, kind in table.schema.items() for one in fields_of(name, kind)]


def _candidates(
    table: Table,
    region: str | None,
    region_column: str | None,
    share: Share,
    option: str = "--column",
) -> list[_Candidate]:
    sample = table.sample()
    regions = region if region_column is None else sample[region_column].cast(pl.String)
    candidates = [_candidate(table, column, sample[column], regions, share) for column in table.schema]
    if found := _best(candidates):
        return found
    garbled = (
        ""
        if reads_as_words(", ".join(_choices(table)))
        else ", name the encoding of the file with --encoding"
    )
    raise FileError(
        f"no phone column found in {table.path}; columns are: {', '.join(_choices(table))}. "
        f"Choose one with {option}{_other_sheets(table)}{garbled}, or say with --header-row which row names "
        "the columns."
    )


def _other_sheets(table: Table) -> str:
    """Return a hint to the other sheets of a workbook."""
    others = table.manner.get("other_sheets")
    return f", or another sheet ({others}) with --sheet" if others else ""


def _regions(table: Table, region: str | None, region_column: str | None) -> pl.Series | str | None:
    """Return the region of each row of the sample, or the region of all rows."""
    return region if region_column is None else table.sample()[region_column].cast(pl.String)


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
    with_digits = text.filter(text.str.contains(_DIGITS) & ~text.str.contains(DATE))
    digits = len(with_digits) / len(text) if len(text) else 0.0
    where = regions.filter(filled) if isinstance(regions, pl.Series) else regions
    # Parsing is expensive: a column without enough digits is not parsed.
    numbers = share(text, where) if digits >= _NAMED_SHARE else 0.0
    return _Candidate(
        column,
        line_named_by(table.header[column]),
        names_only_number(table.header[column]),
        filled=len(text) / len(cells) if len(cells) else 0.0,
        numbers=numbers,
        digits=digits,
        example=_masked(with_digits[0]) if len(with_digits) else "",
    )


def _as_text(cells: pl.Series) -> pl.Series:
    """Return the cells as text; nulls for types that cannot hold numbers."""
    cells = readable(cells)
    if not (cells.dtype.is_numeric() or cells.dtype in (pl.String, pl.Categorical, pl.Enum)):
        return pl.Series([None] * len(cells), dtype=pl.String)
    return cells.cast(pl.String)


def _masked(cell: str) -> str:
    """Return a cell on one line, with its digits masked except the first three and the last."""
    shown = "".join(char if char.isprintable() else " " for char in cell.strip())
    places = [place for place, char in enumerate(shown) if char.isdigit()]
    hidden = frozenset(places[3:-1])
    masked = "".join("*" if place in hidden else char for place, char in enumerate(shown))
    return masked if len(masked) <= _SHOWN else masked[:_SHOWN].rstrip() + "..."


def _best(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the columns with the best kind of evidence that any column has.

    A header that says no more than number is as good as the content of another column.
    """
    named = [c for c in candidates if c.line is not None and max(c.numbers, c.digits) >= _NAMED_SHARE]
    content = [c for c in candidates if c.numbers >= _UNNAMED_SHARE]
    if all(c.is_vague for c in named):
        named = [c for c in candidates if c in named or (named and c in content)]
    elif any(c.is_vague for c in named):
        named = [c for c in named if not c.is_vague or c in content]
    return named or content or [c for c in candidates if c.line is not None]


def _meant_first(found: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the candidates with the preferred kind of line, and any that is filled far more often."""
    first = min(_line(one) for one in found)
    chosen = [one for one in found if _line(one) == first]
    most = max(one.filled for one in chosen)
    return [one for one in found if one in chosen or most < _LEAST_FILLED * one.filled]


def _line(candidate: _Candidate) -> Line:
    return Line.ANY if candidate.line is None else candidate.line


def _evidence(table: Table, found: _Candidate) -> FoundBy:
    if found.line is not None:
        return FoundBy.NAME
    return FoundBy.ONLY_COLUMN if len(table.schema) == 1 else FoundBy.CONTENT
