"""Find the phone column and the region column.

- `phone_column`, `phone_words`: by content and by header.
- `region_column`, `region_words`: likewise.
"""
