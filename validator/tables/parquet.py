"""Parquet: types, nulls, order and the file's own metadata kept; read and written in bounded memory."""

from __future__ import annotations

import io
import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

import polars as pl
from polars.io.plugins import register_io_source

from validator.errors import FileError
from validator.tables.refusals import require_regular, unreadable, unwritable
from validator.tables.table import BATCH_ROWS, SAMPLE_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from validator.tables.table import Table, Writer

_SAMPLES = 10  # places that a sample is taken from; each costs a part of one row group
_ROW_GROUP_ROWS = 2 * BATCH_ROWS
# The Arrow schema, which polars writes anew for the columns that there are then.
_OWN_METADATA = "ARROW:schema"
_STDOUT = Path("standard output")  # how messages name a target that has no path


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
        wanted = self.schema.names() if columns is None else list(columns)
        with _reading(self.path):
            yield from (
                self._scan()
                .select(wanted)
                .collect_batches(chunk_size=BATCH_ROWS, maintain_order=True, lazy=True, engine="streaming")
            )

    def sample(self) -> pl.DataFrame:
        """Return some rows; see `Table.sample`."""
        with _reading(self.path):
            rows = self._scan().select(pl.len()).collect().item()
            length = SAMPLE_ROWS // _SAMPLES
            if rows <= SAMPLE_ROWS:
                return self._scan().collect()
            starts = [(rows - length) * place // (_SAMPLES - 1) for place in range(_SAMPLES)]
            return pl.concat([self._scan().slice(start, length).collect() for start in starts])

    def _scan(self) -> pl.LazyFrame:
        return pl.scan_parquet(self.path, glob=False, hive_partitioning=False)


def open_parquet(path: Path) -> ParquetTable:
    """Open a Parquet file by its footer.

    Raises:
        FileError: there is no such file, or it is truncated or none of Parquet.
    """
    require_regular(path)
    with _reading(path):
        pairs = pl.read_parquet_metadata(path)
        schema = pl.Schema(pl.read_parquet_schema(path))
    return ParquetTable(path, schema, {key: value for key, value in pairs.items() if key != _OWN_METADATA})


@contextmanager
def writing_parquet(
    out: BinaryIO, *, target: Path | None, schema: pl.Schema, like: Table | None
) -> Iterator[Writer]:
    """Write rows to `out` with zstd compression, with the metadata of `like` where that is Parquet too.

    polars pulls the rows of a Parquet file from their source, while ours are pushed. Between the two stands
    an anonymous temporary file of compressed Arrow batches, beside the target where space is needed anyway.
    """
    metadata = dict(like.metadata) if isinstance(like, ParquetTable) else {}
    place = target or _STDOUT
    with _spool_file(place) as file:
        spool = _Spool(file, schema, place)
        yield spool
        spool.pour(out, metadata)


@dataclass(frozen=True, slots=True)
class _Spool:
    """Batches kept on disk, one Arrow stream each, until the Parquet file is written from them."""

    file: IO[bytes]
    schema: pl.Schema
    target: Path
    lengths: list[int] = field(default_factory=list)

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows, in the types of the schema."""
        stream = io.BytesIO()
        frame.select(self.schema.names()).cast(self.schema).write_ipc_stream(stream, compression="lz4")
        with _writing(self.target):
            self.file.write(stream.getbuffer())
        self.lengths.append(stream.tell())

    def pour(self, out: BinaryIO, metadata: dict[str, str]) -> None:
        """Write the Parquet file from the batches."""
        rows = register_io_source(lambda *_: self._read(), schema=self.schema)
        with _writing(self.target):
            rows.sink_parquet(out, row_group_size=_ROW_GROUP_ROWS, metadata=metadata, maintain_order=True)

    def _read(
        self,
    ) -> Iterator[pl.DataFrame]:  # pragma: no cover - in a thread of polars, which no tracer sees
        self.file.seek(0)
        for length in self.lengths:
            yield pl.read_ipc_stream(self.file.read(length))


def _spool_file(target: Path) -> IO[bytes]:
    folder = None if target is _STDOUT else target.parent
    try:
        return tempfile.TemporaryFile(dir=folder)
    except OSError as error:
        raise unwritable(target, error) from error


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unreadable(path, error) from error
    except pl.exceptions.PolarsError as error:
        raise FileError(
            f"{path} cannot be read as Parquet ({_gist(error)}); export or copy it again."
        ) from error


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(target, error) from error
    except pl.exceptions.PolarsError as error:
        raise _unwritable(target, error) from error


def _unwritable(target: Path, error: Exception) -> FileError:
    """Polars tells what the system refused only within its text: `No space left on device (os error 28)`."""
    if number := re.search(r"os error (\d+)", str(error)):
        return unwritable(target, OSError(int(number[1]), os.strerror(int(number[1]))))
    return FileError(f"{target} cannot be written as Parquet ({_gist(error)}); write CSV with --format csv.")


def _gist(error: Exception) -> str:
    return str(error).partition("\n")[0]
