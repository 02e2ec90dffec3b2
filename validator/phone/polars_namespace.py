"""The namespace `phone` of polars expressions: the columns of `normalise`, one at a time.

    pl.col("mobile").phone.e164(region="GB")
    pl.col("mobile").phone.reason(region=pl.col("country"))

Registered when `validator.phone` is imported. Works on every engine; the streaming one goes batch by batch.
"""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

import polars as pl

from validator.phone.answers import LINE_TYPE
from validator.phone.cell.reading import Accept
from validator.phone.cells import REASON
from validator.phone.normalise import normalise
from validator.phone.regions.regions import parse_region

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Pick = Callable[[pl.DataFrame], pl.Series]


@pl.api.register_expr_namespace("phone")
class PhoneExpressions:
    """The results of `normalise` for the cells of an expression. Each method takes the same two arguments.

    Args of the methods:
        region: the region of national numbers: one region (as `parse_region` reads it), an expression with
            one for each cell, or None.
        accept: `POSSIBLE` also takes numbers of a possible length that are in no numbering plan.

    All raise `UsageError`: at once for a region that is not known, and when the query runs for a column that
    is neither text nor numbers (polars wraps this in a `ComputeError`).
    """

    def __init__(self, cells: pl.Expr) -> None:
        self._cells = cells

    def e164(self, *, region: str | pl.Expr | None = None, accept: Accept = Accept.VALID) -> pl.Expr:
        """Return the numbers with their plus sign (String), null if there is none."""
        return self._read(_e164, pl.String(), region, accept)

    def reason(self, *, region: str | pl.Expr | None = None, accept: Accept = Accept.VALID) -> pl.Expr:
        """Return why there is no number (Enum of `model.Reason`), null if there is one."""
        return self._read(itemgetter("reason"), REASON, region, accept)

    def line_type(self, *, region: str | pl.Expr | None = None, accept: Accept = Accept.VALID) -> pl.Expr:
        """Return the kind of line (Enum of `model.LineType`), null if there is no number."""
        return self._read(itemgetter("line_type"), LINE_TYPE, region, accept)

    def country(self, *, region: str | pl.Expr | None = None, accept: Accept = Accept.VALID) -> pl.Expr:
        """Return the country (String: ISO 3166 alpha-2 or `001`), null if there is no number."""
        return self._read(itemgetter("country"), pl.String(), region, accept)

    def _read(self, pick: Pick, dtype: pl.DataType, region: str | pl.Expr | None, accept: Accept) -> pl.Expr:
        # Parsed here, so that a wrong region is an error at once and not when the query runs.
        regions = region if isinstance(region, pl.Expr) else pl.lit(region and parse_region(region))
        read = partial(_read, pick, accept)
        return pl.map_batches([self._cells, regions], read, dtype, is_elementwise=True)


def _read(pick: Pick, accept: Accept, columns: Sequence[pl.Series]) -> pl.Series:
    cells, regions = columns
    answers = normalise(cells, _each(regions, len(cells)), accept=accept)
    return pick(answers).alias(cells.name)


def _each(regions: pl.Series, cells: int) -> pl.Series | str | None:
    """Return a region for each of the cells; a literal comes as a column of one row."""
    return regions if len(regions) == cells else regions.item()


def _e164(answers: pl.DataFrame) -> pl.Series:
    return answers.select("+" + pl.col("number").cast(pl.String)).to_series()
