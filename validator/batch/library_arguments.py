"""Checks the arguments of the library's functions: options, frames, numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from validator.arguments import NUMBER as ARGUMENT_NUMBER
from validator.arguments import WHOLE, Kind, require, several
from validator.batch.keys import key_from_environment
from validator.batch.library_options import FileTargets, RunOptions
from validator.batch.recipients.job import Order
from validator.errors import UsageError

KINDS = {
    "targets": Kind((FileTargets,), "a FileTargets").or_none,
    "options": Kind((RunOptions,), "a RunOptions").or_none,
    "frame": Kind((pl.DataFrame,), "a polars.DataFrame, as `collect` or `polars.from_pandas` makes it,"),
    "rate_per_min": ARGUMENT_NUMBER.above_zero().or_none,
    "size": WHOLE.within(1),
    "seed": WHOLE,
    "rows": WHOLE.within(0),
    "max_invalid": ARGUMENT_NUMBER.within(0, 1),
}
_TYPED = Kind((str, int), "a text or an integer").or_none

NUMBER = "number"
"""The column of `check_numbers` that holds the numbers as they were given."""


def with_keys(options: RunOptions | None) -> RunOptions:
    """Return the options, with the key of the environment if they have none."""
    chosen = given_or_default(options)
    return chosen if chosen.keys else replace(chosen, keys=(key_from_environment(),))


def given_or_default(options: RunOptions | None) -> RunOptions:
    """Return the options that a caller gave; the defaults for None."""
    require(KINDS, options=options)
    return options or RunOptions()


def numbers_frame(numbers: Iterable[str | int | None]) -> pl.DataFrame:
    """Return numbers as a column of texts. Refuses a single text, which would be a list of letters."""
    if isinstance(numbers, (str, bytes)) or not isinstance(numbers, Iterable):
        raise UsageError(f"numbers is of type {type(numbers).__name__}; a list of texts is expected")
    given = several("numbers", list(numbers), _TYPED)
    texts = [None if one is None else str(one) for one in given]
    return pl.DataFrame({NUMBER: texts}, schema={NUMBER: pl.String})


def for_numbers(options: RunOptions | None) -> RunOptions:
    """Return the options for numbers that are not in a list file."""
    chosen = given_or_default(options)
    settings = replace(chosen.settings, column=(NUMBER,), order=Order.INPUT)
    return replace(chosen, settings=settings)
