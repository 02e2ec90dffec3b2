"""Rows that are shorter or longer than the header, if they are kept."""

from __future__ import annotations

import logging
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from validator.tables.delimited.encoding import Encoding, utf8_blocks
from validator.tables.delimited.layout import line_at, named
from validator.tables.delimited.lines import plainness
from validator.tables.delimited.records import Malformed, Record, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import Protocol

    from validator.tables.delimited.layout import Layout
    from validator.tables.delimited.records import Syntax

    Parsed_co = TypeVar("Parsed_co", covariant=True)

    class Parse(Protocol[Parsed_co]):
        """Parses the whole records at the beginning of a text, and returns how many bytes they take.

        The text begins at `start` in the file, in bytes of UTF-8.
        """

        def __call__(self, text: bytes, start: int, *, final: bool) -> tuple[Parsed_co, int]: ...  # noqa: D102


log = logging.getLogger(__name__)

# Spreadsheets allow 32,767 characters in a cell. A longer record has an unclosed quote, or is not a list.
RECORD_BYTES = 16 << 20


def parsed_blocks(blocks: Iterable[bytes], layout: Layout, parse: Parse[Parsed_co]) -> Iterator[Parsed_co]:
    """Parse the rows of a text in blocks, which may end within records; yield the results of `parse`.

    A block is cut behind its last line end, where a record mostly ends too: so it is copied once.
    """
    rest, skip, start = b"", layout.body_offset, layout.body_offset
    for block in chain(blocks, [b""]):
        end = max(skip, block.rfind(layout.dialect.syntax.line_end) + 1)
        text = b"".join((rest, memoryview(block)[skip:end]))
        parsed, used = parse(text, start, final=not block)
        rest, skip, start = text[used:] + block[end:], max(0, skip - len(block)), start + used
        yield parsed


class _Measure(Struct):
    """Rows that are not as wide as the header: their count, where the first one is, the largest width."""

    syntax: Syntax
    width: int
    widest: int
    rows: int = 0
    first_at: int = 0

    def look(self, text: bytes, start: int, *, final: bool) -> tuple[None, int]:
        used, plain = plainness(text, self.syntax, self.width, final=final)
        if plain is None:
            used = self._look_at_each(text, start, final=final or len(text) > RECORD_BYTES)
        return None, used

    def _look_at_each(self, text: bytes, start: int, *, final: bool) -> int:
        used = 0
        try:
            for record in records(text, self.syntax, final=final):
                self._note(record, start + used)
                used = record.end
        except Malformed:
            return len(text)  # reading the rows will report the place
        return used

    def _note(self, record: Record, start: int) -> None:
        width = len(record.cells)
        if width != self.width and not record.blank:
            self.first_at = self.first_at if self.rows else start
            self.rows += 1
            self.widest = max(self.widest, width)


def widened(path: Path, encoding: Encoding, layout: Layout) -> Layout:
    """Return the layout with added columns, unnamed in the file, so that the longest row fits.

    The count of such rows and the first one are logged: they are kept, but not silently.
    """
    width = len(layout.header)
    measure = _Measure(layout.dialect.syntax, width, width)
    for _ in parsed_blocks(utf8_blocks(path, encoding), layout, measure.look):
        pass
    if measure.rows:
        log.warning(
            "%d rows of %s are not as wide as its header (first: line %d); they are kept, short ones with "
            "empty cells at their end and long ones with %d columns more.",
            measure.rows,
            path,
            line_at(path, encoding, measure.syntax, measure.first_at),
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
