"""How a cell was meant: which of the readings that its digits allow is the one that its column shows.

libphonenumber says which numbers are valid. It does not say how digits were meant: `491713920000` in a German
list is a valid landline of another town and the mobile number `+49 171 3920000` without its plus sign.

- `rules`: the readings, each a named rule that makes a number of the digits written.
- `claims`: the numbers that the rules make of each cell, and the signature of a cell: who claims it.
- `evidence`: how many distinct cells of a column have each signature, and what that decides.
- `grouped`: cells whose groups of digits decide it before the column does.
- `habits`: how a country writes its numbers: with a trunk prefix or without.
"""
