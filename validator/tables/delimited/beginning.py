"""Where the table of a delimited file begins, and its dialect: titles may be above the header."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.tables.delimited.dialect import (
    DELIMITERS,
    RARE_DELIMITERS,
    Dialect,
    Trial,
    best_trial,
    find_dialect,
    find_line_end,
)
from validator.tables.delimited.records import Malformed, Record, records
from validator.tables.detect.header_row import (
    LOOKED_AT,
    MOST_TITLES,
    begins_numbers_below,
    header_place,
    is_number,
    is_title,
    names_columns,
    says_phone,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_AGREEMENT = 2 / 3  # the least share of records as wide as the header; a short list may have a footer


class Beginning(Struct, frozen=True):
    """Where a table begins.

    Attributes:
        dialect: how its records are written.
        sep_bytes: length of Excel's `sep=` line.
        offset: bytes before the table, including that line.
    """

    dialect: Dialect
    sep_bytes: int
    offset: int


def find_beginning(head: bytes, *, whole: bool) -> Beginning:
    """Return where the table of a text begins.

    Args:
        head: the beginning of the file, as UTF-8.
        whole: whether that is the whole file.
    """
    trial, sep_bytes = find_dialect(head, whole=whole)
    text = head[sep_bytes:]
    rows = _rows(text, trial.dialect, whole=whole)
    if trial.width > 1 and not trial.malformed and trial.agreement >= _AGREEMENT:
        return Beginning(trial.dialect, sep_bytes, sep_bytes + _offset(rows, _place_of(rows)))
    if below := None if sep_bytes else _below_titles(text, whole=whole):
        return below
    return Beginning(trial.dialect, sep_bytes, sep_bytes + _offset(rows, _place_in_one_column(rows)))


def beginning_at(head: bytes, line: int, *, whole: bool) -> Beginning | None:
    """Return the beginning of a table whose header is on this line, counted from 1; None if there is none."""
    line_end = find_line_end(head)
    starts = [0, *_line_starts(head, line_end, line)]
    if line > len(starts) or starts[line - 1] >= len(head):
        return None
    start = starts[line - 1]
    trial, sep_bytes = find_dialect(head[start:], whole=whole)
    return Beginning(trial.dialect, sep_bytes if line == 1 else 0, start + sep_bytes)


def is_wholly_quoted(rows: Sequence[Record]) -> bool:
    """Return whether each record is one quoted cell that holds a whole row of a table."""
    if any(len(row.cells) > 1 for row in rows):
        return False
    lines = [row.cells[0] or b"" for row in rows if not row.blank]
    text = b"\n".join(lines)
    trial = best_trial(text, "\n", DELIMITERS, whole=True)
    inner = [row.cells for row in _rows(text, trial.dialect, whole=True)]
    return trial.width > 1 and trial.agreement == 1 and names_columns(inner[0], inner[1:])


def _below_titles(text: bytes, *, whole: bool) -> Beginning | None:
    """Find a table that begins below titles, or is written with a rare delimiter."""
    line_end = find_line_end(text)
    used = tuple(d for d in DELIMITERS if d.encode() in text)
    rare = tuple(d for d in RARE_DELIMITERS if d.encode() in text)
    for delimiters in filter(None, (used, rare)):
        for start in (0, *_line_starts(text, line_end, MOST_TITLES)):
            trial = best_trial(text[start:], line_end, delimiters, whole=whole)
            if _is_table(text, start, trial, whole=whole):
                return Beginning(trial.dialect, 0, start)
    return None


def _is_table(text: bytes, start: int, trial: Trial, *, whole: bool) -> bool:
    """Return whether a table begins at this offset, with only titles above it."""
    if trial.width == 1 or trial.malformed or trial.agreement < _AGREEMENT:
        return False
    if text.count(b'"', 0, start) % 2:  # the line is in a quoted cell
        return False
    delimiter, line_end = trial.dialect.syntax.delimiter, trial.dialect.syntax.line_end
    above = [line.split(delimiter) for line in text[:start].split(line_end)]
    rows = [row.cells for row in _rows(text[start:], trial.dialect, whole=whole)]
    if not rows or not all(_is_above(line, rows[0]) for line in above):
        return False
    return names_columns(rows[0], rows[1:]) or begins_numbers_below(above, rows[0], rows[1:])


def _is_above(line: list[bytes], header: Sequence[bytes | None]) -> bool:
    """Return whether a line is a title, which has delimiters only above a header that says phone."""
    if is_title(line, len(header)) or line[0].startswith(b"#"):
        return True
    return len(line) < len(header) and says_phone(header) and not any(map(is_number, line))


def _rows(text: bytes, dialect: Dialect, *, whole: bool) -> list[Record]:
    """Return the first records, as far as they can be read."""
    found: list[Record] = []
    try:
        found.extend(islice(records(text, dialect.syntax, final=whole), MOST_TITLES + LOOKED_AT))
    except Malformed:
        return found
    return found


def _place_of(rows: list[Record]) -> int:
    """Return the index of the header among some records; blank lines are ignored."""
    filled = [place for place, row in enumerate(rows) if not row.blank]
    return filled[header_place([rows[place].cells for place in filled])] if filled else 0


def _place_in_one_column(rows: list[Record]) -> int:
    """Return the index of the header in a list of one column: what says phone above the first number."""
    cells = [row.cells[0] for row in rows[:MOST_TITLES]]
    for place, (cell, below) in enumerate(pairwise(cells)):
        if is_number(cell):
            return 0
        if is_number(below) and says_phone([cell]):
            return place
    return 0


def _offset(rows: list[Record], place: int) -> int:
    return rows[place - 1].end if place else 0


def _line_starts(text: bytes, line_end: str, count: int) -> Iterator[int]:
    end, at = line_end[-1].encode(), 0
    for _ in range(count):
        at = text.find(end, at) + 1
        if at == 0 or at >= len(text):
            return
        yield at
