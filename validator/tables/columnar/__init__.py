"""Parquet and Arrow.

- `scan`: shared by both: scans in batches, writes, checks types.
- `parquet`, `arrow`: the formats.
- `arrow_schema`: an Arrow schema with metadata.
- `footer`: logical types of Parquet that polars does not support.
"""
