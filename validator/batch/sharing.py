"""Shares a list with other runs through the ledger: each number is leased before it is asked about."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from validator.batch.asking.leased import LeasedNumbers, Planned
from validator.batch.planning.answered import answered
from validator.local_time import unix_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from validator.batch.asking.feeding import Source
    from validator.batch.asking.leased import Supply
    from validator.ledger import Ledger
    from validator.settings import MaxAge


def leased(supply: Supply, ledger: Ledger, *, holder: str, max_age: MaxAge, since_ms: int) -> LeasedNumbers:
    """Return a source that shares numbers with other runs.

    Args:
        supply: the numbers.
        ledger: holds leases and verdicts.
        holder: the name of this run, which no other run has.
        max_age: how long answers are valid.
        since_ms: the start of the run, in milliseconds since the Unix epoch.
    """

    def answered_of(numbers: Sequence[int]) -> set[int]:
        wanted = pl.Series(sorted(numbers), dtype=pl.UInt64)
        return set(answered(ledger, wanted, max_age, since_ms=since_ms).to_list())

    return LeasedNumbers(
        supply,
        leases=ledger,
        holder=holder,
        fresh_from_ms=max_age.cutoffs_ms(since_ms),
        answered=answered_of,
    )


def source_of_plans(ledger: Ledger, max_age: MaxAge) -> Callable[[pl.Series], Source]:
    """Return a function that makes the source of a plan's numbers, which several runs share.

    Args:
        ledger: the ledger, which several runs can use.
        max_age: how long answers are valid.
    """
    since_ms = unix_ms(datetime.now(UTC))
    lease = partial(leased, ledger=ledger, holder=secrets.token_hex(8), max_age=max_age, since_ms=since_ms)
    return lambda numbers: lease(Planned((int(number) for number in numbers), len(numbers)))
