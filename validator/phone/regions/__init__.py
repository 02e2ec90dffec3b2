"""Regions and countries as people write them.

- `regions`: a cell of a region column to a region.
- `countries`: names of countries.
"""
