"""NDJSON: one JSON object on each line, each with its own keys and types."""

from validator.tables.ndjson.reader import NdjsonTable, open_array, open_ndjson
from validator.tables.ndjson.writer import writing_ndjson

__all__ = ["NdjsonTable", "open_array", "open_ndjson", "writing_ndjson"]
