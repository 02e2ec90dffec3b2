"""Which numbers need no further request, because this run or another one has asked about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from validator.batch.planning.reading_known import read_known
from validator.model import Reason, Verdict

if TYPE_CHECKING:
    from validator.ledger import LedgerReader
    from validator.settings import MaxAge


def answered(ledger: LedgerReader, numbers: pl.Series, max_age: MaxAge, *, since_ms: int) -> pl.Series:
    """Return those numbers that have a fresh verdict, or an `unknown` from since the start of the run.

    An answer that waits to be verified, or that was invalidated, does not count.

    Args:
        ledger: the known verdicts.
        numbers: the numbers to look for (UInt64, distinct, ascending).
        max_age: how long answers are valid.
        since_ms: when the run began, in milliseconds since the Unix epoch.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    frame = read_known(ledger, numbers, max_age, since_ms).frame
    is_unknown = pl.col("verdict") == Verdict.UNKNOWN.value
    is_of_this_run = pl.col("checked_at_ms") >= since_ms
    is_doubted = pl.col("reason").eq_missing(Reason.SESSION_SUSPECT.value)
    is_answered = (pl.col("fresh") & ~is_unknown) | (is_unknown & is_of_this_run & ~is_doubted)
    return frame.filter(is_answered)["number"]
