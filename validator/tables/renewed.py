"""A list with the columns of an earlier run, read without them, so that a new run can add its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from validator.tables.table import Table


class RenewedTable(Struct, frozen=True):
    """A list without some of its columns; see `Table`.

    Attributes:
        table: the list with all columns of its file.
        renewed: the columns that are left out.
    """

    table: Table
    renewed: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The file."""
        return self.table.path

    @property
    def format(self) -> str:
        """The file's format."""
        return self.table.format

    @property
    def schema(self) -> pl.Schema:
        """The columns that are left."""
        return pl.Schema({name: kind for name, kind in self.table.schema.items() if name not in self.renewed})

    @property
    def header(self) -> Mapping[str, str]:
        """Column names as the file writes them."""
        return {name: text for name, text in self.table.header.items() if name not in self.renewed}

    @property
    def manner(self) -> Mapping[str, str | int]:
        """How the file is written, and which columns are left out; see `Table.manner`."""
        return {**self.table.manner, "renewed": ", ".join(self.renewed)}

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows; see `Table.batches`."""
        return self.table.batches(self.schema.names() if columns is None else columns)

    def verbatim(self, *, cells: bool = True) -> Iterator[pl.DataFrame]:  # noqa: ARG002 - see below
        """Yield the rows as cells only, since their texts in the file contain the columns left out."""
        return self.batches()

    def sample(self) -> pl.DataFrame:
        """Return some rows; see `Table.sample`."""
        return self.table.sample().drop(self.renewed)


def as_written(table: Table) -> Table:
    """Return the list with all columns of its file, for an output written in the same way."""
    return table.table if isinstance(table, RenewedTable) else table
