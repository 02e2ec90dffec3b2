"""Columns that may hold phone numbers, with the evidence of their header and their cells."""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING, TypeAlias

import polars as pl
from msgspec import Struct

from validator.phone import DATE, mobile_share
from validator.tables.cells import readable
from validator.tables.detect.phone_words import (
    Line,
    line_named_by,
    names_fax,
    names_only_contact,
    names_only_number,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from validator.tables.table import Table

    Regions = pl.Series | str | None

# Shares of the filled cells of a sample. A phone column has a few per cent of other text, a bad one a third.
# Of random identifiers with ten to twelve digits, well under half are valid numbers.
_NAMED_SHARE = 0.5
_UNNAMED_SHARE = 0.8
# A mobile column is chosen before another one only if it is filled in at least half as many rows.
_LEAST_FILLED = 0.5
# Of a column of landlines, fewer numbers than this share may be mobile ones; of a mobile column, more.
_MOBILE_SHARE = 0.5
# A sample has so few cells that Python is as fast as polars, which takes 4 ms to compile these patterns.
_DIGITS = re.compile(r"(?:\d\D{0,3}){7}")  # seven digits with some punctuation between: every number has them
_DIGIT = re.compile(r"[^\D0]")  # a digit but zero: `-`, `n/a` and `0` mean that there is no number
_DATE = re.compile(DATE)
_SHOWN = 24  # characters of a cell that a message shows

Share: TypeAlias = "Callable[[pl.Series, Regions], float]"
"""Returns the share (0 to 1) of filled cells that are numbers, read in one region or in a region for each."""


class Candidate(Struct, frozen=True):
    """A column and its evidence.

    Attributes:
        column: its name in the schema.
        line: the kind of line that its header names; None if it does not say phone.
        is_vague: whether the header says no more than number.
        is_general: whether the header says no more than number or contact, which may also be a name.
        filled: share of rows in which it is filled.
        measure: returns `numbers`.
        digits: share of filled cells with enough digits, which national numbers without a region have too.
        example: a cell with the digits of a number, most of them masked; empty if there is none.
    """

    column: str
    line: Line | None
    is_vague: bool
    is_general: bool
    filled: float
    measure: Callable[[], float]
    digits: float
    example: str

    @property
    def numbers(self) -> float:
        """The share of filled cells that are numbers. To parse the cells is expensive, and seldom needed."""
        return self.measure()

    @property
    def shown(self) -> str:
        """The candidate for a message."""
        what = f"such as {self.example}; " if self.example else ""
        return f"{self.column!r} ({what}{self.numbers:.0%} numbers)"

    @property
    def is_named(self) -> bool:
        """Whether the header says phone, and the cells do not contradict it."""
        return self.line is not None and self.digits >= _NAMED_SHARE

    @property
    def is_found_by_content(self) -> bool:
        """Whether nearly all cells are numbers."""
        return self.numbers >= _UNNAMED_SHARE

    @property
    def has_digits(self) -> bool:
        """Whether nearly all cells have the digits of numbers, which may be national ones of any region."""
        return self.digits >= _UNNAMED_SHARE


def candidates_of(
    table: Table, regions: Regions, share: Share, *, words_are_blank: bool = False
) -> list[Candidate]:
    """Return each column of a list with its evidence, in order.

    Args:
        table: the list.
        regions: the region of all rows, or of each row of the sample.
        share: returns the share of the filled cells that are numbers.
        words_are_blank: whether cells without digits count as blank in every column. They always do if the
            header says phone: then they mean that there is no number.
    """
    sample = table.sample()
    return [
        _candidate(table.header[column], sample[column], regions, share, words_are_blank=words_are_blank)
        for column in table.schema
    ]


def _candidate(
    header: str, cells: pl.Series, regions: Regions, share: Share, *, words_are_blank: bool
) -> Candidate:
    line, is_general = line_named_by(header), names_only_contact(header)
    text = _as_text(cells)
    words_are_blank = words_are_blank or (line is not None and not is_general)
    filled = pl.Series(
        [_is_filled(cell, words_are_blank=words_are_blank) for cell in text.to_list()], dtype=pl.Boolean
    )
    text = text.filter(filled)
    with_digits = [cell for cell in text.to_list() if _DIGITS.search(cell) and not _DATE.search(cell)]
    digits = len(with_digits) / len(text) if len(text) else 0.0
    where = regions.filter(filled) if isinstance(regions, pl.Series) else regions
    return Candidate(
        cells.name,
        line,
        names_only_number(header),
        is_general,
        filled=len(text) / len(cells) if len(cells) else 0.0,
        # A column without enough digits is not parsed.
        measure=cache(partial(share, text, where)) if digits >= _NAMED_SHARE else lambda: 0.0,
        digits=digits,
        example=_masked(with_digits[0]) if with_digits else "",
    )


def _is_filled(cell: str | None, *, words_are_blank: bool) -> bool:
    if not cell or cell.isspace():
        return False
    return not words_are_blank or _DIGIT.search(cell) is not None


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


def best(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the columns with the best kind of evidence that any column has.

    A header that says no more than number is as good as the content of another column.
    """
    named = [c for c in candidates if c.is_named]
    if named and not any(c.is_vague for c in named):
        return named
    content = [c for c in candidates if c.is_found_by_content]
    if all(c.is_vague for c in named):
        named = [c for c in candidates if c in named or (named and c in content)]
    else:
        named = [c for c in named if not c.is_vague or c in content]
    return named or content or [c for c in candidates if c.line is not None]


def all_phones(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the columns with any evidence: by its content, or by a header that says phone.

    If there is none, return the best ones.
    """
    found = [c for c in candidates if _says_phone(c) or c.is_found_by_content]
    return found or best(candidates)


def _says_phone(candidate: Candidate) -> bool:
    if candidate.is_general:
        return candidate.is_named and not candidate.is_vague
    return candidate.line is not None and candidate.digits > 0


def meant_first(found: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates with the preferred kind of line, and any that is filled far more often."""
    first = min(_line(one) for one in found)
    chosen = [one for one in found if _line(one) == first]
    most = max(one.filled for one in chosen)
    return [one for one in found if one in chosen or most < _LEAST_FILLED * one.filled]


def mobiles_beside(
    table: Table, chosen: Candidate, candidates: Sequence[Candidate], regions: Regions
) -> list[Candidate]:
    """Return the columns of mobile numbers under unknown headers that may be meant instead of the chosen one.

    They may be if that has landlines, or if its header names a landline or another person. People call their
    mobile numbers by more words than are known: `CP No.` in the Philippines, the name of an app, `Customer
    contact` beside `Agent mobile`.
    """
    others = [
        one
        for one in candidates
        if one.line is None and one.is_found_by_content and not names_fax(table.header[one.column])
    ]
    if not others or chosen.line in (None, Line.MOBILE) or chosen.numbers < _NAMED_SHARE:
        return []
    sample = table.sample()
    if chosen.line is Line.ANY and mobile_share(sample[chosen.column], regions) >= _MOBILE_SHARE:
        return []
    return [one for one in others if mobile_share(sample[one.column], regions) >= _MOBILE_SHARE]


def _line(candidate: Candidate) -> Line:
    return Line.ANY if candidate.line is None else candidate.line
