"""Records as text of the file: split at column speed, and kept so that they can be written unchanged."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

from validator.tables.delimited.records import whole_records

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from validator.tables.delimited.records import Syntax

_LINE = pl.col("line")

# The regex engine of polars cannot compile a pattern for more cells.
_WIDEST = 2_048


class Lines(Struct, frozen=True):
    """Some records of a file.

    Attributes:
        texts: returns the text of each record in the file, without its line end.
        read: returns the cells of the given columns (None for all).
    """

    texts: Callable[[], pl.Series]
    read: Callable[[Sequence[str] | None], pl.DataFrame]


class Plain(Enum):
    """A text that fast readers read like `records`, by where its records end."""

    LINES = "each line is a record"
    JOINED = "a record may go over several lines, within quotes"


def plainness(text: bytes, syntax: Syntax, width: int, *, final: bool) -> tuple[int, Plain | None]:
    """Return the length of the whole records at the beginning of `text`, and how that part is plain.

    It is None if fast readers may read the part unlike `records`. They read it alike if each record has
    `width` cells, each quote opens or closes a whole cell, and all line ends are of one kind. So the part
    must be a sequence of such records, which one search tells. Few texts have a line end in a cell, so it is
    first tried without. Then the last line end also ends a record, and quotes need not be counted.

    Args:
        text: UTF-8, begins with a record; the last may have no line end.
        syntax: the bytes that structure it.
        width: the cells of a record; a blank line is a record only if this is 1.
        final: whether `text` ends with a whole record, with or without a line end.
    """
    end = len(text) if final else text.rfind(syntax.line_end) + 1
    if _is_plain(text[:end], syntax, width, Plain.LINES):
        return end, Plain.LINES
    end = end if final else whole_records(text, syntax)
    is_joined = syntax.quote in text and _is_plain(text[:end], syntax, width, Plain.JOINED)
    return end, Plain.JOINED if is_joined else None


def split_records(text: bytes, syntax: Syntax, plain: Plain) -> pl.Series:
    """Return each record of a plain text, without its line end."""
    lines = _as_one(text).to_frame().select(_LINE.str.split(syntax.line_end.decode()).explode())
    lines = lines.head(-1) if text.endswith(syntax.line_end) else lines
    records = lines if plain is Plain.LINES else _joined(lines, syntax)
    return records.select(_LINE.str.strip_suffix("\r") if b"\r" in text else _LINE).to_series()


def _is_plain(text: bytes, syntax: Syntax, width: int, plain: Plain) -> bool:
    if not text or width > _WIDEST:
        return False
    return bool(_as_one(text).str.contains(_records_pattern(syntax, width, plain)).item())


def _as_one(text: bytes) -> pl.Series:
    return pl.Series("line", [text], pl.Binary).cast(pl.String)


def _joined(lines: pl.DataFrame, syntax: Syntax) -> pl.DataFrame:
    """Join the lines of a record. A line begins a record if the count of quotes before it is even."""
    quotes = _LINE.str.count_matches(syntax.quote.decode(), literal=True)
    begins = quotes.cum_sum().shift(1, fill_value=0) % 2 == 0
    records = lines.group_by(begins.cum_sum().alias("record"), maintain_order=True)
    return records.agg(_LINE.str.join(syntax.line_end.decode())).select("line")


@lru_cache(maxsize=64)
def _records_pattern(syntax: Syntax, width: int, plain: Plain) -> str:
    """Match a whole text of records."""
    d, q, e = (re.escape(part.decode()) for part in (syntax.delimiter, syntax.quote, syntax.line_end))
    within = r"\r\n" if plain is Plain.LINES else ""
    cell = rf"(?:{q}(?:[^{q}{within}]|{q}{q})*{q}|[^{d}{q}\r\n]*)"
    line_end = rf"\r?(?:{e}|\z)" if syntax.line_end == b"\n" else rf"(?:{e}|\z)"
    return rf"\A(?:{cell}(?:{d}{cell}){{{width - 1}}}{line_end})+\z"
