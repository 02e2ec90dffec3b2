"""Reads NDJSON in batches: a column for every key of the file, and each line as text for the writer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

from validator.errors import FileError
from validator.tables.delimited.encoding import Encoding, find_encoding, utf8_blocks
from validator.tables.delimited.records import Syntax
from validator.tables.delimited.window import is_short, window_texts
from validator.tables.files.os_errors import require_regular
from validator.tables.ndjson.kinds import Kinds, column_of, note_kinds, schema_of, text_column
from validator.tables.ndjson.lines import Line, Object, array_chunks, chunks_of, objects_on
from validator.tables.ndjson.one_object import only_object, require_rows
from validator.tables.table import VERBATIM, thinned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from validator.tables.table import ReadOptions

_LINES = Syntax(delimiter=b",", quote=b'"', line_end=b"\n")


class NdjsonTable(Struct, frozen=True):
    r"""An opened NDJSON file; see `Table`.

    A key that a row does not have is null there. If all values of a key have one type, so has its column. If
    there are several types, or objects or arrays, the column is text, and other values are written as JSON.

    Attributes:
        encoding: the encoding of the file.
        line_end: `\n` or `\r\n`.
        is_array: whether the objects are in one JSON array; then each counts as a line.
    """

    path: Path
    schema: pl.Schema
    encoding: Encoding
    line_end: str
    is_array: bool = False
    format: str = "ndjson"

    @property
    def header(self) -> Mapping[str, str]:
        """Keys are unchanged."""
        return {name: name for name in self.schema}

    @property
    def manner(self) -> Mapping[str, str | int]:
        """How the file is written; see `Table.manner`."""
        return {"encoding": self.encoding.codec}

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows; see `Table.batches`."""
        wanted = self.schema.names() if columns is None else columns
        return (self._frame(lines, wanted) for lines in self._chunks())

    def verbatim(self, *, cells: bool = True) -> Iterator[pl.DataFrame]:
        """Yield the rows, each with its line; see `Table.verbatim`."""
        for lines in self._chunks():
            text = text_column(VERBATIM, [line.text for line in lines])
            yield self._frame(lines, self.schema.names()).with_columns(text) if cells else text.to_frame()

    def sample(self) -> pl.DataFrame:
        """Return some rows; see `Table.sample`."""
        if self.is_array or is_short(self.path):
            return thinned(pl.concat([pl.DataFrame(schema=self.schema), *self.batches()]))
        texts = window_texts(self.path, self.encoding, _LINES)
        whole = [text[: text.rfind(b"\n") + 1] for text in texts]
        lines = [line for chunk in chunks_of(self.path, whole) for line in chunk]
        return thinned(self._frame(lines, self.schema.names()))

    def _chunks(self) -> Iterator[list[Line]]:
        read = array_chunks if self.is_array else chunks_of
        return read(self.path, utf8_blocks(self.path, self.encoding))

    def _frame(self, lines: Sequence[Line], columns: Sequence[str]) -> pl.DataFrame:
        rows = objects_on(lines, self.path)
        try:
            return pl.DataFrame({name: column_of(name, self.schema[name], rows) for name in columns})
        except (TypeError, ValueError, OverflowError) as error:
            raise FileError(f"{self.path} was changed while it was read; run the command again.") from error


def open_ndjson(path: Path, options: ReadOptions) -> NdjsonTable:
    """Open an NDJSON file, after reading it once: each row may have a new key, or a new type for a key.

    Raises:
        FileError: there is no such file, it is empty or not text, or a line is not a JSON object.
    """
    require_regular(path)
    encoding = find_encoding(path, options.encoding)
    kinds: Kinds = {}
    for place, lines in enumerate(chunks_of(path, utf8_blocks(path, encoding))):
        objects = _first_objects(path, lines, encoding) if place == 0 else objects_on(lines, path)
        note_kinds(kinds, objects)
    first = next(utf8_blocks(path, encoding)).partition(b"\n")[0]
    return NdjsonTable(path, schema_of(kinds), encoding, "\r\n" if first.endswith(b"\r") else "\n")


def _first_objects(path: Path, lines: Sequence[Line], encoding: Encoding) -> list[Object]:
    """Return the objects on the first lines; refuse an object on one or more lines that holds all rows."""
    try:
        objects = objects_on(lines, path)
    except FileError:
        if only := only_object(path, utf8_blocks(path, encoding)):
            require_rows(path, only)
        raise
    if len(objects) == 1:
        require_rows(path, objects[0])
    return objects


def open_array(path: Path, options: ReadOptions) -> NdjsonTable:
    """Open a JSON file that is one array of objects; it is in memory while it is read.

    Raises:
        FileError: there is no such file, it is not text, or not an array of objects only.
    """
    encoding = find_encoding(path, options.encoding)
    kinds: Kinds = {}
    for lines in array_chunks(path, utf8_blocks(path, encoding)):
        note_kinds(kinds, objects_on(lines, path))
    return NdjsonTable(path, schema_of(kinds), encoding, "\n", is_array=True)
