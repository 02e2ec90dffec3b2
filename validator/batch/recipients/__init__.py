"""Read the list: rows, numbers, suppression and spelling variants.

- `opening`: opens the list and finds its columns.
- `columns`: which columns a job reads.
- `column_evidence`: what the columns show of how their cells were meant.
- `recipients`: the rows of the list as numbers.
- `suppression`: numbers that must not be asked about.
- `variants`: other spellings of a subscriber's number.
"""
