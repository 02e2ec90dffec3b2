"""The ledger in one SQLite file, for one process that writes and any number of processes that read.

- `schema`: the tables, and the steps from each version to the next; `connection`: how they are opened.
- `location`, `presence`: where the file may be, and whether it is still the one that was opened.
- `reader`, with `columns`, `facts` and `stats`; `writer`, with `unverified_negatives`, `findings` and
  `purging`.
"""
