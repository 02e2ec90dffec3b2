"""Records as text of the file: split at column speed, and kept so that they can be written unchanged."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from validator.tables.delimited.records import Syntax

_LINE = pl.col("line")

# The regex engine of polars cannot compile a pattern for more cells.
_WIDEST = 2_048


class Lines(Struct, frozen=True):
    """Some records of a file.

    Attributes:
        texts: the text of each record in the file, without its line end.
        read: returns the cells of the given columns (None for all).
    """

    texts: pl.Series
    read: Callable[[Sequence[str] | None], pl.DataFrame]


def plain_records(text: bytes, syntax: Syntax, width: int) -> pl.Series | None:
    r"""Return each record of `text` without its line end, if fast readers read it like `records`.

    They do if each record has `width` cells, each quote opens or closes a whole cell, and all line ends are
    of one kind. So every line, or the joined lines between two quotes, must have the shape of a whole record.
    A record ends at the first line end outside quotes, so there is no other way to read them.

    Args:
        text: UTF-8, whole records; the last may have no line end.
        syntax: the bytes that structure them.
        width: the cells of a record; a blank line is a record only if this is 1.
    """
    if width > _WIDEST:
        return None
    lines, shape = _split(text, syntax), _record_pattern(syntax, width)
    if not _have(shape, lines):
        if syntax.quote not in text:
            return None
        lines = _joined(lines, syntax)
        if not _have(shape, lines):
            return None
    return lines.select(_LINE.str.strip_suffix("\r") if b"\r" in text else _LINE).to_series()


def _split(text: bytes, syntax: Syntax) -> pl.DataFrame:
    whole = pl.DataFrame({"line": [text.removesuffix(syntax.line_end)]}, {"line": pl.Binary})
    return whole.select(_LINE.cast(pl.String).str.split(syntax.line_end.decode()).explode())


def _have(shape: str, lines: pl.DataFrame) -> bool:
    return bool(lines.select(_LINE.str.contains(shape).all()).item())


def _joined(lines: pl.DataFrame, syntax: Syntax) -> pl.DataFrame:
    """Join the lines of a record. A line begins a record if the count of quotes before it is even."""
    quotes = _LINE.str.count_matches(syntax.quote.decode(), literal=True)
    begins = quotes.cum_sum().shift(1, fill_value=0) % 2 == 0
    records = lines.group_by(begins.cum_sum().alias("record"), maintain_order=True)
    return records.agg(_LINE.str.join(syntax.line_end.decode())).select("line")


@lru_cache(maxsize=64)
def _record_pattern(syntax: Syntax, width: int) -> str:
    d, q = re.escape(syntax.delimiter.decode()), re.escape(syntax.quote.decode())
    cell = rf"(?:{q}(?:[^{q}]|{q}{q})*{q}|[^{d}{q}\r\n]*)"
    line_end = r"\r?" if syntax.line_end == b"\n" else ""
    return rf"^{cell}(?:{d}{cell}){{{width - 1}}}{line_end}$"
