"""What a benchmark found out, and the table of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = ("what", "measured", "against, in the same run", "ratio", "goal", "reached", "peak memory")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        what: what was done.
        measured: the figure, with its unit.
        against: what it is compared with, with that one's figure; empty where the goal is an absolute one.
        ratio: the figure over the other one; empty where there is none.
        goal: what `design.md` asks for; empty for a figure that is there to be read beside another.
        reached: whether the goal is reached, or None where there is none.
        peak_mb: the most memory the measured process held, in MB, or None where that says nothing.
    """

    what: str
    measured: str
    against: str = ""
    ratio: str = ""
    goal: str = ""
    reached: bool | None = None
    peak_mb: float | None = None

    def cells(self) -> tuple[str, ...]:
        """Return the row's texts, in the order of `COLUMNS`."""
        reached = {True: "yes", False: "**no**", None: ""}[self.reached]
        memory = "" if self.peak_mb is None else f"{self.peak_mb:,.0f} MB"
        return (self.what, self.measured, self.against, self.ratio, self.goal, reached, memory)


def markdown(rows: Sequence[Row]) -> str:
    """Return the rows as a table in Markdown."""
    lines = [COLUMNS, tuple("---" for _ in COLUMNS), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def plain(row: Row) -> str:
    """Return a row as one line for a terminal."""
    words = [
        f"{row.what}: {row.measured}",
        f"against {row.against}" if row.against else "",
        f"ratio {row.ratio}" if row.ratio else "",
        f"goal {row.goal}, {'reached' if row.reached else 'NOT REACHED'}" if row.goal else "",
        f"peak {row.peak_mb:,.0f} MB" if row.peak_mb else "",
    ]
    return "; ".join(filter(None, words))
