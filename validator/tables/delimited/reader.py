"""Reading delimited text in batches: at column speed where it is plain, cell by cell where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import polars as pl

from validator.errors import FileError
from validator.tables.delimited.encoding import Encoding, find_encoding, utf8_blocks
from validator.tables.delimited.layout import Layout, find_layout
from validator.tables.delimited.lines import Lines, plain_records
from validator.tables.delimited.records import Malformed, Record, records, whole_records
from validator.tables.delimited.window import is_short, window_texts
from validator.tables.refusals import require_regular
from validator.tables.table import BATCH_ROWS, VERBATIM, thinned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from validator.tables.delimited.dialect import Dialect

# Spreadsheets hold 32,767 characters a cell. A record beyond this is a quote that never closes, or no list.
_RECORD_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class DelimitedTable:
    """An opened CSV file; see `Table`."""

    path: Path
    encoding: Encoding
    layout: Layout
    format: str = "csv"

    @property
    def dialect(self) -> Dialect:
        """How its records are written."""
        return self.layout.dialect

    @property
    def schema(self) -> pl.Schema:
        """Every column is text: zeros, plus signs and spaces stay."""
        return pl.Schema(dict.fromkeys(self.layout.header, pl.String))

    @property
    def header(self) -> Mapping[str, str]:
        """Column names as the file writes them."""
        return self.layout.header

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows; see `Table.batches`. A blank line is a row only where there is one column."""
        for lines in self._lines(utf8_blocks(self.path, self.encoding)):
            yield from lines.read(columns).iter_slices(BATCH_ROWS)

    def verbatim(self) -> Iterator[pl.DataFrame]:
        """Yield the rows, each with its record as it stands in the file; see `Table.verbatim`."""
        for lines in self._lines(utf8_blocks(self.path, self.encoding)):
            yield from lines.read(None).with_columns(lines.texts.alias(VERBATIM)).iter_slices(BATCH_ROWS)

    def sample(self) -> pl.DataFrame:
        """Return some rows; see `Table.sample`. What cannot be read stays out: reading it all will tell."""
        if is_short(self.path):
            return thinned(pl.concat([pl.DataFrame(schema=self.schema), *self.batches()]))
        texts = window_texts(self.path, self.encoding, self.dialect.syntax)
        rows = chain.from_iterable(records(text, self.dialect.syntax, final=False) for text in texts)
        return thinned(self._frame_of(rows))

    def _lines(self, blocks: Iterable[bytes]) -> Iterator[Lines]:
        rest, skip, line = b"", self.layout.body_offset, self.layout.body_line
        for block in chain(blocks, [b""]):
            text, skip = rest + block[skip:], max(0, skip - len(block))
            lines, used = self._parse(text, line, final=not block)
            rest = text[used:]
            line += text.count(self.dialect.syntax.line_end, 0, used)
            if len(lines.texts):
                yield lines

    def _parse(self, text: bytes, line: int, *, final: bool) -> tuple[Lines, int]:
        """Return the whole records at the beginning of `text` and the bytes they take."""
        syntax, width = self.dialect.syntax, len(self.header)
        used = len(text) if final else whole_records(text, syntax)
        texts = plain_records(text[:used], syntax, width) if used else None
        if texts is not None:
            return Lines(texts, partial(self._read_plain, text[:used])), used
        return self._parse_exactly(text, line, final=final or len(text) > _RECORD_BYTES)

    def _read_plain(self, text: bytes, columns: Sequence[str] | None) -> pl.DataFrame:
        # polars takes a text that begins with `x^` for a compressed one, and skips none before a first line.
        cells = pl.scan_csv(
            self.dialect.syntax.line_end + text,
            has_header=False,
            skip_lines=1,
            schema=self.schema,
            separator=self.dialect.delimiter,
            quote_char=self.dialect.quote,
            eol_char=self.dialect.line_end[-1],
        )
        return cells.select(columns or list(self.schema)).collect()

    def _parse_exactly(self, text: bytes, line: int, *, final: bool) -> tuple[Lines, int]:
        rows: list[Record] = []
        texts: list[bytes] = []
        used = 0
        try:
            for record in records(text, self.dialect.syntax, final=final):
                self._check_width(record, text, used, line)
                if not record.blank or len(self.header) == 1:
                    rows.append(record)
                    texts.append(text[used : record.end].rstrip(b"\r\n"))
                used = record.end
        except Malformed as error:
            raise self._error(text, error.offset, line, f"{error.what}.") from error
        written = pl.Series("line", texts, dtype=pl.Binary).cast(pl.String)
        frame = self._frame_of(rows)
        return Lines(written, lambda columns: frame.select(columns or pl.all())), used

    def _check_width(self, record: Record, text: bytes, start: int, line: int) -> None:
        cells, width = len(record.cells), len(self.header)
        if cells != width and not record.blank:
            what = f"has {cells} {'cell' if cells == 1 else 'cells'} where the header has {width}"
            remedy = f"quote cells that contain {self.dialect.delimiter!r}, or add what is missing"
            raise self._error(text, start, line, f"{what}; {remedy}.")

    def _frame_of(self, rows: Iterable[Record]) -> pl.DataFrame:
        width = len(self.header)
        columns = list(zip(*(row.cells for row in rows if len(row.cells) == width), strict=True))
        series = [pl.Series(values, dtype=pl.Binary).cast(pl.String) for values in columns]
        return pl.DataFrame(series or None, schema=self.schema)

    def _error(self, text: bytes, offset: int, line: int, what: str) -> FileError:
        place = line + text.count(self.dialect.syntax.line_end, 0, offset)
        return FileError(f"line {place} of {self.path} {what}")


def open_delimited(path: Path) -> DelimitedTable:
    """Open a CSV file, having found its encoding, delimiter, quote character and header.

    Raises:
        FileError: there is no such file, or it is empty, binary or in no encoding; one line that says so.
    """
    require_regular(path)
    encoding = find_encoding(path)
    return DelimitedTable(path, encoding, find_layout(path, encoding))
