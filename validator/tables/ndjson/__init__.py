"""NDJSON: one JSON object a line, each with keys and types of its own."""

from validator.tables.ndjson.reader import NdjsonTable, open_array, open_ndjson
from validator.tables.ndjson.writer import writing_ndjson

__all__ = ["NdjsonTable", "open_array", "open_ndjson", "writing_ndjson"]
