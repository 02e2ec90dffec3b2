"""Rows that are shorter or longer than the header, if they are kept."""

from __future__ import annotations

import logging
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from validator.tables.delimited.layout import named
from validator.tables.delimited.lines import plainness
from validator.tables.delimited.records import Malformed, Record, records, whole_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import Protocol

    from validator.tables.delimited.layout import Layout
    from validator.tables.delimited.records import Syntax

    Parsed_co = TypeVar("Parsed_co", covariant=True)

    class Parse(Protocol[Parsed_co]):
        """Parses the whole records at the beginning of a text, and returns how many bytes they take."""

        def __call__(self, text: bytes, line: int, *, final: bool) -> tuple[Parsed_co, int]: ...  # noqa: D102


log = logging.getLogger(__name__)

# Spreadsheets allow 32,767 characters in a cell. A longer record has an unclosed quote, or is not a list.
RECORD_BYTES = 16 << 20


def parsed_blocks(blocks: Iterable[bytes], layout: Layout, parse: Parse[Parsed_co]) -> Iterator[Parsed_co]:
    """Parse the rows of a text in blocks, which may end within records; yield the results of `parse`."""
    rest, skip, line = b"", layout.body_offset, layout.body_line
    for block in chain(blocks, [b""]):
        text, skip = rest + block[skip:], max(0, skip - len(block))
        parsed, used = parse(text, line, final=not block)
        rest = text[used:]
        line += text.count(layout.dialect.syntax.line_end, 0, used)
        yield parsed


class _Measure(Struct):
    """Rows that are not as wide as the header: their count, the first one, and the largest width."""

    syntax: Syntax
    width: int
    widest: int
    rows: int = 0
    first_line: int = 0

    def look(self, text: bytes, line: int, *, final: bool) -> tuple[None, int]:
        used = len(text) if final else whole_records(text, self.syntax)
        if not used or plainness(text[:used], self.syntax, self.width) is None:
            used = self._look_at_each(text, line, final=final or len(text) > RECORD_BYTES)
        return None, used

    def _look_at_each(self, text: bytes, line: int, *, final: bool) -> int:
        used = 0
        try:
            for record in records(text, self.syntax, final=final):
                self._note(record, line)
                line += text.count(self.syntax.line_end, used, record.end)
                used = record.end
        except Malformed:
            return len(text)  # reading the rows will report the place
        return used

    def _note(self, record: Record, line: int) -> None:
        width = len(record.cells)
        if width != self.width and not record.blank:
            self.rows += 1
            self.first_line = self.first_line or line
            self.widest = max(self.widest, width)


def widened(path: Path, layout: Layout, blocks: Iterable[bytes]) -> Layout:
    """Return the layout with added columns, unnamed in the file, so that the longest row fits.

    The count of such rows and the first one are logged: they are kept, but not silently.
    """
    width = len(layout.header)
    measure = _Measure(layout.dialect.syntax, width, width)
    for _ in parsed_blocks(blocks, layout, measure.look):
        pass
    if measure.rows:
        log.warning(
            "%d rows of %s are not as wide as its header (first: line %d); they are kept, short ones with "
            "empty cells at their end and long ones with %d columns more.",
            measure.rows,
            path,
            measure.first_line,
            measure.widest - width,
        )
    added = measure.widest - width
    return replace(
        layout,
        header=named([*layout.header.values(), *[""] * added]),
        header_record=layout.header_record + added * layout.dialect.delimiter,
    )


def filled_up(record: Record, width: int) -> Record:
    """Return a record with empty cells at its end, so that it is `width` cells wide."""
    return Record([*record.cells, *[None] * (width - len(record.cells))], record.end)
