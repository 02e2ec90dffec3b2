"""`decide` and `look_up_plussed` with the range tables of the process, which every long column adds to.

`normalise` imports this module for its first long column: a short one is read cell by cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.phone.bulk.decide import decide
from validator.phone.bulk.lookup import look_up_plussed
from validator.phone.bulk.range_cache import RangeIndex

if TYPE_CHECKING:
    import polars as pl

    from validator.phone.bulk.first_look import FirstLook
    from validator.phone.cell.reading import Accept

# Only a cache: range tables depend on nothing but libphonenumber's metadata.
_RANGES = RangeIndex()


def decided(cells: pl.DataFrame, look: FirstLook, accept: Accept) -> pl.DataFrame:
    """Return the cells' answers; see `decide.decide`."""
    return decide(cells, look, accept, _RANGES)


def looked_up(questions: pl.DataFrame) -> pl.DataFrame:
    """Return the answers to the questions; see `lookup.look_up_plussed`."""
    return look_up_plussed(questions, _RANGES)
