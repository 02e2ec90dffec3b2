"""How a cell was meant: the column decides between the readings that a cell's digits allow.

libphonenumber says which numbers are valid. It does not say how digits were meant: `491713920000` in a German
list is a valid landline of another town, and the mobile number `+49 171 3920000` without its plus sign.

- `rules`: the readings, each a named rule that makes a number from the written digits.
- `lost_zeros`: the zeros that one of them puts back.
- `claims`: the valid numbers that readings make from each cell; a reading that does so "claims" the cell.
- `slots`: the bits of the readings, and the signature of a cell.
- `signatures`: for each cell, the readings that claim it, as bits.
- `evidence`: how many distinct cells of a column each reading claims, and what that decides.
- `grouped`: cells whose groups of digits decide before the column does.
- `habits`: how a country writes its numbers: with a trunk prefix or without.
"""
