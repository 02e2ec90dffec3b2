"""The atlas: the plans and charts drawn so far, bound together, and more where enough cells ask for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Generic, TypeVar

import polars as pl

from validator.phone import answers
from validator.phone.charts import LINES, LOT_SPAN, chart, is_flat
from validator.phone.codes import PLAN_COUNT
from validator.phone.plans import NATIONALS, PREFIXES, National, Prefix, inland, plan_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Bound = TypeVar("Bound")

# Cells of one plan, or of one lot, from which on it costs less to draw (1 ms on average, measured) than to do
# without (50 us a cell).
WORTH_DRAWING_CELLS = 20


@dataclass(frozen=True, slots=True)
class Inlands:
    """What `Inland` says of the plans drawn: all ranges in order, from zero on, nothing sure between them.

    Attributes:
        nationals: `key`, and the fields of `National`.
        prefixes: `key`, and the fields of `Prefix`.
        reaches: by plan, the most digits that a prefix of it looks at.
        longest: by plan, the most digits that are described in it.
    """

    nationals: pl.DataFrame
    prefixes: pl.DataFrame
    reaches: pl.Series
    longest: pl.Series


class Atlas:
    """What is drawn. Grows by what is asked of it, and never forgets.

    Args:
        worth_cells: cells of one plan or lot, over all questions, from which on it is drawn.
    """

    def __init__(self, worth_cells: int = WORTH_DRAWING_CELLS) -> None:
        self._inlands = _Shelf(lambda _, asked: asked >= worth_cells, _bind_inlands)
        self._lines = _Shelf(
            lambda lot, asked: asked >= worth_cells or is_flat(*divmod(lot, LOT_SPAN)), _bind_lines
        )

    def inlands_for(self, cells: Mapping[int, int]) -> Inlands:
        """Return all plans drawn, after drawing those that by now are worth it.

        Args:
            cells: how many cells are about to be looked up in each plan.
        """
        return self._inlands.bound_for(cells)

    def lines_for(self, cells: Mapping[int, int]) -> pl.DataFrame:
        """Return the same for charts, by lot: ranges as `charts.LINES` has them, undecided between charts."""
        return self._lines.bound_for(cells)


class _Shelf(Generic[Bound]):
    """What is drawn of one sort of thing, by its number."""

    def __init__(self, is_worth: Callable[[int, int], bool], bind: Callable[[Iterable[int]], Bound]) -> None:
        self._is_worth, self._bind = is_worth, bind
        self._asked: Counter[int] = Counter()
        self._drawn: tuple[frozenset[int], Bound] = frozenset(), bind(())

    def bound_for(self, cells: Mapping[int, int]) -> Bound:
        self._asked.update(cells)
        drawn, bound = self._drawn
        # A copy, since polars may run several batches at once.
        asked = dict(self._asked)
        worth = frozenset(one for one in asked.keys() - drawn if self._is_worth(one, asked[one]))
        if worth:
            drawn |= worth
            bound = self._bind(drawn)
            self._drawn = drawn, bound
        return bound


def _bind_inlands(plans: Iterable[int]) -> Inlands:
    drawn = {place: inland(plan_at(place)) for place in sorted(plans)}
    nationals = [(0, *National())] + [row for one in drawn.values() for row in one.nationals]
    prefixes = [(0, *Prefix(sure=False))] + [row for one in drawn.values() for row in one.prefixes]
    return Inlands(
        pl.DataFrame(nationals, NATIONALS, orient="row"),
        pl.DataFrame(prefixes, PREFIXES, orient="row"),
        _by_plan({place: one.reach for place, one in drawn.items()}),
        _by_plan({place: one.longest for place, one in drawn.items()}),
    )


def _by_plan(numbers: Mapping[int, int]) -> pl.Series:
    return pl.Series([numbers.get(plan, 0) for plan in range(PLAN_COUNT)], dtype=pl.UInt32)


def _bind_lines(lots: Iterable[int]) -> pl.DataFrame:
    drawn = [chart(*divmod(lot, LOT_SPAN)) for lot in lots]
    rows = [(0, answers.UNDECIDED, False), *chain.from_iterable(drawn)]
    # Where one range ends and one begins, the latter is last.
    return pl.DataFrame(rows, LINES, orient="row").sort("number", "answer")
