from collections.abc import Callable

import polars as pl
import pytest

from validator.phone import Accept, normalise

Outcome = int | str


def number_or_reason(cell: str | None, region: str | None, accept: Accept) -> Outcome:
    row = normalise(pl.Series([cell], dtype=pl.String), region, accept=accept).row(0, named=True)
    assert (row["reason"] is None) == (row["number"] is not None)
    assert (row["line_type"] is None) == (row["country"] is None) == (row["number"] is None)
    return row["number"] or row["reason"]


@pytest.fixture(scope="session")
def outcome() -> Callable[..., Outcome]:
    """What one cell comes to: the digits of its number, or the word of its reason."""

    def read(cell: str | None, region: str | None = None, accept: Accept = Accept.VALID) -> Outcome:
        return number_or_reason(cell, region, accept)

    return read
