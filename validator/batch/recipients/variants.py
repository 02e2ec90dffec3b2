"""The other spelling of a number, by which WhatsApp may know the same subscriber.

It is asked about after a definite "no" and decides together with it. The ledger keeps each spelling's own
verdict; nothing here is remembered besides, so a run that was killed between two questions goes on with the
second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from validator.batch.recipients.recipients import askable
from validator.model import LineType, Number
from validator.phone import Accept, normalise, other_spelling

if TYPE_CHECKING:
    from collections.abc import Iterable


# Landlines and freephone numbers are known in one way only; but what Argentina's plan has as a landline may
# be a mobile number without its 9.
_KINDS = [kind.value for kind in (LineType.MOBILE, LineType.FIXED_OR_MOBILE)]


def other_numbers(recipients: pl.DataFrame) -> pl.Series:
    """Return the other spelling (UInt64) of each row's number, where it has one and may be asked about."""
    may_be_mobile = (pl.col("country") == "AR") & (pl.col("line_type") == LineType.FIXED.value)
    is_mobile = pl.col("line_type").is_in(_KINDS) | may_be_mobile
    spelt = pl.when(is_mobile).then(other_spelling(pl.col("number")))
    other = recipients.select(other=spelt).to_series()
    return other.set(~askable(recipients), None)


def with_both(numbers: pl.Series) -> pl.Series:
    """Return the distinct numbers and their other spellings, whatever kind of line they are."""
    others = numbers.to_frame("number").select(other_spelling(pl.col("number"))).to_series()
    return pl.concat([numbers, others]).drop_nulls().unique()


def every_spelling(numbers: Iterable[Number]) -> set[Number]:
    """Return some numbers, as somebody has written them, with all that a ledger may know their owners by."""
    written = pl.Series("number", [int(number) for number in numbers], dtype=pl.UInt64)
    cells = pl.select(pl.lit("+") + written.cast(pl.String)).to_series()
    read = normalise(cells, accept=Accept.POSSIBLE)["number"].drop_nulls()
    return {Number(number) for number in with_both(pl.concat([written, read]))}


def listed_by_both(recipients: pl.DataFrame) -> pl.Series:
    """Return a mask of the rows whose other spelling is the number of another row that may be asked about."""
    asked = recipients["number"].filter(askable(recipients))
    return other_numbers(recipients).is_in(asked.implode()).fill_null(value=False)


def second_questions(noes: pl.DataFrame) -> pl.DataFrame:
    """Return the rows, whose number is not registered, with its other spelling in its place if it has one."""
    return noes.with_columns(other_numbers(noes).alias("number")).drop_nulls("number")
