"""Finds the header, the phone column and the region column.

- `header_row`: the row that names the columns.
- `phone_column`: the phone column; `candidates`, `phone_words`: its evidence, by content and by header.
- `joined_columns`: area codes and calling codes in a separate column.
- `region_column`, `region_words`: the region column, by content and by header.
- `readable`: whether text was decoded with the right encoding.
"""
