"""Where the rows of a delimited file begin and what its columns are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from validator.errors import FileError
from validator.tables.delimited.dialect import Dialect, find_dialect
from validator.tables.delimited.encoding import Encoding, utf8_blocks
from validator.tables.delimited.records import Cell, Malformed, Record, records
from validator.tables.table import stands_for_others

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HEAD_BYTES = 1 << 20  # what a dialect is judged by; a header longer than this is none
_MOST_COLUMNS = 16_384  # Excel's limit; each column takes time and memory of its own
_LOOKED_AT = 100  # rows compared with the first to tell whether it is a header

# A cell that can be nothing but a phone number, which no column is called. Punctuation as in `(0) 7700-900`.
_NUMBER = re.compile(r"\s*(?:tel:|whatsapp:|https?://\S*/)?[+(]?\d[\d\s()./\-]*(?:@\S+)?\s*", re.IGNORECASE)
_NUMBER_DIGITS = range(7, 19)  # 15 digits of E.164 and a prefix such as 00 or 011


@dataclass(frozen=True, slots=True)
class Layout:
    """How a delimited file is laid out.

    Attributes:
        dialect: how its records are written.
        has_header: whether its first record names the columns. A list that begins with a phone number has
            none; its columns are called `column_1`, `column_2`, ...
        header: column names as the file writes them, by their names in the schema, which are unique.
        header_record: the first record as it stands in the file, where it names the columns.
        body_offset: bytes of UTF-8 text before the first row.
        body_line: the line the first row begins on, counted from 1.
    """

    dialect: Dialect
    has_header: bool
    header: dict[str, str]
    header_record: str
    body_offset: int
    body_line: int


def find_layout(path: Path, encoding: Encoding) -> Layout:
    """Read the beginning of `path` and return its layout.

    Raises:
        FileError: no record can be read there, or it is too wide for one.
    """
    head, whole = _head(path, encoding)
    dialect, start = find_dialect(head, whole=whole)
    before, first, rows = _first_records(path, head[start:], dialect, whole=whole)
    if len(first.cells) > _MOST_COLUMNS:
        raise FileError(
            f"{path} has {len(first.cells):,} columns, more than any spreadsheet; "
            "is it a list with one row a line?"
        )
    has_header = not is_number_row(first.cells, [row.cells for row in rows])
    offset = start + (first.end if has_header else before)
    names = first.cells if has_header else [b"column_%d" % n for n in range(1, len(first.cells) + 1)]
    line = 1 + head.count(dialect.syntax.line_end, 0, offset)
    header = named([(cell or b"").decode() for cell in names])
    record = head[start + before : offset].decode().rstrip("\r\n")
    return Layout(dialect, has_header, header, record, offset, line)


def named(header: Sequence[str]) -> dict[str, str]:
    """Return the header by names that each mean one column: `phone`, `phone (2)`, `column_3`."""
    unique: dict[str, str] = {}
    taken = dict.fromkeys(header, 1)
    for position, text in enumerate(header, start=1):
        is_name = text and not stands_for_others(text)
        name = text if is_name else _free(f"column_{position}", taken)
        unique[name if name not in unique else _free(name, taken)] = text
    return unique


def _free(name: str, taken: dict[str, int]) -> str:
    """Return `name`, or the first of `name (2)`, `name (3)`, ... that no column has; take it.

    Args:
        name: what is wanted.
        taken: the names that columns have, and to which count each has been tried.
    """
    free, count = name, taken.get(name, 1)
    while free in taken:
        count += 1
        free = f"{name} ({count})"
    taken[name], taken[free] = count, 1
    return free


def _head(path: Path, encoding: Encoding) -> tuple[bytes, bool]:
    blocks = utf8_blocks(path, encoding, block_bytes=HEAD_BYTES)
    head = next(blocks)
    return head, next(blocks, None) is None


def _first_records(
    path: Path, text: bytes, dialect: Dialect, *, whole: bool
) -> tuple[int, Record, list[Record]]:
    """Return how many bytes of blank lines come first, the first record, and some of those after it."""
    found: list[Record] = []
    before = 0
    try:
        for record in islice(records(text, dialect.syntax, final=whole), _LOOKED_AT):
            if record.blank and not found:
                before = record.end
            else:
                found.append(record)
    except Malformed as error:
        if not found:
            line = 1 + dialect.sep_line + text.count(dialect.syntax.line_end, 0, error.offset)
            raise FileError(f"line {line} of {path} {error.what}.") from error
    if not found:
        raise FileError(
            f"{path} has no header that ends within {HEAD_BYTES:,} bytes; is it a list with one row a line?"
        )
    return before, found[0], found[1:]


def is_number_row(first: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> bool:
    """Tell whether a cell of the first row is a phone number as most cells below it are."""
    return any(_is_number(cell) and _are_numbers(rows, place) for place, cell in enumerate(first))


def _are_numbers(rows: Sequence[Sequence[Cell]], place: int) -> bool:
    below = [row[place] for row in rows if place < len(row) and row[place]]
    return sum(map(_is_number, below)) * 2 >= len(below)


def _is_number(cell: Cell) -> bool:
    text = (cell or b"").decode(errors="replace")
    return bool(_NUMBER.fullmatch(text)) and sum(map(str.isdigit, text)) in _NUMBER_DIGITS
