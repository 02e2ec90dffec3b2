"""The interface of every format: a list that is read in batches, and a writer for batches."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import polars as pl
from msgspec import Struct

from validator.arguments import FLAG, TEXT, WHOLE, require
from validator.errors import FileError
from validator.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

BATCH_ROWS = 131_072  # the most rows of a batch: large enough for column speed, small enough for memory
VERBATIM = "\0verbatim"  # the column of `Table.verbatim` with the text of a row in the file
SAMPLE_ROWS = 500  # the most rows of a sample: enough to recognise phone numbers


class Ragged(StrEnum):
    """What happens to rows of delimited text that are shorter or longer than the header."""

    ERROR = "error"
    KEEP = "keep"


class Hidden(StrEnum):
    """What happens to hidden rows of a workbook."""

    KEEP = "keep"
    SKIP = "skip"


_OPTION_KINDS = {
    **dict.fromkeys(("sheet", "encoding"), TEXT.or_none),
    "header_row": WHOLE.within(0).or_none,
    "sole_sheet": FLAG,
}


class ReadOptions(Value, Struct, frozen=True):
    """Options for reading a list.

    Attributes:
        sheet: the sheet of a workbook; None for the first one that is not hidden.
        ragged: what happens to rows that are not as wide as the header.
        header_row: the row with the names of the columns, counted from 1 as in spreadsheets and editors; 0 if
            no row has them; None to find it.
        encoding: the encoding of text, by Python's name; None to find it.
        hidden: what happens to rows of a workbook that are hidden, by a filter or by hand.
        sole_sheet: whether a workbook with several filled sheets is an error.
    """

    sheet: str | None = None
    ragged: Ragged = Ragged.ERROR
    header_row: int | None = None
    encoding: str | None = None
    hidden: Hidden = Hidden.KEEP
    sole_sheet: bool = False

    def __post_init__(self) -> None:
        """Raise `UsageError` for a wrong type or range."""
        require(_OPTION_KINDS, **{name: getattr(self, name) for name in _OPTION_KINDS})


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
        """One entry for each column, in order, with unique names; all columns of a CSV file are text."""

    @property
    def header(self) -> Mapping[str, str]:
        """The file's own name of each column, by its name in `schema`.

        They differ if the file has a name twice, an empty name, or no header row.
        """

    @property
    def manner(self) -> Mapping[str, str | int]:
        """How the file is written, if its format allows several ways.

        `header_row` (counted from 1; 0 if no row names the columns), `encoding`, `delimiter`, `sheet`.
        """

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows in order, in frames of at most `BATCH_ROWS`; each call reads from the beginning.

        Args:
            columns: the columns to read, in this order; None for all.

        Raises:
            FileError: a row cannot be read exactly; the message names its line.
        """

    def verbatim(self, *, cells: bool = True) -> Iterator[pl.DataFrame]:
        """Yield the rows like `batches`, with the text from which a writer of the same format writes them.

        That is a column `VERBATIM` after the others, if the format needs one. It stays with its row when
        columns are added or rows are left out.

        Args:
            cells: whether to read the other columns beside a `VERBATIM`; see `Writer.needs_cells`.
        """

    def sample(self) -> pl.DataFrame:
        """Return up to `SAMPLE_ROWS` rows taken from the whole length of the file, reading little of it."""


class Writer(Protocol):
    """Takes the rows of an output, batch after batch."""

    @property
    def needs_cells(self) -> bool:
        """Whether a row is written from its cells even if it has a `VERBATIM`."""

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows; the frame has the columns of the schema that the writer was opened with.

        A text column may come as an `Enum`, which takes a fraction of the time and memory.

        Raises:
            FileError: the disk refuses the data, or the format cannot hold a cell.
        """


def stands_for_others(name: str) -> bool:
    """Return whether polars reads a column name as a pattern of names: `*`, `^...$`."""
    return name == "*" or (name.startswith("^") and name.endswith("$"))


def refuse_patterns(path: Path, schema: pl.Schema) -> None:
    """Raise `FileError` for a column whose name is a pattern."""
    if odd := next(filter(stands_for_others, schema), None):
        raise FileError(f"{path} has a column named {odd!r}, which stands for others; rename it.")


def refuse_types(schema: pl.Schema, format: str, *, nested: bool = False) -> None:  # noqa: A002 - as elsewhere
    """Raise `FileError` for a column whose values a text format cannot hold; JSON holds `nested` ones."""
    for name, kind in schema.items():
        if kind in (pl.Binary, pl.Object) or (kind.is_nested() and not nested):
            raise FileError(
                f"column {name!r} holds {kind} values, which {format} cannot; "
                "write Parquet with --format parquet."
            )


def thinned(frame: pl.DataFrame) -> pl.DataFrame:
    """Return every n-th row, so that at most `SAMPLE_ROWS` stay, evenly over the whole frame."""
    step = -(-frame.height // SAMPLE_ROWS)
    return frame.gather_every(step) if step > 1 else frame
