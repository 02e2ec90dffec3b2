"""Writes NDJSON: an input line is copied with the added keys at its end; other rows become objects."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import polars as pl
from msgspec import Struct

from validator.tables.delimited.encoding import Encoding
from validator.tables.ndjson.reader import NdjsonTable
from validator.tables.table import VERBATIM, refuse_types

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from validator.tables.table import Table, Writer


@contextmanager
def writing_ndjson(
    out: BinaryIO,
    *,
    target: Path | None,  # noqa: ARG001 - every name means the same here
    schema: pl.Schema,
    like: Table | None,
) -> Iterator[Writer]:
    """Write rows to `out`, in the encoding and with the line ends of `like` if that is NDJSON too."""
    refuse_types(schema, "JSON", nested=True)
    if isinstance(like, NdjsonTable):
        out.write(like.encoding.bom)
        added = [name for name in schema if name not in like.schema]
        yield _NdjsonWriter(out, schema.names(), added, like.encoding, like.line_end)
    else:
        yield _NdjsonWriter(out, schema.names(), None, Encoding(), "\n")


class _NdjsonWriter(Struct, frozen=True):
    """Writes rows as lines.

    Attributes:
        out: the output.
        columns: the columns of a row without a line of its own.
        added: the columns added at the end of a line; None if rows have no lines of their own.
        encoding: how text is written.
        line_end: the end of each line.
    """

    out: BinaryIO
    columns: list[str]
    added: list[str] | None
    encoding: Encoding
    line_end: str

    @property
    def needs_cells(self) -> bool:
        """Whether rows are written from their cells, even if they have lines of their own."""
        return self.added is None

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows."""
        if frame.is_empty():
            return
        own = self.added is not None and VERBATIM in frame.columns
        lines = _extended(frame, self.added or []) if own else _objects(frame, self.columns)
        text = lines.str.join(self.line_end).item() + self.line_end
        self.out.write(text.encode(self.encoding.codec))


def _objects(frame: pl.DataFrame, columns: list[str]) -> pl.Series:
    """Return each row as a JSON object, with times in ISO 8601, and NaN and infinity as null."""
    return pl.Series(frame.select(columns).write_ndjson().removesuffix("\n").split("\n"))


def _extended(frame: pl.DataFrame, added: list[str]) -> pl.Series:
    """Return each row's own line with added keys before its closing brace."""
    if not added:
        return frame[VERBATIM]
    begun = frame[VERBATIM].str.strip_suffix("}").str.strip_chars_end()
    rest = _objects(frame, added).str.strip_prefix("{")
    comma = pl.when(begun == "{").then(pl.lit("")).otherwise(pl.lit(","))
    return pl.select(begun + comma + rest).to_series()
