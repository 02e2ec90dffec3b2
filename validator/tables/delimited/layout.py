"""Where the rows of a delimited file begin, and the names of its columns."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.errors import FileError
from validator.tables.delimited.beginning import Beginning, beginning_at, find_beginning, is_wholly_quoted
from validator.tables.delimited.drawn_tables import refuse_drawn, refuse_fixed_width
from validator.tables.delimited.encoding import Encoding, utf8_blocks
from validator.tables.delimited.records import Malformed, Record, Syntax, records
from validator.tables.detect.header_row import LOOKED_AT, ONE_LINE, is_number_row, numbers_on_one_line
from validator.tables.table import stands_for_others

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from validator.tables.delimited.dialect import Dialect

HEAD_BYTES = 1 << 20  # the bytes from which a dialect is detected; a longer header is an error
_MOST_COLUMNS = 16_384  # Excel's limit; each column takes time and memory
_DRAWN_BYTES = 16 << 10  # enough to see that a table is drawn for readers


class Layout(Struct, frozen=True):
    """How a delimited file is laid out.

    Attributes:
        dialect: how its records are written.
        has_header: whether its first record names the columns. A list that begins with a phone number has no
            header; its columns are named `column_1`, `column_2`, ...
        header: column names as the file writes them, by their names in the schema, which are unique.
        header_record: the text of the first record in the file, if it names the columns.
        header_line: the line of the header, counted from 1; 0 if there is none.
        above: the text above the table, below a `sep=` line: titles, comments and blank lines.
        body_offset: bytes of UTF-8 text before the first row.
    """

    dialect: Dialect
    has_header: bool
    header: dict[str, str]
    header_record: str
    header_line: int
    above: str
    body_offset: int


def find_layout(path: Path, encoding: Encoding, header_row: int | None = None) -> Layout:
    """Read the beginning of `path` and return its layout.

    Args:
        path: the file.
        encoding: its encoding.
        header_row: the line with the names of the columns, counted from 1; 0 if there is none; None to find
            it.

    Raises:
        FileError: no record can be read there, the table is too wide or drawn for readers, or the file is a
            list on one line.
    """
    head, whole = _head(path, encoding)
    refuse_drawn(path, head[:_DRAWN_BYTES].decode(errors="replace"))
    begins = (
        find_beginning(head, whole=whole) if header_row is None else _asked(path, head, header_row, whole)
    )
    dialect, start = begins.dialect, begins.offset
    before, first, rows = _first_records(path, head, begins, whole=whole)
    _refuse_too_wide(path, first, rows, dialect)
    if is_wholly_quoted([first, *rows]):
        raise FileError(_wholly_quoted(path, dialect))
    has_header = bool(header_row)
    if header_row is None:
        has_header = not is_number_row(first.cells, [row.cells for row in rows])
    if has_header and len(first.cells) == 1:
        refuse_fixed_width(path, head[start + before :][:_DRAWN_BYTES].decode(errors="replace"))
    offset = start + (first.end if has_header else before)
    names = first.cells if has_header else [b"column_%d" % n for n in range(1, len(first.cells) + 1)]
    return Layout(
        dialect,
        has_header,
        named([(cell or b"").decode() for cell in names]),
        header_record=head[start + before : offset].decode().rstrip("\r\n"),
        header_line=_line_of(head, dialect, start + before) if has_header else 0,
        above=head[begins.sep_bytes : start + before].decode(),
        body_offset=offset,
    )


def _asked(path: Path, head: bytes, header_row: int, whole: bool) -> Beginning:  # noqa: FBT001 - passed on
    begins = beginning_at(head, max(1, header_row), whole=whole)
    if begins is None:
        raise FileError(f"{path} has no line {header_row}; name the one with the header with --header-row.")
    return begins


def line_at(path: Path, encoding: Encoding, syntax: Syntax, offset: int) -> int:
    """Return the line, counted from 1, of an offset in bytes of UTF-8 text.

    The file is read again. To count the lines of every list would take a twentieth of the time of reading
    it, and only messages name one.
    """
    line = 1
    for block in utf8_blocks(path, encoding):
        line += block.count(syntax.line_end, 0, max(0, offset))
        offset -= len(block)
    return line


def _line_of(head: bytes, dialect: Dialect, offset: int) -> int:
    return 1 + head.count(dialect.syntax.line_end, 0, offset)


def _refuse_too_wide(path: Path, first: Record, rows: Sequence[Record], dialect: Dialect) -> None:
    if len(first.cells) > _MOST_COLUMNS:
        raise FileError(
            f"{path} has {len(first.cells):,} columns, more than any spreadsheet; "
            "is it a list with one row a line?"
        )
    count = 0 if any(not row.blank for row in rows) else numbers_on_one_line(first.cells)
    if count >= ONE_LINE:
        between = repr(dialect.delimiter if len(first.cells) > 1 else " ")
        raise FileError(
            f"{path} holds {count} numbers on one line; put each on a line of its own: "
            f"tr {between} '\\n' < {path.name} > numbers.csv"
        )


def _wholly_quoted(path: Path, dialect: Dialect) -> str:
    quote, end = dialect.quote, "\\r*$" if dialect.line_end == "\r\n" else "$"
    return (
        f"every line of {path} is quoted as a whole, as one cell; take these quotes off: "
        f"sed 's/^{quote}//; s/{quote}{end}//; s/{2 * quote}/{quote}/g' < {path.name} > plain.csv"
    )


def named(header: Sequence[str]) -> dict[str, str]:
    """Return the header by unique names: `phone`, `phone (2)`, `column_3`."""
    unique: dict[str, str] = {}
    taken = dict.fromkeys(header, 1)
    for position, text in enumerate(header, start=1):
        is_name = text and not stands_for_others(text)
        name = text if is_name else _free(f"column_{position}", taken)
        unique[name if name not in unique else _free(name, taken)] = text
    return unique


def _free(name: str, taken: dict[str, int]) -> str:
    """Return `name`, or the first of `name (2)`, `name (3)`, ... that no column has, and add it to `taken`.

    Args:
        name: the wanted name.
        taken: the names of columns, with the last count that was tried for each.
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
    path: Path, head: bytes, begins: Beginning, *, whole: bool
) -> tuple[int, Record, list[Record]]:
    """Return the bytes of leading blank lines, the first record, and some records after it."""
    found: list[Record] = []
    before, text, dialect = 0, head[begins.offset :], begins.dialect
    try:
        for record in islice(records(text, dialect.syntax, final=whole), LOOKED_AT):
            if record.blank and not found:
                before = record.end
            else:
                found.append(record)
    except Malformed as error:
        if not found:
            line = _line_of(head, dialect, begins.offset + error.offset)
            raise FileError(f"line {line} of {path} {error.what}.") from error
    if not found:
        raise FileError(
            f"{path} has no header that ends within {HEAD_BYTES:,} bytes; is it a list with one row a line?"
        )
    return before, found[0], found[1:]
