"""The ledger in one SQLite file, for one process that writes and any number that read.

- `schema`: the tables, and the steps from each version to the next; `connection`: how they are opened.
- `location`, `presence`: where the file may lie, and whether it still is the one that was opened.
- `reader`, with `columns`, `facts` and `stats`; `writer`, with `unverified_negatives`, `findings` and
  `purging`.
"""
