"""The alternative spelling of a number, by which WhatsApp may know the same subscriber.

It is asked about after a definite "no". The recipient is registered if one of both spellings is. The ledger
keeps the verdict of each spelling and nothing else is stored, so a run which was killed between both requests
continues with the second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from validator.batch.recipients.recipients import askable
from validator.model import LineType, Number
from validator.phone import Accept, normalise, other_spelling

if TYPE_CHECKING:
    from collections.abc import Iterable


# Landlines and freephone numbers have one spelling only. But a number that Argentina's plan lists as a
# landline may be a mobile number without its 9.
_KINDS = [kind.value for kind in (LineType.MOBILE, LineType.FIXED_OR_MOBILE)]


def other_numbers(recipients: pl.DataFrame) -> pl.Series:
    """Return the alternative spelling (UInt64) of each row's number; null if none or not to ask about."""
    may_be_mobile = (pl.col("country") == "AR") & (pl.col("line_type") == LineType.FIXED.value)
    is_mobile = pl.col("line_type").is_in(_KINDS) | may_be_mobile
    spelt = pl.when(is_mobile).then(other_spelling(pl.col("number")))
    other = recipients.select(other=spelt).to_series()
    return other.set(~askable(recipients), None)


def with_both(numbers: pl.Series) -> pl.Series:
    """Return the distinct numbers and their alternative spellings, for every line type."""
    others = numbers.to_frame("number").select(other_spelling(pl.col("number"))).to_series()
    return pl.concat([numbers, others]).drop_nulls().unique()


def every_spelling(numbers: Iterable[Number]) -> set[Number]:
    """Return numbers as a user has written them, and every other spelling that a ledger may hold."""
    written = pl.Series("number", [int(number) for number in numbers], dtype=pl.UInt64)
    cells = pl.select(pl.lit("+") + written.cast(pl.String)).to_series()
    read = normalise(cells, accept=Accept.POSSIBLE)["number"].drop_nulls()
    return {Number(number) for number in with_both(pl.concat([written, read]))}


def other_spelling_is_listed(recipients: pl.DataFrame) -> pl.Series:
    """Return a mask of the rows whose alternative spelling is the number of another row to ask about."""
    asked = recipients["number"].filter(askable(recipients))
    return other_numbers(recipients).is_in(asked.implode()).fill_null(value=False)


def with_other_spelling(noes: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that have an alternative spelling, with this spelling as their `number`.

    Args:
        noes: rows whose number is not registered.
    """
    return noes.with_columns(other_numbers(noes).alias("number")).drop_nulls("number")
