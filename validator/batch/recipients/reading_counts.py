"""Counts of how the rows of a list were read. Memory does not grow with the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from validator.model import Reason
from validator.phone import NumberReading
from validator.reports import CellExample, ReadingCount, masked_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EXAMPLES = 5


class ReadingCounts(Struct):
    """Counts of rows by reading, the first examples of each, and the first examples of each reason.

    Attributes:
        rows: all rows counted so far.
        found: count and examples, by reading.
        examples: the first rows that must not be asked about, by reason.
    """

    rows: int = 0
    found: dict[str, ReadingCount] = field(default_factory=dict)
    examples: dict[str, tuple[CellExample, ...]] = field(default_factory=dict)

    def add(self, read: pl.DataFrame, cell_of: Callable[[int], object]) -> None:
        """Count the next rows.

        Args:
            read: the columns `reason` and `reading` of these rows.
            cell_of: returns the cell of a row, by its position among these rows.
        """
        places = (
            read.select("reason", "reading").with_row_index("place").filter(_is_ambiguous() | _is_other())
        )
        if not places.is_empty():
            self._add_readings(places.with_columns(_reading()), cell_of)
        for reason in read["reason"].unique().drop_nulls():
            before_of = self.examples.get(reason, ())
            if len(before_of) < EXAMPLES:
                places = (read["reason"] == reason).arg_true().head(EXAMPLES).to_list()
                self.examples[reason] = self._with_more(before_of, places, cell_of)
        self.rows += read.height

    def _add_readings(self, places: pl.DataFrame, cell_of: Callable[[int], object]) -> None:
        """Count rows by their `reading`, and keep the first cells of each."""
        grouped = places.group_by("reading").agg(pl.len(), pl.col("place").sort().head(EXAMPLES))
        for reading, rows, first in grouped.iter_rows():
            before = self.found.get(reading, ReadingCount(reading=reading, rows=0))
            examples = self._with_more(before.examples, first, cell_of)
            self.found[reading] = replace(before, rows=before.rows + rows, examples=examples)

    def extend(self, other: ReadingCounts) -> None:
        """Add the counts of the rows that follow, which were counted separately."""
        for reading, found in other.found.items():
            before = self.found.get(reading, ReadingCount(reading=reading, rows=0))
            examples = self._moved(before.examples, found.examples)
            self.found[reading] = replace(before, rows=before.rows + found.rows, examples=examples)
        for reason, more in other.examples.items():
            self.examples[reason] = self._moved(self.examples.get(reason, ()), more)
        self.rows += other.rows

    def _moved(self, before: Sequence[CellExample], more: Sequence[CellExample]) -> tuple[CellExample, ...]:
        return (*before, *(replace(one, row=one.row + self.rows) for one in more))[:EXAMPLES]

    def _with_more(
        self, before: tuple[CellExample, ...], places: Sequence[int], cell_of: Callable[[int], object]
    ) -> tuple[CellExample, ...]:
        """Return the examples and more from some positions among the next rows, up to `EXAMPLES`."""
        more = (
            CellExample(row=self.rows + place + 1, cell=masked_cell(text_of(cell_of(place))))
            for place in places[: EXAMPLES - len(before)]
        )
        return (*before, *more)

    def clear(self) -> None:
        """Reset all counts, since the list is read again."""
        self.rows = 0
        self.found.clear()
        self.examples.clear()

    @property
    def counted(self) -> tuple[ReadingCount, ...]:
        """The counts, most rows first."""
        return tuple(sorted(self.found.values(), key=lambda one: (-one.rows, one.reading)))


def text_of(cell: object) -> str:
    """Return a cell as text; empty for an empty cell."""
    return "" if cell is None else str(cell)


def _is_ambiguous() -> pl.Expr:
    return pl.col("reason") == Reason.AMBIGUOUS.value


def _is_other() -> pl.Expr:
    """Return whether the cell is a number that was not read as it stands."""
    return pl.col("reading") != NumberReading.PLAIN.value


def _reading() -> pl.Expr:
    """Return the reading of each row as text."""
    read = pl.col("reading").cast(pl.String)
    return pl.when(_is_ambiguous()).then(pl.lit(Reason.AMBIGUOUS.value)).otherwise(read).alias("reading")
