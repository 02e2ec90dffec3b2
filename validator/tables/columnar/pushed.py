"""Rows that a run pushes and polars pulls, for the columnar formats: polars writes them in a thread."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Full, Queue
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, cast

import polars as pl
from msgspec import Struct
from polars.io.plugins import register_io_source

from validator.errors import FileError
from validator.tables.columnar.scan import gist

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from validator.tables.table import Writer

_STDOUT = Path("standard output")  # the name, in messages, of a target without a path
# How often a run that waits for polars looks whether polars has ended.
_LOOK_S = 0.2


class _Abandoned(Exception):
    """The run does not finish the output; polars stops writing it."""


_END = None
_Coming = Queue[pl.DataFrame | _Abandoned | None]


class _Out(Struct):
    """The output as polars sees it. polars keeps only the text of an error, so the error is kept here."""

    out: BinaryIO
    error: Exception | None = None

    def write(self, data: Any) -> int:
        try:
            return self.out.write(data)
        except Exception as error:
            self.error = error
            raise

    def flush(self) -> None:
        self.out.flush()


class _PushedRows(Struct, frozen=True):
    """Passes rows on, one batch at a time.

    Attributes:
        out: where polars writes them.
        target: the file, for messages.
        kind: the name of the format in messages.
        schema: the columns.
        coming: the batches that polars has not taken yet.
        written: what polars does with them.
    """

    out: _Out
    target: Path
    kind: str
    schema: pl.Schema
    coming: _Coming
    written: Future[None]
    needs_cells: ClassVar = True

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows, in the types of the schema."""
        self.put(frame.select(self.schema.names()).cast(self.schema))

    def put(self, item: pl.DataFrame | _Abandoned | None) -> None:
        """Pass on a batch, or the end. If polars has ended by an error, raise it."""
        while not self.written.done():
            with suppress(Full):
                self.coming.put(item, timeout=_LOOK_S)
                return
        self.finish()

    def finish(self) -> None:
        """Wait until all rows are written."""
        try:
            self.written.result()
        except (OSError, FileError, pl.exceptions.PolarsError) as error:
            if self.out.error is not None:
                raise self.out.error from error
            what = f"{self.target} cannot be written as {self.kind} ({gist(error)})"
            raise FileError(f"{what}; write CSV with --format csv.") from error


@contextmanager
def pushing(
    out: BinaryIO,
    *,
    target: Path | None,
    kind: str,
    schema: pl.Schema,
    sink: Callable[[pl.LazyFrame, BinaryIO], None],
) -> Iterator[Writer]:
    """Give a writer. `sink` writes its rows to `out` in a thread of its own, as they come.

    polars waits for a source of rows in threads that are there for waiting, so the run's other queries go on.

    Args:
        out: the output. An error of it is raised as it is.
        target: the file, for messages; None for standard output.
        kind: the name of the format in messages.
        schema: the columns.
        sink: collects the rows and writes them.

    Raises:
        FileError: the rows cannot be written.
    """
    coming: _Coming = Queue(1)
    rows = register_io_source(lambda *_: _pulled(coming), schema=schema)
    with ThreadPoolExecutor(1) as threads:
        kept = _Out(out)
        written = threads.submit(sink, rows, cast("BinaryIO", kept))
        pushed = _PushedRows(kept, target or _STDOUT, kind, schema, coming, written)
        try:
            yield pushed
        except BaseException:
            with suppress(Exception):
                pushed.put(_Abandoned())
            raise
        pushed.put(_END)
        pushed.finish()


def _pulled(
    coming: _Coming,
) -> Iterator[pl.DataFrame]:  # pragma: no cover - in a thread of polars, which tracers do not see
    while (batch := coming.get()) is not _END:
        if isinstance(batch, _Abandoned):
            raise batch
        yield batch
