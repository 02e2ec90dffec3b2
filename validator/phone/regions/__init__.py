"""Regions and countries as people write them.

- `regions`: a cell of a region column to a region.
- `written`: the forms of such a cell, and the region on which its parts agree.
- `calling`: calling codes, with North America's area codes.
- `countries`: codes and names of countries, most of them in `names.txt`.
- `country_words`: a country beside a number in a phone cell.
- `spelling`: one key for the spellings of a name.
"""
