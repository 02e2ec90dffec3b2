"""Which number decides a row that has several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from validator.batch.planning.known_verdicts import known_by_either_spelling
from validator.batch.recipients.several_numbers import OTHERS, with_kinds
from validator.model import Verdict

if TYPE_CHECKING:
    from validator.batch.planning.known_verdicts import KnownVerdicts

_BEST_FIRST = (Verdict.REGISTERED, Verdict.UNKNOWN, Verdict.NOT_REGISTERED, Verdict.INVALID)


def deciding_rows(recipients: pl.DataFrame, known: KnownVerdicts, *, variants: bool) -> pl.DataFrame:
    """Return the rows, each with the number that decides its verdict: the first that is registered.

    If none is registered, it is the first without an answer, since the row may still become registered. If
    all have an answer, it is the first that is not registered.

    Args:
        recipients: the rows, with their further numbers in `OTHERS` if cells may have several.
        known: their known verdicts.
        variants: whether the alternative spelling of each number counts too.
    """
    if OTHERS not in recipients.columns:
        return recipients
    rows = recipients.with_row_index("at").drop(OTHERS)
    some = recipients.with_row_index("at").filter(pl.col(OTHERS).is_not_null())
    further = some.with_columns(number=OTHERS).explode("number").drop(OTHERS)
    numbers = pl.concat([rows.filter(pl.col("at").is_in(some["at"].implode())), with_kinds(further)])
    ranked = numbers.with_columns(rank=_rank(numbers, known, variants=variants))
    best = ranked.sort("at", "rank", maintain_order=True).unique("at", keep="first", maintain_order=True)
    return rows.update(best.drop("rank"), on="at", include_nulls=True).drop("at")


def _rank(numbers: pl.DataFrame, known: KnownVerdicts, *, variants: bool) -> pl.Series:
    """Return the position of each number's verdict in `_BEST_FIRST`; no verdict counts as unknown."""
    found = known.of(numbers["number"])
    found = known_by_either_spelling(numbers, found, known) if variants else found
    ranks = {verdict.value: place for place, verdict in enumerate(_BEST_FIRST)}
    verdict = found["verdict"].cast(pl.String).fill_null(Verdict.UNKNOWN.value)
    return verdict.replace_strict(ranks, return_dtype=pl.UInt8).alias("rank")
