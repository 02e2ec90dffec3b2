"""Decides a whole column at once. Uncertain cells stay undecided and are read cell by cell.

The results are the same as those of `cell`. Many functions name the function of libphonenumber
(`phonenumberutil`) or of `cell` that they reproduce for columns.

- `long_columns`: the entry: the next two, with the range tables of the process.
- `decide`: cells and region to numbers or reasons.
- `first_look`: the cells that are digits with common punctuation.
- `classify`: the shape of each cell.
- `prefixes`: removes prefixes.
- `lookup`, `search`: find digits in the ranges of the numbering plans.
- `plans`: libphonenumber's metadata of a country.
- `range_cache`, `number_ranges`, `plan_ranges`, `pattern_ranges`: its patterns as ranges.
- `second_chances`: recoveries for cells without a valid number.
- `respelling`: the recoveries for former spellings of a number.
- `several`: splits a cell with several numbers.
- `frames`: splits and joins frames.
"""
