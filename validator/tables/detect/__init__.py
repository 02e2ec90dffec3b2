"""Find the header, the phone column and the region column.

- `header_row`: the row that names the columns.
- `phone_column`, `phone_words`: by content and by header.
- `joined_columns`: area codes and calling codes in a column of their own.
- `region_column`, `region_words`: likewise.
"""
