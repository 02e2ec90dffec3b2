"""CSV and similar formats: text with a delimiter, whose dialect and encoding are detected."""

from validator.tables.delimited.reader import DelimitedTable, open_delimited
from validator.tables.delimited.writer import writing_delimited

__all__ = ["DelimitedTable", "open_delimited", "writing_delimited"]
