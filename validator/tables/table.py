"""What every format offers: a list that is read in batches, and a writer that takes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import polars as pl

from validator.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

BATCH_ROWS = 131_072  # rows a batch has at most: large enough for column speed, small enough for memory
VERBATIM = "\0verbatim"  # the column of `Table.verbatim` with what stands for a row in the file
SAMPLE_ROWS = 500  # rows a sample has at most: fewer are enough to recognise phone numbers


class Ragged(StrEnum):
    """What happens to rows of delimited text that are shorter or longer than the header."""

    ERROR = "error"
    KEEP = "keep"


class Hidden(StrEnum):
    """What happens to hidden rows of a workbook."""

    KEEP = "keep"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What can be asked of the reading of a list.

    Attributes:
        sheet: of a workbook; the first one that is not hidden where None.
        ragged: what happens to rows that are not as wide as the header.
        header_row: the row with the names of the columns, counted from 1 as spreadsheets and editors do; None
            to find it.
        encoding: of text, by the name that Python has for it; None to find it.
        hidden: what happens to rows of a workbook that are hidden, by a filter or by hand.
        sole_sheet: whether a workbook in which several sheets hold something is an error.
    """

    sheet: str | None = None
    ragged: Ragged = Ragged.ERROR
    header_row: int | None = None
    encoding: str | None = None
    hidden: Hidden = Hidden.KEEP
    sole_sheet: bool = False


class Table(Protocol):
    """A list that has been opened and checked."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def format(self) -> str:
        """The name of its format in the registry."""

    @property
    def schema(self) -> pl.Schema:
        """One entry a column, in order, under unique names; the columns of a CSV file are all text."""

    @property
    def header(self) -> Mapping[str, str]:
        """What the file calls each column, by its name in `schema`.

        The two differ where the file has a name twice, an empty name, or no header row at all.
        """

    @property
    def manner(self) -> Mapping[str, str | int]:
        """How the file is written, as far as its format leaves that open.

        `header_row` (counted from 1; 0 where no row names the columns), `encoding`, `delimiter`, `sheet`.
        """

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows in order, in frames of at most `BATCH_ROWS`; each call reads from the beginning.

        Args:
            columns: the columns wanted, in the order wanted; all of them where None.

        Raises:
            FileError: a row that cannot be read exactly; the message names its line.
        """

    def verbatim(self, *, cells: bool = True) -> Iterator[pl.DataFrame]:
        """Yield the rows as `batches` does, with what a writer of the same format writes them back by.

        That is a column `VERBATIM` after the others, where the format needs one. It stays with its row when
        columns are added or rows left out.

        Args:
            cells: whether the other columns are wanted where there is a `VERBATIM`; see `Writer.needs_cells`.
        """

    def sample(self) -> pl.DataFrame:
        """Return up to `SAMPLE_ROWS` rows taken from the whole length of the file, reading little of it."""


class Writer(Protocol):
    """Takes the rows of an output, batch after batch."""

    @property
    def needs_cells(self) -> bool:
        """Whether a row is written from its cells also where it comes with a `VERBATIM`."""

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows; the frame has the columns of the schema that the writer was opened with.

        Raises:
            FileError: the disk refuses, or the format cannot hold a cell.
        """


def stands_for_others(name: str) -> bool:
    """Tell whether polars takes a name for a pattern of names, wherever a column is meant: `*`, `^...$`."""
    return name == "*" or (name.startswith("^") and name.endswith("$"))


def refuse_patterns(path: Path, schema: pl.Schema) -> None:
    """Raise `FileError` for a column whose name stands for others."""
    if odd := next(filter(stands_for_others, schema), None):
        raise FileError(f"{path} has a column named {odd!r}, which stands for others; rename it.")


def refuse_types(schema: pl.Schema, format: str, *, nested: bool = False) -> None:  # noqa: A002 - as elsewhere
    """Raise `FileError` for a column whose values a format of text cannot hold; JSON holds `nested` ones."""
    for name, kind in schema.items():
        if kind in (pl.Binary, pl.Object) or (kind.is_nested() and not nested):
            raise FileError(
                f"column {name!r} holds {kind} values, which {format} cannot; "
                "write Parquet with --format parquet."
            )


def thinned(frame: pl.DataFrame) -> pl.DataFrame:
    """Return every n-th row, so that at most `SAMPLE_ROWS` stay, from the last part as from the first."""
    return frame.gather_every(max(1, -(-frame.height // SAMPLE_ROWS)))
