"""Writes delimited text in the dialect and encoding of the input list."""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from itertools import cycle
from typing import TYPE_CHECKING, BinaryIO, Literal

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from validator.errors import FileError
from validator.pipeline import behind
from validator.tables.delimited.dialect import Dialect
from validator.tables.delimited.encoding import Encoding
from validator.tables.delimited.reader import DelimitedTable
from validator.tables.files.compression import inner_suffix
from validator.tables.formulas import defused_cells, defused_text
from validator.tables.iso_times import with_iso_times
from validator.tables.table import VERBATIM, refuse_types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from validator.tables.delimited.layout import Layout
    from validator.tables.table import Table, Writer

_TAB_SUFFIX = ".tsv"
_APOSTROPHE = "'"
# A text of this length is written sooner than a thread that writes it has started.
_SHORT_BYTES = 64 << 10


@contextmanager
def writing_delimited(
    out: BinaryIO,
    *,
    target: Path | None,
    schema: pl.Schema,
    like: Table | None,
    excel_safe: bool = False,
) -> Iterator[Writer]:
    """Write a header and rows to `out`, in the dialect, encoding and header of `like` if that is a CSV too.

    A header is always written, even if the list has none: the added columns need their names. The text above
    the header of `like` is copied. With `excel_safe`, no name and no cell is text that a spreadsheet would
    read as a formula (see `formulas`).
    """
    refuse_types(schema, "CSV")
    encoding = like.encoding if isinstance(like, DelimitedTable) else Encoding()
    dialect = _dialect_for(target, like)
    added = None if excel_safe else _added_to(like, dialect, schema)
    output = _Output(out, encoding)
    with behind(output.write_buffer, is_few=_is_short) as write_buffer:
        writer = _DelimitedWriter(output, dialect, schema, added, excel_safe, write_buffer)
        writer.write_header(like.layout if isinstance(like, DelimitedTable) else None)
        yield writer


def _is_short(buffer: io.BytesIO) -> bool:
    return buffer.tell() <= _SHORT_BYTES


def _dialect_for(target: Path | None, like: Table | None) -> Dialect:
    dialect = like.dialect if isinstance(like, DelimitedTable) else Dialect()
    becomes_tsv = target is not None and inner_suffix(target) == _TAB_SUFFIX
    was_tsv = like is not None and inner_suffix(like.path) == _TAB_SUFFIX
    if not becomes_tsv or was_tsv:
        return dialect
    return replace(dialect, delimiter="\t", sep_line="sep=\t" if dialect.sep_line else "")


def _added_to(like: Table | None, dialect: Dialect, schema: pl.Schema) -> list[str] | None:
    """Return the columns after those of `like`, or None if its records cannot be copied as text."""
    if not isinstance(like, DelimitedTable) or like.dialect.syntax != dialect.syntax:
        return None
    width = len(like.schema)
    return schema.names()[width:] if schema.names()[:width] == like.schema.names() else None


class _Output(Struct, frozen=True):
    """The bytes of a text file.

    Attributes:
        out: takes the bytes.
        encoding: how text is written.
    """

    out: BinaryIO
    encoding: Encoding

    def write_mark(self) -> None:
        """Write the byte order mark, if there is one."""
        self.out.write(self.encoding.bom)

    def write_buffer(self, buffer: io.BytesIO) -> None:
        """Write the UTF-8 text before the position of a buffer."""
        with buffer.getbuffer()[: buffer.tell()] as text:
            if self.encoding.codec == "utf-8":
                self.out.write(text)
            else:
                self.write_text(str(text, "utf-8"))

    def write_text(self, text: str) -> None:
        """Write a text; `FileError` if the encoding does not have one of its characters."""
        try:
            data = text.encode(self.encoding.codec)
        except UnicodeEncodeError as error:
            character = text[error.start]
            raise FileError(
                f"the output cannot hold {character!r} in {self.encoding.codec}, the encoding of the input; "
                "save the input as UTF-8."
            ) from error
        self.out.write(data)


class _DelimitedWriter(Struct, frozen=True):
    """Writes rows as records.

    Attributes:
        output: takes the text.
        dialect: how records are written.
        schema: the columns.
        added: the columns after a record that is copied as text; None if all records are written from cells.
        excel_safe: whether formulas are made harmless.
        write_buffer: begins to write a buffer to `output`, when the one before is written.
        buffers: two by turns, for the text that is being written and for the next one. They are reused, since
            growing one costs as much as filling it.
    """

    output: _Output
    dialect: Dialect
    schema: pl.Schema
    added: list[str] | None
    excel_safe: bool
    write_buffer: Callable[[io.BytesIO], None]
    buffers: Iterator[io.BytesIO] = field(default_factory=lambda: cycle((io.BytesIO(), io.BytesIO())))

    @property
    def needs_cells(self) -> bool:
        return self.added is None

    def write_header(self, layout: Layout | None) -> None:
        hint = self.dialect.sep_line + self.dialect.line_end if self.dialect.sep_line else ""
        above = layout.above if layout is not None and not self.excel_safe else ""
        header = self.dialect.delimiter.join(self._header(layout))
        self.output.write_mark()
        self.output.write_text(hint + above + header + self.dialect.line_end)

    def _header(self, layout: Layout | None) -> list[str]:
        """Return the names as they are written; the header record of the input is copied as text."""
        if layout is not None and layout.has_header and self.added is not None:
            return [layout.header_record, *map(self._quoted, self.added)]
        texts = layout.header if layout is not None else {}
        names = [texts.get(name, name) for name in self.schema]
        return [self._quoted(defused_text(name) if self.excel_safe else name) for name in names]

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows. A null is an empty cell and an empty text is `""`, as they were read."""
        if self.added is not None and VERBATIM in frame.columns:
            cells = with_iso_times(frame.select(VERBATIM, *self.added))
            self._write_frame(self._spelled(cells, self.added), quote_style="never")
            return
        cells = frame.select(self.schema.names())
        cells = with_iso_times(defused_cells(cells) if self.excel_safe else cells)
        if self.dialect.quote == _APOSTROPHE:
            self._write_frame(self._spelled(cells, cells.columns), quote_style="never")
        else:
            self._write_frame(cells, quote_style="necessary")

    def _spelled(self, frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
        """Return the frame with some columns as they are written: in quotes if a cell needs them.

        That is seldom. A reader takes apostrophes as quotes only if no cell begins with a double quote.
        """
        frame = frame.cast({name: pl.String for name in names if self._has_special(frame.schema[name])})
        texts = [name for name in names if frame.schema[name] == pl.String]
        seldom = frame.select(self._is_special(pl.col(texts)).any())
        quote = self.dialect.quote
        for name in (column.name for column in seldom if column.item()):
            cell = pl.col(name)
            quoted = quote + cell.str.replace_all(quote, quote + quote, literal=True) + quote
            frame = frame.with_columns(
                pl.when(self._is_special(cell)).then(quoted).otherwise(cell).alias(name)
            )
        return frame

    def _has_special(self, dtype: pl.DataType) -> bool:
        """Return whether a word of an `Enum` needs quotes, as with a letter as the delimiter (`sep=_`)."""
        structure = {self.dialect.delimiter, self.dialect.quote, "\r", "\n"}
        words = dtype.categories if isinstance(dtype, pl.Enum) else ()
        return any(structure.intersection(word) for word in words)

    def _is_special(self, cell: pl.Expr) -> pl.Expr:
        quote = self.dialect.quote
        doubled = '|^"' if quote == _APOSTROPHE else ""
        structure = f"[{re.escape(self.dialect.delimiter + quote)}\r\n]{doubled}"
        # With empty cells in the pattern, too, the search would take three times as long.
        return (cell == "") | cell.str.contains(structure)

    def _write_frame(self, frame: pl.DataFrame, *, quote_style: Literal["necessary", "never"]) -> None:
        text = next(self.buffers)
        text.seek(0)
        frame.write_csv(
            text,
            include_header=False,
            separator=self.dialect.delimiter,
            quote_char=self.dialect.quote,
            line_terminator=self.dialect.line_end,
            quote_style=quote_style,
        )
        self.write_buffer(text)

    def _quoted(self, name: str) -> str:
        quote = self.dialect.quote
        special = {self.dialect.delimiter, quote, "\r", "\n"}
        # A reader takes apostrophes as quotes if the header is written with them.
        shows_quote = quote == _APOSTROPHE
        # A single empty name would be a blank line, and a name like Excel's hint would be read as that.
        lone_empty = not name and len(self.schema) == 1
        if shows_quote or lone_empty or special.intersection(name) or name.lower().startswith("sep="):
            return quote + name.replace(quote, quote + quote) + quote
        return name
