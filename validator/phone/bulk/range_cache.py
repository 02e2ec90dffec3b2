"""The atlas: the plans and charts drawn so far, bound together, and more where enough cells ask for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Generic, TypeVar

import polars as pl

from validator.phone import answers
from validator.phone.bulk.number_ranges import LINES, LOT_SPAN, chart, is_flat
from validator.phone.bulk.plan_ranges import NATIONALS, PREFIXES, National, Prefix, inland, plan_at
from validator.phone.codes import CODE_OF_PLAN, MAIN_PLAN_OF_CODE, PLAN_COUNT

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


class RangeIndex:
    """What is drawn. Grows by what is asked of it, and never forgets.

    Args:
        worth_cells: cells of one plan or lot, over all questions, from which on it is drawn.
    """

    def __init__(self, worth_cells: int = WORTH_DRAWING_CELLS) -> None:
        self._inlands = _LazyTable(lambda _, asked: asked >= worth_cells, _bind_inlands, _NO_INLANDS)
        self._lines = _LazyTable(
            lambda lot, asked: asked >= worth_cells or is_flat(*divmod(lot, LOT_SPAN)), _bind_lines, _NO_LINES
        )

    @property
    def inlands(self) -> Inlands:
        """All plans drawn."""
        return self._inlands.bound

    @property
    def lines(self) -> pl.DataFrame:
        """All charts drawn, by lot: ranges as `charts.LINES` has them, undecided between charts."""
        return self._lines.bound

    def inlands_for(self, cells: Mapping[int, int]) -> Inlands:
        """Return all plans drawn, after drawing those that by now are worth it.

        Args:
            cells: how many cells would be looked up in each plan that is not drawn.
        """
        with_main = Counter(cells)
        for plan, count in cells.items():  # what the region's own code may lead to
            with_main[MAIN_PLAN_OF_CODE[CODE_OF_PLAN[plan]]] += count
        return self._inlands.bound_for(with_main)

    def lines_for(self, cells: Mapping[int, int]) -> pl.DataFrame:
        """Return the same for charts, by lot."""
        return self._lines.bound_for(cells)


class _LazyTable(Generic[Bound]):
    """What is drawn of one sort of thing, by its number.

    Args:
        is_worth: whether to draw one, by its number and the cells that have asked for it.
        bind: puts some that are drawn for the first time to those bound before.
        nothing: what is bound at first.
    """

    def __init__(
        self,
        is_worth: Callable[[int, int], bool],
        bind: Callable[[Bound, Iterable[int]], Bound],
        nothing: Bound,
    ) -> None:
        self._is_worth, self._bind = is_worth, bind
        self._asked: Counter[int] = Counter()
        # Together, since polars may run several batches at once: what one draws in vain, it draws again.
        self._drawn: tuple[frozenset[int], Bound] = frozenset(), nothing

    @property
    def bound(self) -> Bound:
        return self._drawn[1]

    def bound_for(self, cells: Mapping[int, int]) -> Bound:
        self._asked.update(cells)
        drawn, bound = self._drawn
        worth = [one for one in cells if one not in drawn and self._is_worth(one, self._asked[one])]
        if worth:
            bound = self._bind(bound, worth)
            self._drawn = drawn.union(worth), bound
        return bound


def _bind_inlands(before: Inlands, plans: Iterable[int]) -> Inlands:
    drawn = {place: inland(plan_at(place)) for place in plans}
    nationals = [row for one in drawn.values() for row in one.nationals]
    prefixes = [row for one in drawn.values() for row in one.prefixes]
    return Inlands(
        pl.concat([before.nationals, pl.DataFrame(nationals, NATIONALS, orient="row")]).sort("key"),
        pl.concat([before.prefixes, pl.DataFrame(prefixes, PREFIXES, orient="row")]).sort("key"),
        _with(before.reaches, {place: one.reach for place, one in drawn.items()}),
        _with(before.longest, {place: one.longest for place, one in drawn.items()}),
    )


def _with(by_plan: pl.Series, numbers: Mapping[int, int]) -> pl.Series:
    return by_plan.clone().scatter(list(numbers), list(numbers.values()))


def _bind_lines(before: pl.DataFrame, lots: Iterable[int]) -> pl.DataFrame:
    drawn = chain.from_iterable(chart(*divmod(lot, LOT_SPAN)) for lot in lots)
    # Where one range ends and one begins, the latter is last.
    return pl.concat([before, pl.DataFrame(list(drawn), LINES, orient="row")]).sort("number", "answer")


_NO_INLANDS = Inlands(
    pl.DataFrame([(0, *National())], NATIONALS, orient="row"),
    pl.DataFrame([(0, *Prefix(sure=False))], PREFIXES, orient="row"),
    pl.zeros(PLAN_COUNT, pl.UInt32(), eager=True),
    pl.zeros(PLAN_COUNT, pl.UInt32(), eager=True),
)
_NO_LINES = pl.DataFrame([(0, answers.UNDECIDED, False)], LINES, orient="row")
