"""Finds the column with each row's country, by its header and its content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

from validator.errors import FileError
from validator.pattern import Pattern
from validator.phone import calling_codes, without_fractions
from validator.tables.detect.phone_words import names_phone
from validator.tables.detect.region_words import (
    is_like_a_word,
    names_prefix,
    names_region,
    names_something_else,
)

if TYPE_CHECKING:
    from validator.tables.table import Table

# Shares of the filled cells of a sample that name a country. Under a header that says country, half of them
# are enough. Under other headers nearly all have to, since states and languages have the same two letters.
_NAMED_SHARE = 0.5
_UNNAMED_SHARE = 0.9
# A number alone is a calling code, and a single letter a country, only if the header says country.
_BARE = r"^\s*(?:[\d\s().,-]*|\pL)\s*$"
_LETTERS = r"^\s*[A-Za-z]{1,3}\s*$"  # a code, which may also be a word or an abbreviation
# Every third pair of letters is a country, and `+1` a guest: one such value alone shows nothing.
_WEAK = Pattern(r"[a-z]{2}|\+\d")
_DISTINCT_SHARE = 0.5  # the least share of different values that are countries, if they are only weak ones


class _Candidate(Struct, frozen=True):
    """A column and its evidence.

    Attributes:
        column: its name in the schema.
        named: whether its header says country.
        clear: whether its cells cannot well mean anything else than countries.
        share: share of filled cells that name a country.
        codes: each cell's calling code (UInt32), null if it names no country.
    """

    column: str
    named: bool
    clear: bool
    share: float
    codes: pl.Series


def find_region_column(table: Table) -> str:
    """Return the name, in the schema of `table`, of the column that says each row's country.

    Raises:
        FileError: no column does, or several that differ.
    """
    match region_columns(table):
        case [only]:
            return only
        case []:
            raise FileError(
                f"no column of {table.path} holds countries; columns are: {', '.join(table.schema)}. "
                "Choose one with --region-column, or give the one region of all with --region."
            )
        case several:
            names = " and ".join(map(repr, several))
            raise FileError(f"{names} of {table.path} hold countries. Choose one with --region-column.")


def region_columns(table: Table) -> list[str]:
    """Return the columns with each row's country, in order; only one of those with the same countries."""
    sample = table.sample()
    candidates = [_candidate(table, column, sample[column]) for column in table.schema]
    kinds = (
        [one for one in candidates if one.named and one.share >= _NAMED_SHARE],
        [one for one in candidates if one.clear and not one.named and one.share >= _UNNAMED_SHARE],
    )
    found = next((kind for kind in kinds if kind), [])
    chosen: list[_Candidate] = []
    for one in sorted(found, key=lambda candidate: -candidate.codes.count()):
        if not any(_agree(one.codes, other.codes) for other in chosen):
            chosen.append(one)
    return [one.column for one in found if one in chosen]


def _candidate(table: Table, column: str, cells: pl.Series) -> _Candidate:
    header = table.header[column]
    named = names_region(header) and not names_phone(header)
    words = _words(cells)
    filled = len(cells) - cells.null_count() - int((words.str.strip_chars() == "").sum())
    if not named:
        words = words.set(words.str.contains(_BARE), None)
        words = words.clear(len(words)) if names_something_else(header) else words
    elif names_prefix(header):
        words = words.set(words.str.contains(_LETTERS), None)
    codes = calling_codes(words)
    share = codes.count() / filled if filled else 0.0
    return _Candidate(column, named, _are_clear(words, codes), share, codes)


def _are_clear(words: pl.Series, codes: pl.Series) -> bool:
    """Return whether some countries are no words of another meaning: `No`, `In` and `Mr` are codes too."""
    values = set(words.drop_nulls().str.strip_chars().str.to_lowercase()) - {""}
    countries = set(words.filter(codes.is_not_null()).str.strip_chars().str.to_lowercase())
    unlike_words = [country for country in countries if not is_like_a_word(country)]
    if any(not _WEAK.fullmatch(country) for country in unlike_words):
        return True
    return bool(unlike_words) and len(countries) > 1 and len(countries) >= _DISTINCT_SHARE * len(values)


def _words(cells: pl.Series) -> pl.Series:
    """Return the cells as text; nulls for types that cannot hold countries."""
    if cells.dtype.is_numeric() or cells.dtype in (pl.String, pl.Categorical, pl.Enum):
        return without_fractions(cells).cast(pl.String)
    return pl.Series(cells.name, [None] * len(cells), dtype=pl.String)


def _agree(codes: pl.Series, others: pl.Series) -> bool:
    """Return whether two columns agree in all rows where both are filled: `Country` and `Country code`."""
    same = (codes == others).drop_nulls()
    return bool(len(same)) and bool(same.all())
