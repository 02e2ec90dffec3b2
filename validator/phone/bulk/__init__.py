"""Decide a whole column at once. What is not certain stays undecided and is read cell by cell.

- `decide`: the entry: cells and region to numbers or reasons.
- `classify`: the shape of each cell.
- `prefixes`: takes prefixes off.
- `lookup`, `search`: find digits in the ranges of the numbering plans.
- `range_cache`, `number_ranges`, `plan_ranges`, `pattern_ranges`: libphonenumber's patterns as ranges.
- `second_chances`: recoveries for cells without a number.
- `respelling`: those that are former spellings of a number.
- `several`: splits a cell with two numbers.
- `frames`: small helpers for frames of pieces.
"""
