"""Joins the batches of a long list."""

from __future__ import annotations

import polars as pl


def one_frame(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Return all rows of `parts` as one frame of one chunk, and empty the list.

    That is done column by column, so no more than one column is in memory twice.

    Args:
        parts: one frame or more, with the same columns.
    """
    columns = {name: [part[name] for part in parts] for name in parts[0].columns}
    parts.clear()
    return pl.DataFrame([pl.concat(columns.pop(name), rechunk=True) for name in list(columns)])
