"""The rows of a CSV output, each a dictionary with text for values."""

import polars as pl


def rows_of(path):
    return pl.read_csv(path, infer_schema=False).to_dicts()
