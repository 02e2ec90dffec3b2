"""Code that the columnar formats share: polars scans them."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct, field

from validator.errors import FileError
from validator.tables.cells import field_at
from validator.tables.files.os_errors import unreadable
from validator.tables.table import BATCH_ROWS, SAMPLE_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from validator.tables.columnar.footer import LogicalType

_SAMPLES = 10  # places from which a sample is taken; each costs a part of one row group


@cache
def nameable(path: Path) -> Path:
    """Return a path whose name is valid text, as polars needs it: for other names, the path of a descriptor.

    There is one descriptor for each file, which stays open until the process ends.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return Path(f"/proc/self/fd/{os.open(path, os.O_RDONLY | os.O_CLOEXEC)}")
    return path


class ScannedTable(Struct, frozen=True):
    """An opened columnar file; see `Table`.

    Attributes:
        kind: the name of its format in messages.
        scan: opens it as a lazy frame.
        metadata: the key-value pairs that other programs wrote into its footer, if they are kept.
        logical_types: the types of columns that polars reads as other types, if they are kept.
    """

    path: Path
    schema: pl.Schema
    format: str
    kind: str
    scan: Callable[[Path], pl.LazyFrame]
    metadata: Mapping[str, str] = field(default_factory=dict)
    logical_types: Mapping[str, LogicalType] = field(default_factory=dict)

    @property
    def header(self) -> Mapping[str, str]:
        """Names are unchanged."""
        return {name: name for name in self.schema}

    @property
    def manner(self) -> Mapping[str, str | int]:
        """How the file is written; see `Table.manner`."""
        return {}

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows; see `Table.batches`.

        If a part of the file is damaged, polars can end a scan early without an error. So rows are counted.
        """
        rows, given = self.scan(self.path), 0
        with reading_columns(self.path, self.kind):
            expected = rows.select(pl.len()).collect().item()
            wanted = self.schema.names() if columns is None else columns
            batches = rows.select(field_at(self.schema, name) for name in wanted).collect_batches(
                chunk_size=BATCH_ROWS, maintain_order=True, lazy=True, engine="streaming"
            )
            for batch in batches:
                given += batch.height
                yield batch
        if given != expected:
            raise _unreadable(self.path, self.kind, f"{given:,} of its {expected:,} rows are there")

    def verbatim(self, *, cells: bool = True) -> Iterator[pl.DataFrame]:  # noqa: ARG002 - they are all there is
        """Yield the rows; see `Table.verbatim`."""
        return self.batches()

    def sample(self) -> pl.DataFrame:
        """Return some rows; see `Table.sample`."""
        rows, length = self.scan(self.path), SAMPLE_ROWS // _SAMPLES
        with reading_columns(self.path, self.kind):
            height = rows.select(pl.len()).collect().item()
            if height <= SAMPLE_ROWS:
                return rows.collect()
            starts = [(height - length) * place // (_SAMPLES - 1) for place in range(_SAMPLES)]
            return pl.concat([rows.slice(start, length).collect() for start in starts])


@contextmanager
def reading_columns(path: Path, kind: str) -> Iterator[None]:
    """Turn errors while polars reads `path`, a file of `kind`, into a `FileError`."""
    try:
        yield
    except OSError as error:
        raise unreadable(path, error) from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise _unreadable(path, kind, gist(error)) from error


def _unreadable(path: Path, kind: str, what: str) -> FileError:
    return FileError(f"{path} cannot be read as {kind} ({what}); export or copy it again.")


def gist(error: BaseException) -> str:
    """Return the first line of an error of polars, which may quote a plan of the query after it."""
    return str(error).partition("\n")[0]
