"""How the rows of a list were read, counted while it is read: a few values, whatever its length."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from validator.model import Reason
from validator.phone import NumberReading
from validator.reports import CellExample, ReadingCount, masked_cell

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = 5


@dataclass(slots=True)
class ReadingCounts:
    """Counts and first examples by reading.

    Attributes:
        rows: rows counted so far, of whatever reading.
        found: what was counted, by reading.
    """

    rows: int = 0
    found: dict[str, ReadingCount] = field(default_factory=dict)

    def add(self, read: pl.DataFrame, cell_of: Callable[[int], object]) -> None:
        """Count the next rows.

        Args:
            read: `reason` and `reading` of each.
            cell_of: returns the cell of a row, by its place among these.
        """
        places = read.select(_reading(), place=pl.int_range(pl.len())).drop_nulls()
        grouped = places.group_by("reading").agg(pl.len(), pl.col("place").sort().head(EXAMPLES))
        for reading, rows, first in grouped.iter_rows():
            before = self.found.get(reading, ReadingCount(reading=reading, rows=0))
            wanted = first[: EXAMPLES - len(before.examples)]
            examples = tuple(
                CellExample(row=self.rows + place + 1, cell=masked_cell(str(cell_of(place))))
                for place in wanted
            )
            self.found[reading] = replace(
                before, rows=before.rows + rows, examples=before.examples + examples
            )
        self.rows += read.height

    def clear(self) -> None:
        """Forget everything: the list is read again."""
        self.rows = 0
        self.found.clear()

    @property
    def counted(self) -> tuple[ReadingCount, ...]:
        """What was counted, most rows first."""
        return tuple(sorted(self.found.values(), key=lambda one: (-one.rows, one.reading)))


def _reading() -> pl.Expr:
    """Return the reading worth a count as text, null for a plain one and for a cell that is no number."""
    reading = pl.col("reading").cast(pl.String)
    is_ambiguous = pl.col("reason") == Reason.AMBIGUOUS.value
    ambiguous = pl.when(is_ambiguous).then(pl.lit(Reason.AMBIGUOUS.value))
    return ambiguous.when(reading != NumberReading.PLAIN.value).then(reading).alias("reading")
