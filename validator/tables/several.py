"""Several lists of the same columns as one: read one after another, and written one by one or into one."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from itertools import chain
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

from validator.errors import FileError
from validator.tables.table import VERBATIM, thinned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from validator.tables.table import Table, Writer

PART = "\0part"  # the column with the index of each row's list; it stays with the row, like `VERBATIM`


class SeveralTables(Struct, frozen=True):
    """Lists of the same columns, one after another; see `Table`. Properties are those of the first."""

    tables: tuple[Table, ...]

    @property
    def path(self) -> Path:
        """The first file."""
        return self.tables[0].path

    @property
    def format(self) -> str:
        """The first file's format."""
        return self.tables[0].format

    @property
    def schema(self) -> pl.Schema:
        """The columns of every file."""
        return self.tables[0].schema

    @property
    def header(self) -> Mapping[str, str]:
        """Column names as the first file writes them."""
        return self.tables[0].header

    @property
    def manner(self) -> Mapping[str, str | int]:
        """How the file is written; see `Table.manner`."""
        return self.tables[0].manner

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows, file after file; see `Table.batches`."""
        return chain.from_iterable(table.batches(columns) for table in self.tables)

    def verbatim(self, *, cells: bool = True) -> Iterator[pl.DataFrame]:
        """Yield the rows, each with its part and its text in the file; see `Table.verbatim`."""
        for place, table in enumerate(self.tables):
            for batch in table.verbatim(cells=cells):
                yield batch.with_columns(pl.lit(place, pl.UInt32).alias(PART))

    def sample(self) -> pl.DataFrame:
        """Return some rows of every file; see `Table.sample`."""
        return thinned(pl.concat([table.sample() for table in self.tables], how="vertical_relaxed"))


def together(tables: Sequence[Table]) -> Table:
    """Return lists as one; a single one as it is.

    Raises:
        FileError: one has other columns than the first.
    """
    first, *others = tables
    for other in others:
        _require_alike(first, other)
    return SeveralTables(tuple(tables)) if others else first


def _require_alike(first: Table, other: Table) -> None:
    ours, theirs = first.schema, other.schema
    if ours.names() != theirs.names():
        raise FileError(
            f"{other.path} has other columns than {first.path}: {', '.join(theirs)} instead of "
            f"{', '.join(ours)}. Give the lists the same header, or check them one by one."
        )
    for name, kind in ours.items():
        if theirs[name] != kind:
            raise FileError(
                f"column {name!r} holds {theirs[name]} in {other.path} and {kind} in {first.path}; "
                "save it as text in both, or check the lists one by one."
            )


class _PartsWriter:
    """Writes each row to the output of the list it comes from."""

    def __init__(self, writers: Sequence[Writer]) -> None:
        self._writers = writers
        self.needs_cells = any(writer.needs_cells for writer in writers)

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows, each to its own output."""
        for place in frame[PART].unique(maintain_order=True):
            self._writers[place].write(frame.filter(pl.col(PART) == place))


@contextmanager
def writing_parts(writers: Sequence[AbstractContextManager[Writer]]) -> Iterator[Writer]:
    """Give a writer that passes each list's rows to its own writer, in the order of the lists."""
    with ExitStack() as opened:
        yield _PartsWriter([opened.enter_context(writer) for writer in writers])


class _OneWriter:
    """Writes the rows of several lists from their cells: their texts may not fit into one output."""

    needs_cells = True

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows."""
        self._writer.write(frame.drop(VERBATIM, strict=False))


@contextmanager
def writing_as_one(writer: AbstractContextManager[Writer]) -> Iterator[Writer]:
    """Give a writer that takes the rows of several lists for one output."""
    with writer as opened:
        yield _OneWriter(opened)
