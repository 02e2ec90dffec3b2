"""Decide which numbers to ask about.

- `earlier_answers`: what the numbers to ask about were answered before.
- `known_verdicts`: what the ledger holds about the numbers of the list.
- `plan`: the numbers to ask about, in order.
- `survey`: reads a list and makes its plan.
"""
