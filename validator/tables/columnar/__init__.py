"""Parquet and Arrow.

- `scan`: what both share: scan in batches, write, check types.
- `parquet`, `arrow`: the formats.
- `arrow_schema`: types that come back as they were.
- `footer`: logical types of Parquet that polars does not know.
"""
