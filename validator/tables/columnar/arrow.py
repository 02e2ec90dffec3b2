"""Arrow IPC files (also Feather): types, nulls and order are kept; read and written in bounded memory."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from validator.errors import FileError
from validator.tables.columnar.pushed import pushing
from validator.tables.columnar.scan import ScannedTable, nameable, reading_columns
from validator.tables.files.os_errors import reading, require_regular
from validator.tables.table import BATCH_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from validator.tables.table import ReadOptions, Table, Writer

_KIND = "Arrow"
_STARTS = {
    b"\xff\xff\xff\xff": "an Arrow stream, which has no index; save it as an Arrow file (Feather)",
    b"FEA1": "Feather of the first version; save it as version 2",
    b"": "empty; export the list again",
}


def open_arrow(path: Path, _: ReadOptions) -> ScannedTable:
    """Open an Arrow file by its footer. The options are about text and sheets.

    Raises:
        FileError: there is no such file, or it is truncated or not an Arrow file.
    """
    require_regular(path)
    with reading(path), path.open("rb") as file:
        start = file.read(4)
    if start in _STARTS:
        raise FileError(f"{path} is {_STARTS[start]}.")
    with reading_columns(path, _KIND):
        schema = _scan(path).collect_schema()
    return ScannedTable(path, schema, "arrow", _KIND, _scan)


@contextmanager
def writing_arrow(
    out: BinaryIO,
    *,
    target: Path | None,
    schema: pl.Schema,
    like: Table | None,  # noqa: ARG001 - Arrow files are all written in the same way
) -> Iterator[Writer]:
    """Write rows to `out`, compressed, in the types that the oldest readers support."""

    def sink(rows: pl.LazyFrame, out: BinaryIO) -> None:
        rows.sink_ipc(
            out,
            compression="zstd",
            compat_level=pl.CompatLevel.oldest(),
            record_batch_size=BATCH_ROWS,
            maintain_order=True,
        )

    with pushing(out, target=target, kind=_KIND, schema=schema, sink=sink) as writer:
        yield writer


def _scan(path: Path) -> pl.LazyFrame:
    return pl.scan_ipc(nameable(path), glob=False, hive_partitioning=False)
