"""Reads delimited text in batches: at column speed if it is plain, otherwise cell by cell."""

from __future__ import annotations

import codecs
from functools import partial
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct, field

from validator.errors import FileError
from validator.pipeline import ahead
from validator.tables.delimited.encoding import Encoding, find_encoding, utf8_blocks
from validator.tables.delimited.layout import Layout, find_layout, line_at
from validator.tables.delimited.lines import Lines, Plain, plainness, split_records
from validator.tables.delimited.ragged import RECORD_BYTES, filled_up, parsed_blocks, widened
from validator.tables.delimited.records import Malformed, Record, records
from validator.tables.delimited.window import is_short, window_texts
from validator.tables.detect.readable import reads_as_words
from validator.tables.files.os_errors import require_regular
from validator.tables.files.stamp import stamp
from validator.tables.table import BATCH_ROWS, VERBATIM, Ragged, ReadOptions, thinned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from validator.tables.delimited.dialect import Dialect

LookedAt = dict[tuple[int, int, bool], tuple[int, Plain | None]]
"""The `plainness` of texts, by offset in the file, length, and whether the file ends there."""

# Up to about a hundred rows are read cell by cell sooner than by the queries of the fast way (measured). The
# first of these would also start the threads of polars.
_FEW_BYTES = 4096

_TOO_LONG = f"is longer than {RECORD_BYTES:,} bytes; is it a list with one row a line?"


class DelimitedTable(Struct, frozen=True):
    """An opened CSV file; see `Table`.

    Attributes:
        path: the file.
        encoding: how its text is encoded.
        layout: what stands where in it.
        ragged: what happens to rows that are not as wide as the header.
        format: the name of the format.
        looked_at: the `plainness` of each stretch of the file, by its offset and length, for each state in
            which the file was read. Looking takes half of the time of a reading, so it is done once.
    """

    path: Path
    encoding: Encoding
    layout: Layout
    ragged: Ragged = Ragged.ERROR
    format: str = "csv"
    looked_at: dict[tuple[int, ...], LookedAt] = field(default_factory=dict)

    @property
    def dialect(self) -> Dialect:
        """How its records are written."""
        return self.layout.dialect

    @property
    def schema(self) -> pl.Schema:
        """Every column is text, so zeros, plus signs and spaces are kept."""
        return pl.Schema(dict.fromkeys(self.layout.header, pl.String))

    @property
    def header(self) -> Mapping[str, str]:
        """Column names as the file writes them."""
        return self.layout.header

    @property
    def is_garbled(self) -> bool:
        """Whether the header seems to be in another encoding than the detected one."""
        return not reads_as_words(" ".join(self.header.values()))

    @property
    def manner(self) -> Mapping[str, str | int]:
        """How the file is written; see `Table.manner`."""
        return {
            "header_row": self.layout.header_line,
            "encoding": self.encoding.codec,
            "delimiter": self.dialect.delimiter,
        }

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows; see `Table.batches`. A blank line is a row only if there is one column."""
        for lines in self._lines_ahead():
            yield from lines.read(columns).iter_slices(BATCH_ROWS)

    def verbatim(self, *, cells: bool = True) -> Iterator[pl.DataFrame]:
        """Yield the rows, each with the text of its record in the file; see `Table.verbatim`."""
        for lines in self._lines_ahead():
            texts = lines.texts().alias(VERBATIM)
            rows = lines.read(None).with_columns(texts) if cells else texts.to_frame()
            yield from rows.iter_slices(BATCH_ROWS)

    def is_cut_off(self) -> bool:
        """Whether the file has no line end at its end, which may be a sign of an incomplete copy."""
        last = b""
        for block in utf8_blocks(self.path, self.encoding):
            last = block[-1:] or last
        return last not in (b"\n", b"\r")

    def sample(self) -> pl.DataFrame:
        """Return some rows; see `Table.sample`. Unreadable rows are left out; reading all reports them."""
        if is_short(self.path):
            return thinned(pl.concat([pl.DataFrame(schema=self.schema), *self.batches()]))
        texts = window_texts(self.path, self.encoding, self.dialect.syntax)
        return thinned(pl.concat(map(self._window_rows, texts)))

    def _window_rows(self, text: bytes) -> pl.DataFrame:
        """Return the rows in a stretch of the file, without those that cannot be read."""
        syntax, width = self.dialect.syntax, len(self.header)
        used, plain = plainness(text, syntax, width, final=False)
        if plain is not None:
            return self._read_plain(text[:used], None)
        rows = records(text, syntax, final=False)
        return self._frame_of(filled_up(row, width) if self.ragged is Ragged.KEEP else row for row in rows)

    def _lines_ahead(self) -> Iterator[Lines]:
        # A short file is one block, so there is nothing to read ahead.
        return ahead(self._lines(utf8_blocks(self.path, self.encoding)), few=is_short(self.path))

    def _lines(self, blocks: Iterable[bytes]) -> Iterator[Lines]:
        looked_at = self.looked_at.setdefault(stamp(self.path), {})
        return parsed_blocks(blocks, self.layout, partial(self._parse, looked_at))

    def _parse(self, looked_at: LookedAt, text: bytes, start: int, *, final: bool) -> tuple[Lines, int]:
        """Return the whole records at the beginning of `text` and the bytes they take."""
        if len(text) <= _FEW_BYTES:
            return self._parse_exactly(text, start, final=final)
        syntax, width = self.dialect.syntax, len(self.header)
        place = start, len(text), final
        if place not in looked_at:
            looked_at[place] = plainness(text, syntax, width, final=final)
        used, plain = looked_at[place]
        if plain is not None:
            whole = text[:used]
            return Lines(partial(split_records, whole, syntax, plain), partial(self._read_plain, whole)), used
        if not final and len(text) > RECORD_BYTES:
            return self._parse_exactly(text, start, final=True, cut=True)
        return self._parse_exactly(text, start, final=final)

    def _read_plain(self, text: bytes, columns: Sequence[str] | None) -> pl.DataFrame:
        # polars reads a text that begins with `x^` as compressed, unless a line is skipped before it. After
        # that line it drops a byte order mark: if the first cell has one, a second one is added to drop.
        mark = codecs.BOM_UTF8 if text.startswith(codecs.BOM_UTF8) else b""
        cells = pl.scan_csv(
            self.dialect.syntax.line_end + mark + text,
            has_header=False,
            skip_lines=1,
            schema=self.schema,
            separator=self.dialect.delimiter,
            quote_char=self.dialect.quote,
            eol_char=self.dialect.line_end[-1],
        )
        return cells.select(columns or list(self.schema)).collect()

    def _parse_exactly(self, text: bytes, start: int, *, final: bool, cut: bool = False) -> tuple[Lines, int]:
        """Parse cell by cell; `cut`: `text` is as long as a record may be, and the file continues."""
        rows: list[Record] = []
        texts: list[bytes] = []
        used, syntax = 0, self.dialect.syntax
        try:
            for record in records(text, syntax, final=final):
                if cut and record.end == len(text) and not text.endswith(syntax.line_end):
                    raise self._error(start + used, _TOO_LONG)
                if not record.blank or len(self.header) == 1:
                    rows.append(self._fitted(record, start + used))
                    missing = len(self.header) - len(record.cells)
                    texts.append(text[used : record.end].rstrip(b"\r\n") + missing * syntax.delimiter)
                used = record.end
        except Malformed as error:
            raise self._error(start + error.offset, f"{error.what}.") from error
        written = pl.Series("line", texts, dtype=pl.Binary).cast(pl.String)
        frame = self._frame_of(rows)
        return Lines(lambda: written, lambda columns: frame[list(columns)] if columns else frame), used

    def _fitted(self, record: Record, start: int) -> Record:
        cells, width = len(record.cells), len(self.header)
        if cells == width:
            return record
        if self.ragged is Ragged.KEEP and cells < width:
            return filled_up(record, width)
        what = f"has {cells} {'cell' if cells == 1 else 'cells'} where the header has {width}"
        remedy = f"quote cells that contain {self.dialect.delimiter!r}, or add what is missing"
        raise self._error(start, f"{what}; {remedy}, or keep such rows with --ragged keep.")

    def _frame_of(self, rows: Iterable[Record]) -> pl.DataFrame:
        width = len(self.header)
        columns = list(zip(*(row.cells for row in rows if len(row.cells) == width), strict=True))
        series = [pl.Series(values, dtype=pl.Binary).cast(pl.String) for values in columns]
        return pl.DataFrame(series or None, schema=self.schema)

    def _error(self, offset: int, what: str) -> FileError:
        line = line_at(self.path, self.encoding, self.dialect.syntax, offset)
        return FileError(f"line {line} of {self.path} {what}")


def open_delimited(path: Path, options: ReadOptions = ReadOptions()) -> DelimitedTable:  # noqa: B008 - frozen
    """Open a CSV file, and detect its encoding, delimiter, quote character and header.

    Raises:
        FileError: there is no such file, or it is empty, binary or in no known encoding.
    """
    require_regular(path)
    encoding = find_encoding(path, options.encoding)
    layout = find_layout(path, encoding, options.header_row)
    if options.ragged is Ragged.KEEP:
        layout = widened(path, encoding, layout)
    return DelimitedTable(path, encoding, layout, options.ragged)
