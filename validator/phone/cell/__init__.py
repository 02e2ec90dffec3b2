"""Read one cell.

- `reading`: the entry: text and region to a number or a reason.
- `refusals`: what is refused before libphonenumber is asked.
- `numbering`: libphonenumber, with kinds and countries.
- `recoveries`: the table of second attempts, and those that are made behind a first answer.
- `unwrapping`: those before it: links, ids, floats, labels.
- `folding`: Unicode spellings to ASCII.
- `national_variants`: two spellings of one subscriber.
"""
