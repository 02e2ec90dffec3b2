"""Finds the column of phone numbers, by its header and its content."""

from __future__ import annotations

import logging
from collections import Counter
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from validator.errors import FileError
from validator.nearest import suggestion
from validator.phone import likely_regions, looks_like_phones
from validator.tables.cells import fields_of, within
from validator.tables.detect.candidates import all_phones, best, candidates_of, meant_first, mobiles_beside
from validator.tables.detect.joined_columns import area_code_column
from validator.tables.detect.phone_words import names_phone
from validator.tables.detect.readable import reads_as_words

if TYPE_CHECKING:
    from validator.tables.detect.candidates import Candidate, Regions, Share
    from validator.tables.table import Table


log = logging.getLogger(__name__)

# The options for the list's header, sheet and encoding do not apply to suppression lists.
_FOR_OPT_OUTS = ", or save the list with its numbers alone, one on each line"


_SEVERAL_COLUMNS = "Choose one with --column, or give --column for each: the first with a number counts."
_TWO_TABLES = (
    "If they are of two tables side by side, save each as a list of its own; otherwise choose one with "
    "--column."
)


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
    people, unless it is filled in far fewer rows. A column of landlines is not chosen if another column has
    mobile numbers under a header that says nothing.

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
    regions = _regions(table, region, region_column)
    candidates = candidates_of(table, regions, share)
    first, *others = meant_first(_required(table, best(candidates), candidates, share))
    others = others or mobiles_beside(table, first, candidates, regions)
    beside = [
        one.column for one in all_phones(candidates) if _may_be_of_two_tables(table, first.column, one.column)
    ]
    if others:
        names = " and ".join(one.shown for one in (first, *others))
        raise FileError(
            f"{names} of {table.path} look like phone columns. {_TWO_TABLES if beside else _SEVERAL_COLUMNS}"
        )
    require_column(table, first.column, "--column")
    if beside:
        log.warning("%r is read, and %r of %s is not. %s", first.column, beside[0], table.path, _TWO_TABLES)
    area_codes = find_area_codes(table, first.column, region=region, region_column=region_column, share=share)
    return PhoneColumn(first.column, _evidence(table, first), area_codes)


def _may_be_of_two_tables(table: Table, one: str, other: str) -> bool:
    """Return whether two columns may be of two tables side by side.

    A column without a name and without cells is between them, or they have the same name, as two columns
    beside them do.
    """
    headers = table.header
    names = list(table.schema)
    first, last = sorted(map(names.index, (one, other)))
    sample = table.sample()
    is_parted = any(not headers[name] and _is_empty(sample[name]) for name in names[first + 1 : last])
    again = Counter(header for header in headers.values() if header)
    return is_parted or (
        one != other and headers[one] == headers[other] and sum(n > 1 for n in again.values()) > 1
    )


def _is_empty(cells: pl.Series) -> bool:
    filled = cells.drop_nulls()
    return filled.is_empty() or (filled.dtype == pl.String and bool((filled.str.strip_chars() == "").all()))


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
    """Return all columns that hold phone numbers of any kind, by any evidence.

    Args:
        table: see `find_phone_column`.
        region: see there.
        region_column: see there.
        option: the option that chooses a column, for the error.
        share: see there.

    Raises:
        FileError: there is no phone column, or one has fields or lists, which have to be named.
    """
    regions = _regions(table, region, region_column)
    candidates = candidates_of(table, regions, share, words_are_blank=True)
    names = [one.column for one in _required(table, all_phones(candidates), candidates, share, option)]
    nested = [name for name, kind in table.schema.items() if kind.is_nested()]
    for name in (*names, *(name for name in nested if names_phone(table.header[name]))):
        require_column(table, name, option)
    return names


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


def _required(
    table: Table,
    found: list[Candidate],
    candidates: list[Candidate],
    share: Share,
    option: str = "--column",
) -> list[Candidate]:
    """Return the phone columns that were found.

    Raises:
        FileError: there is none; the message names the region with which one of the candidates would be one.
    """
    if found:
        return found
    hint = next(filter(None, (_hint_of_region(table, one, share) for one in candidates)), "")
    raise FileError(
        f"no phone column found in {table.path}; columns are: {', '.join(_choices(table))}. "
        f"{f'{hint}Otherwise choose' if hint else 'Choose'} one with {option}"
        f"{_other_remedies(table) if option == '--column' else _FOR_OPT_OUTS}."
    )


def _hint_of_region(table: Table, candidate: Candidate, share: Share) -> str:
    """Return the remedy if nearly all cells of a column are national numbers in other regions."""
    cells = table.sample()[candidate.column]
    likely = likely_regions(cells) if candidate.has_digits else ()
    found = [
        one for one in likely if replace(candidate, measure=partial(share, cells, one)).is_found_by_content
    ]
    regions = " or ".join(f"--region {one}" for one in found)
    what = f"{candidate.column!r} (such as {candidate.example})"
    return f"If {what} holds national numbers, name {regions}. " if regions else ""


def _other_remedies(table: Table) -> str:
    """Return the options that are of use if a list has no phone column."""
    others = table.manner.get("other_sheets")
    sheet = f", or another sheet ({others}) with --sheet" if others else ""
    is_garbled = not reads_as_words(", ".join(_choices(table)))
    garbled = ", name the encoding of the file with --encoding" if is_garbled else ""
    return f"{sheet}{garbled}, or say with --header-row which row names the columns"


def _regions(table: Table, region: str | None, region_column: str | None) -> Regions:
    """Return the region of each row of the sample, or the region of all rows."""
    return region if region_column is None else table.sample()[region_column].cast(pl.String)


def _evidence(table: Table, found: Candidate) -> FoundBy:
    if found.line is not None:
        return FoundBy.NAME
    return FoundBy.ONLY_COLUMN if len(table.schema) == 1 else FoundBy.CONTENT
