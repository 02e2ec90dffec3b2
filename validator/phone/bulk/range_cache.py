"""The range tables of plans and lots built so far; more are built when enough cells need them."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Generic, TypeVar

import polars as pl
from msgspec import Struct

from validator.phone import answers
from validator.phone.bulk.number_ranges import LINES, chart, is_flat
from validator.phone.bulk.plan_ranges import (
    LEADS,
    LEADS_OF_PLAN,
    NATIONALS,
    PREFIXES,
    Inland,
    Lead,
    National,
    Prefix,
    inland,
    leads,
)
from validator.phone.bulk.plans import plan_at
from validator.phone.codes import CODE_OF_PLAN, LOT_SPAN, MAIN_PLAN_OF_CODE, PLAN_COUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Bound = TypeVar("Bound")

# From this many cells of one plan or lot on, building its table (1 ms on average, measured) costs less than
# reading the cells one by one (50 us each).
WORTH_DRAWING_CELLS = 20


class Inlands(Struct, frozen=True):
    """The ranges (`Inland`) of all plans built so far, in order from zero on; between plans nothing is sure.

    Attributes:
        nationals: `key`, and the fields of `National`.
        prefixes: `key`, and the fields of `Prefix`.
        leads: the `Lead`s of each plan, in order; those of plans not built lead to nothing that is sure.
        longest: by plan, the most digits that it describes.
    """

    nationals: pl.DataFrame
    prefixes: pl.DataFrame
    leads: pl.DataFrame
    longest: pl.Series


class RangeIndex:
    """All range tables. It grows with the questions, and never shrinks.

    Args:
        worth_cells: the cells of one plan or lot, over all questions, after which its table is built.
    """

    def __init__(self, worth_cells: int = WORTH_DRAWING_CELLS) -> None:
        self._inlands = _LazyTable(lambda _, asked: asked >= worth_cells, _bind_inlands, _NO_INLANDS)
        self._lines = _LazyTable(
            lambda lot, asked: asked >= worth_cells or is_flat(*divmod(lot, LOT_SPAN)), _bind_lines, _NO_LINES
        )

    @property
    def inlands(self) -> Inlands:
        """The ranges of all plans built so far."""
        return self._inlands.bound

    @property
    def lines(self) -> pl.DataFrame:
        """All charts built so far, as ranges (`number_ranges.LINES`); undecided between charts."""
        return self._lines.bound

    def inlands_for(self, cells: Mapping[int, int]) -> Inlands:
        """Return all plans built so far, after building those that enough cells need.

        Args:
            cells: how many cells need each plan that is not built.
        """
        with_main = Counter(cells)
        for plan, count in cells.items():  # the region's own code may lead to the main plan
            with_main[MAIN_PLAN_OF_CODE[CODE_OF_PLAN[plan]]] += count
        return self._inlands.bound_for(with_main)

    def lines_for(self, cells: Mapping[int, int]) -> pl.DataFrame:
        """Return the same for charts, by lot."""
        return self._lines.bound_for(cells)


class _LazyTable(Generic[Bound]):
    """The tables of one sort, plans or lots.

    Args:
        is_worth: whether to build a table, by its id and the count of cells that have needed it.
        bind: adds new tables, by their ids, to those built before.
        nothing: the tables at the start.
    """

    def __init__(
        self,
        is_worth: Callable[[int, int], bool],
        bind: Callable[[Bound, Iterable[int]], Bound],
        nothing: Bound,
    ) -> None:
        self._is_worth, self._bind = is_worth, bind
        self._asked: Counter[int] = Counter()
        # One tuple, since polars may run several batches at once: a table that is lost is only built again.
        self._built: tuple[frozenset[int], Bound] = frozenset(), nothing

    @property
    def bound(self) -> Bound:
        return self._built[1]

    def bound_for(self, cells: Mapping[int, int]) -> Bound:
        self._asked.update(cells)
        built, bound = self._built
        worth = [one for one in cells if one not in built and self._is_worth(one, self._asked[one])]
        if worth:
            bound = self._bind(bound, worth)
            self._built = built.union(worth), bound
        return bound


def _bind_inlands(before: Inlands, plans: Iterable[int]) -> Inlands:
    built = {place: inland(plan_at(place)) for place in plans}
    nationals = [row for one in built.values() for row in one.nationals]
    prefixes = [row for one in built.values() for row in one.prefixes]
    return Inlands(
        pl.concat([before.nationals, pl.DataFrame(nationals, NATIONALS, orient="row")]).sort("key"),
        pl.concat([before.prefixes, pl.DataFrame(prefixes, PREFIXES, orient="row")]).sort("key"),
        _with_leads(before.leads, built),
        before.longest.clone().scatter(list(built), [one.longest for one in built.values()]),
    )


def _with_leads(before: pl.DataFrame, built: Mapping[int, Inland]) -> pl.DataFrame:
    rows = [place * LEADS_OF_PLAN + digits for place in built for digits in range(LEADS_OF_PLAN)]
    found = pl.DataFrame(
        [lead for place, one in built.items() for lead in leads(place, one.reach)],
        LEADS,
        orient="row",
    )
    return pl.DataFrame([column.clone().scatter(rows, found[column.name]) for column in before])


def _bind_lines(before: pl.DataFrame, lots: Iterable[int]) -> pl.DataFrame:
    built = chain.from_iterable(chart(*divmod(lot, LOT_SPAN)) for lot in lots)
    # If one range ends where another begins, the other comes last.
    return pl.concat([before, pl.DataFrame(list(built), LINES, orient="row")]).sort("number", "answer")


# `pl.zeros` is an expression: it would start the threads of polars when this module is imported.
_ZEROS = pl.Series([0], dtype=pl.UInt32()).new_from_index(0, PLAN_COUNT)
# To the first key, which is in no plan.
_NO_LEADS = pl.DataFrame(
    pl.Series(name, [value], dtype=LEADS[name]).new_from_index(0, PLAN_COUNT * LEADS_OF_PLAN)
    for name, value in Lead(first_key=0, span=2**64 - 1)._asdict().items()
)
_NO_INLANDS = Inlands(
    pl.DataFrame([(0, *National())], NATIONALS, orient="row"),
    pl.DataFrame([(0, *Prefix(sure=False))], PREFIXES, orient="row"),
    _NO_LEADS,
    _ZEROS,
)
_NO_LINES = pl.DataFrame([(0, answers.UNDECIDED, False)], LINES, orient="row")
