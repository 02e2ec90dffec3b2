"""The atlas: the charts drawn so far, bound together, and new ones where enough cells ask for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from validator.phone import answers
from validator.phone.charts import LINES, NATIONALS, PREFIXES, National, Prefix, chart
from validator.phone.codes import PLAN_COUNT

if TYPE_CHECKING:
    from collections.abc import Mapping

# Cells of one calling code from which on its chart costs less to draw (5 ms on average, measured) than to do
# without (50 us a cell).
WORTH_A_CHART_CELLS = 100


@dataclass(frozen=True, slots=True)
class Bound:
    """All charts as one: their ranges in order, from zero on, with nothing decided between them.

    Attributes:
        lines: `Chart.lines`.
        nationals: `Chart.nationals`.
        prefixes: `Chart.prefixes`.
        reaches: by plan, the most digits that a prefix of it looks at.
        longest: by plan, the most digits that are described under its calling code.
    """

    lines: pl.DataFrame
    nationals: pl.DataFrame
    prefixes: pl.DataFrame
    reaches: pl.Series
    longest: pl.Series


class Atlas:
    """Which charts there are. Grows by what is asked of it, and never forgets.

    Args:
        worth_cells: cells of one calling code, over all questions, from which on its chart is drawn.
    """

    def __init__(self, worth_cells: int = WORTH_A_CHART_CELLS) -> None:
        self._worth_cells = worth_cells
        self._asked: Counter[int] = Counter()
        self._drawn: frozenset[int] = frozenset()
        self._bound = _bind(self._drawn)

    def charts_for(self, cells: Mapping[int, int]) -> Bound:
        """Return all charts, after drawing those that by now are worth it.

        Args:
            cells: how many cells are about to be looked up under each calling code.
        """
        self._asked.update(cells)
        # A copy, since polars may run several batches at once.
        worth = frozenset(code for code, asked in dict(self._asked).items() if asked >= self._worth_cells)
        if worth != self._drawn:
            self._drawn, self._bound = worth, _bind(worth)
        return self._bound


def _bind(codes: frozenset[int]) -> Bound:
    charts = [chart(code) for code in sorted(codes)]
    reaches = {place: reach for one in charts for place, reach in one.reaches.items()}
    longest = {place: one.longest for one in charts for place in one.reaches}
    return Bound(
        _in_order([(0, answers.UNDECIDED, False)], LINES, [one.lines for one in charts]),
        _in_order([(0, *National())], NATIONALS, [one.nationals for one in charts]),
        _in_order([(0, *Prefix(sure=False))], PREFIXES, [one.prefixes for one in charts]),
        _by_plan(reaches),
        _by_plan(longest),
    )


def _by_plan(numbers: Mapping[int, int]) -> pl.Series:
    return pl.Series([numbers.get(place, 0) for place in range(PLAN_COUNT)], dtype=pl.UInt32)


def _in_order(before: list[tuple[int, ...]], schema: pl.Schema, frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Return the rows by their first column; where one range ends and one begins, the latter last."""
    frame = pl.concat([pl.DataFrame(before, schema, orient="row"), *frames])
    return frame.sort(schema.names()[:2])
