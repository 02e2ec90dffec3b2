"""What the phone columns of a list show of how their cells were meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.batch.recipients.several_numbers import CellsApart
    from validator.phone import Evidence, Numbers, Outcome, Surveyed


@dataclass(frozen=True, slots=True)
class ColumnEvidence:
    """What the phone columns of a list, each for itself, show of how their cells were meant."""

    columns: tuple[Evidence, ...] = ()

    @classmethod
    def of(cls, surveyed: Sequence[Surveyed | CellsApart]) -> ColumnEvidence:
        """Return what the surveys of some rows show, one a column."""
        return cls(tuple(one.evidence for one in surveyed))

    def __add__(self, other: ColumnEvidence) -> ColumnEvidence:
        if not (self.columns and other.columns):
            return self if self.columns else other
        return ColumnEvidence(
            tuple(one + more for one, more in zip(self.columns, other.columns, strict=True))
        )

    def outcomes(self, numbers: Numbers) -> list[dict[int, Outcome]]:
        """Return what comes of the cells of each column, by signature."""
        return [one.outcomes(numbers) for one in self.columns]

    def decides_as(self, whole: ColumnEvidence, numbers: Numbers) -> bool:
        """Return whether what it decides stands when all rows are known."""
        both = zip(self.outcomes(numbers), whole.outcomes(numbers), strict=True)
        return all(own.items() <= final.items() for own, final in both)
