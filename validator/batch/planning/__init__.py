"""Decide which numbers to ask about.

- `survey`: reads a list and makes its plan.
- `plan`: the numbers to ask about, in order.
- `known_verdicts`: what the ledger holds about the numbers of the list; `reading_known`: reads it.
- `earlier_answers`: earlier answers about the numbers to ask about, and what has changed since.
- `answered`: numbers that need no further request in this run.
- `places`: finds numbers in a sorted column.
- `several_numbers`: which number decides a row that has several.
- `sample`: draws a random part of a list.
- `misread`: recognises a list whose cells are mostly not read as numbers.
"""
