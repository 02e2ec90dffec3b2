"""The exact reading of delimited text: RFC 4180, cell by cell, with the place of an error.

A quote opens a cell only as its first character, and closes it only before a delimiter or a line end. A
doubled quote is a quote character. A quote later in an unquoted cell is a plain character (`5" pipe`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

Cell = bytes | None  # None is an empty cell without quotes; b"" is a quoted empty one


class Syntax(Struct, frozen=True):
    r"""The bytes that structure a file: delimiter, quote, and the last byte of a line end (`\n` or `\r`)."""

    delimiter: bytes
    quote: bytes
    line_end: bytes


class Record(Struct, frozen=True):
    """One record: its cells, and the offset of the first byte after it."""

    cells: list[Cell]
    end: int

    @property
    def blank(self) -> bool:
        """Whether this is a line without anything on it."""
        return self.cells == [None]


class Malformed(Exception):
    """The text is not valid; `offset` is the place, `what` says what is wrong and what to do."""

    def __init__(self, offset: int, what: str) -> None:
        super().__init__(what)
        self.offset = offset
        self.what = what


@lru_cache(maxsize=64)
def _cell_pattern(syntax: Syntax) -> re.Pattern[bytes]:
    r"""Match one cell and its end. `\r\r\n` (Windows line ends, translated twice) ends a line too.

    So does a `\r` at the end of a file, which may be a line end that was cut.
    """
    d, q = re.escape(syntax.delimiter), re.escape(syntax.quote)
    line_end = rb"\r*+\n|\r++\Z" if syntax.line_end == b"\n" else rb"\r"
    quoted = rb"%b([^%b]*+(?:%b%b[^%b]*+)*+)%b" % (q, q, q, q, q, q)
    bare = rb"[^%b%b\r\n][^%b\r\n]*+" % (q, d, d)
    return re.compile(rb"(?:%b|(%b)|)(%b|%b|\Z)" % (quoted, bare, d, line_end))


def records(text: bytes, syntax: Syntax, *, final: bool) -> Iterator[Record]:
    """Yield the complete records of `text`, which starts with a record.

    Args:
        text: UTF-8.
        syntax: the bytes that structure it.
        final: whether the file ends with `text`. If not, a record that reaches the end is left out, since the
            next block may continue it.

    Raises:
        Malformed: there is an unclosed quote, text after a closing quote, or another kind of line end.
    """
    match, delimiter, quote = _cell_pattern(syntax).match, syntax.delimiter, syntax.quote
    at = 0
    while at < len(text):
        cells: list[Cell] = []
        end = delimiter
        while end == delimiter:
            found = match(text, at)
            if found is None:
                if final:
                    raise _malformed(text, at, syntax)
                return
            quoted, bare, end = found.groups()
            cells.append(bare if quoted is None else quoted.replace(quote + quote, quote))
            at = found.end()
        if not (final or end.endswith(syntax.line_end)):
            return
        yield Record(cells, at)


def whole_records(text: bytes, syntax: Syntax) -> int:
    """Return the length of the longest prefix of `text` that ends with a line outside quotes."""
    end = text.rfind(syntax.line_end) + 1
    while text.count(syntax.quote, 0, end) % 2:
        end = text.rfind(syntax.line_end, 0, text.rfind(syntax.quote, 0, end)) + 1
    return end


def _malformed(text: bytes, at: int, syntax: Syntax) -> Malformed:
    quote = syntax.quote
    if text[at : at + 1] != quote:
        return Malformed(
            at, "has a line end unlike the others in the middle; save the file with one kind of line end"
        )
    if text.count(quote, at + 1) == 0 or _never_closed(text, at, quote):
        return Malformed(
            at, "opens a quote that is never closed; close it, or double a quote that is part of the cell"
        )
    if b"\\" + quote in text[at : text.find(syntax.line_end, at) if syntax.line_end in text[at:] else None]:
        return Malformed(
            at,
            f"writes quotes within cells as \\{quote.decode()}; double them instead: "
            f"sed 's/\\\\{quote.decode()}/{2 * quote.decode()}/g' < OLD.csv > NEW.csv",
        )
    return Malformed(
        at, "goes on after a closing quote; quote the whole cell and double each quote within it"
    )


def _never_closed(text: bytes, at: int, quote: bytes) -> bool:
    rest = text[at + 1 :].replace(quote + quote, b"")
    return quote not in rest
