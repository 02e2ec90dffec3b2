"""A polars frame as a list: read in batches, and written into another frame."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import polars as pl
from msgspec import Struct, field

from validator.tables.cells import field_at
from validator.tables.table import BATCH_ROWS, thinned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FRAME = Path("<frame>")
"""The name, in messages, of a list that is not a file."""


class FrameTable(Struct, frozen=True):
    """A frame as a `Table`.

    Attributes:
        frame: the rows.
        path: the file they were read from, if there is one.
        format: the format of the output.
    """

    frame: pl.DataFrame
    path: Path = FRAME
    format: str = "frame"

    @property
    def schema(self) -> pl.Schema:
        """The frame's columns."""
        return self.frame.schema

    @property
    def header(self) -> Mapping[str, str]:
        """Names are unchanged."""
        return {name: name for name in self.frame.columns}

    @property
    def manner(self) -> Mapping[str, str | int]:
        """How the file is written; see `Table.manner`."""
        return {}

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows; see `Table.batches`."""
        wanted = self.schema if columns is None else columns
        return self.frame.select(field_at(self.schema, name) for name in wanted).iter_slices(BATCH_ROWS)

    def verbatim(self, *, cells: bool = True) -> Iterator[pl.DataFrame]:  # noqa: ARG002 - they are all there is
        """Yield the rows; see `Table.verbatim`."""
        return self.batches()

    def sample(self) -> pl.DataFrame:
        """Return some rows; see `Table.sample`."""
        return thinned(self.frame)


class FrameWriter(Struct):
    """Collects the rows of an output. A `Writer`.

    Attributes:
        schema: the columns of the output.
        parts: the rows.
    """

    schema: pl.Schema = field(default_factory=pl.Schema)
    parts: list[pl.DataFrame] = field(default_factory=list)
    needs_cells: ClassVar[bool] = True

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows."""
        self.parts.append(frame.cast(self.schema))

    def frame(self) -> pl.DataFrame:
        """Return what was written, in order."""
        return pl.concat(self.parts, rechunk=True)
