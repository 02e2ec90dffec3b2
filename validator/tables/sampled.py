"""A list whose sample is read once, and used by all column searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from validator.tables.table import Table


class SampledTable:
    """A list that caches its sample; see `Table`. The file must not change meanwhile.

    Args:
        table: the list.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._sample: pl.DataFrame | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self._table.path

    @property
    def format(self) -> str:
        """The file's format."""
        return self._table.format

    @property
    def schema(self) -> pl.Schema:
        """The columns."""
        return self._table.schema

    @property
    def header(self) -> Mapping[str, str]:
        """Column names as the file writes them."""
        return self._table.header

    @property
    def manner(self) -> Mapping[str, str | int]:
        """How the file is written; see `Table.manner`."""
        return self._table.manner

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows; see `Table.batches`."""
        return self._table.batches(columns)

    def verbatim(self, *, cells: bool = True) -> Iterator[pl.DataFrame]:
        """Yield the rows with their texts in the file; see `Table.verbatim`."""
        return self._table.verbatim(cells=cells)

    def sample(self) -> pl.DataFrame:
        """Return some rows, the same ones each time; see `Table.sample`."""
        if self._sample is None:
            self._sample = self._table.sample()
        return self._sample
