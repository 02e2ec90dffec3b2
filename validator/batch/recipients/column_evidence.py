"""Evidence of how the cells of each phone column are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.batch.recipients.several_numbers import CellsApart
    from validator.phone import Evidence, Numbers, Outcome, Surveyed


class ColumnEvidence(Struct, frozen=True):
    """Evidence of how the cells of each phone column are written; each column has its own.

    Attributes:
        columns: the evidence of each phone column; empty before a row is read.
    """

    columns: tuple[Evidence, ...] = ()

    @classmethod
    def of(cls, surveyed: Sequence[Surveyed | CellsApart]) -> ColumnEvidence:
        """Return the evidence in some rows.

        Args:
            surveyed: the survey of these rows, for each column.
        """
        return cls(tuple(one.evidence for one in surveyed))

    def __add__(self, other: ColumnEvidence) -> ColumnEvidence:
        if not (self.columns and other.columns):
            return self if self.columns else other
        return ColumnEvidence(
            tuple(one + more for one, more in zip(self.columns, other.columns, strict=True))
        )

    def outcomes(self, numbers: Numbers) -> list[dict[int, Outcome]]:
        """Return for each column how its cells are read, by signature."""
        return [one.outcomes(numbers) for one in self.columns]

    def decides_as(self, whole: ColumnEvidence, numbers: Numbers) -> bool:
        """Return whether the evidence of the whole list leads to the same decisions."""
        both = zip(self.outcomes(numbers), whole.outcomes(numbers), strict=True)
        return all(own.items() <= final.items() for own, final in both)
