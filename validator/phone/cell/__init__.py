"""Reads one cell.

- `reading`: the entry: text and region to a number or a reason.
- `refusals`: what is refused before libphonenumber is asked.
- `numbering`: libphonenumber, with line types and countries.
- `recoveries`: the table of recoveries, and those that are tried after a first answer.
- `unwrapping`: the recoveries before it: links, ids, floats, labels.
- `folding`: Unicode spellings to ASCII.
- `national_variants`: two spellings of one subscriber.
- `same_subscriber`: whether two numbers are such spellings.
"""
