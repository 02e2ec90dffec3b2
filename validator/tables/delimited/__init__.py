"""CSV and its relatives: text with a delimiter, in the dialect and encoding the file turns out to have."""

from validator.tables.delimited.reader import DelimitedTable, open_delimited
from validator.tables.delimited.writer import writing_delimited

__all__ = ["DelimitedTable", "open_delimited", "writing_delimited"]
