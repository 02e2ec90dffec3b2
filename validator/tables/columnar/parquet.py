"""Parquet: types, nulls, order and the file's metadata are kept; read and written in bounded memory."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

import polars as pl

from validator.tables.columnar.arrow_schema import DescribedSchema
from validator.tables.columnar.footer import FooterStream, logical_types_of
from validator.tables.columnar.pushed import pushing
from validator.tables.columnar.scan import ScannedTable, nameable, reading_columns
from validator.tables.files.os_errors import require_regular
from validator.tables.table import BATCH_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from validator.tables.columnar.footer import LogicalType
    from validator.tables.table import ReadOptions, Table, Writer

_KIND = "Parquet"
_ROW_GROUP_ROWS = BATCH_ROWS  # groups twice as large need 100 MB more memory for ten million rows
# The Arrow schema, which polars writes again for the columns of the output.
_OWN_METADATA = "ARROW:schema"


def open_parquet(path: Path, _: ReadOptions) -> ScannedTable:
    """Open a Parquet file by its footer. The options are about text and sheets.

    Raises:
        FileError: there is no such file, or it is truncated or not a Parquet file.
    """
    require_regular(path)
    with reading_columns(path, _KIND):
        with path.open("rb") as file:  # polars would read a path as a pattern of paths
            pairs = pl.read_parquet_metadata(file)
        schema = _scan(path).collect_schema()
    metadata = {key: value for key, value in pairs.items() if key != _OWN_METADATA}
    logical_types = {
        name: kind for name, kind in logical_types_of(path).items() if _is_lost(kind, schema.get(name))
    }
    return ScannedTable(path, schema, "parquet", _KIND, _scan, metadata, logical_types)


def _is_lost(kind: LogicalType, dtype: pl.DataType | None) -> bool:
    """Return whether polars would write a column of another type, such as a UUID, as plain bytes or text."""
    return (dtype == pl.Binary and bool(kind.fields)) or (dtype == pl.String and not kind.is_text)


def _scan(path: Path) -> pl.LazyFrame:
    return pl.scan_parquet(nameable(path), glob=False, hive_partitioning=False)


@contextmanager
def writing_parquet(
    out: BinaryIO, *, target: Path | None, schema: pl.Schema, like: Table | None
) -> Iterator[Writer]:
    """Write rows to `out` in zstd compression, with metadata and types of `like` if that is Parquet too."""
    metadata = dict(like.metadata) if isinstance(like, ScannedTable) else {}
    types = _kept_types(like, schema)
    lengths = {name: kind.length for name, kind in types.items() if kind.length}

    def sink(rows: pl.LazyFrame, out: BinaryIO) -> None:
        stream = FooterStream(out, types) if types else None
        rows.sink_parquet(
            out if stream is None else cast("BinaryIO", stream),
            row_group_size=_ROW_GROUP_ROWS,
            metadata=metadata,
            arrow_schema=DescribedSchema(schema, metadata, lengths) if metadata or lengths else None,
            maintain_order=True,
        )
        if stream is not None:
            stream.finish()

    with pushing(out, target=target, kind=_KIND, schema=schema, sink=sink) as writer:
        yield writer


def _kept_types(like: Table | None, schema: pl.Schema) -> Mapping[str, LogicalType]:
    """Return the logical types of the columns that are unchanged."""
    if not isinstance(like, ScannedTable):
        return {}
    kinds = like.logical_types.items()
    return {name: kind for name, kind in kinds if schema.get(name) == like.schema.get(name)}
