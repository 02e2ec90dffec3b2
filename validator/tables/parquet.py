"""Parquet: types, nulls, order and the file's own metadata kept; read and written in bounded memory."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from validator.tables.arrow_schema import DescribedSchema
from validator.tables.columnar import reading_columns, scanned_batches, scanned_sample, sinking, spooling
from validator.tables.refusals import require_regular
from validator.tables.table import BATCH_ROWS, refuse_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from validator.tables.table import Table, Writer

_KIND = "Parquet"
_ROW_GROUP_ROWS = BATCH_ROWS  # groups of twice as many cost 100 MB more at the peak of ten million rows
# The Arrow schema, which polars writes anew for the columns that there are then.
_OWN_METADATA = "ARROW:schema"


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """An opened Parquet file; see `Table`.

    Attributes:
        metadata: the key-value pairs of its footer that other programs wrote there.
    """

    path: Path
    schema: pl.Schema
    metadata: Mapping[str, str] = field(default_factory=dict)
    format: str = "parquet"

    @property
    def header(self) -> Mapping[str, str]:
        """Parquet names are what they are."""
        return {name: name for name in self.schema}

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows; see `Table.batches`."""
        wanted = self.schema.names() if columns is None else columns
        return scanned_batches(_scan(self.path), self.path, _KIND, wanted)

    def verbatim(self) -> Iterator[pl.DataFrame]:
        """Yield the rows; see `Table.verbatim`."""
        return self.batches()

    def sample(self) -> pl.DataFrame:
        """Return some rows; see `Table.sample`."""
        return scanned_sample(_scan(self.path), self.path, _KIND)


def open_parquet(path: Path) -> ParquetTable:
    """Open a Parquet file by its footer.

    Raises:
        FileError: there is no such file, or it is truncated or none of Parquet.
    """
    require_regular(path)
    with reading_columns(path, _KIND):
        with path.open("rb") as file:  # a path would be taken for a pattern of paths
            pairs = pl.read_parquet_metadata(file)
        schema = _scan(path).collect_schema()
    refuse_patterns(path, schema)
    return ParquetTable(path, schema, {key: value for key, value in pairs.items() if key != _OWN_METADATA})


def _scan(path: Path) -> pl.LazyFrame:
    return pl.scan_parquet(path, glob=False, hive_partitioning=False)


@contextmanager
def writing_parquet(
    out: BinaryIO, *, target: Path | None, schema: pl.Schema, like: Table | None
) -> Iterator[Writer]:
    """Write rows to `out` with zstd compression, with the metadata of `like` where that is Parquet too."""
    metadata = dict(like.metadata) if isinstance(like, ParquetTable) else {}
    with spooling(target, schema) as spool:
        yield spool
        with sinking(spool.target, _KIND):
            spool.rows().sink_parquet(
                out,
                row_group_size=_ROW_GROUP_ROWS,
                metadata=metadata,
                arrow_schema=DescribedSchema(schema, metadata) if metadata else None,
                maintain_order=True,
            )
