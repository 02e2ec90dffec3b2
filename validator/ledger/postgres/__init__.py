"""The ledger in PostgreSQL, for several machines that write side by side. It needs the extra `postgres`.

- `schema`: the tables, and the steps from each version to the next.
- `connection`: how a connection is set up, and what its failures mean; `link`: one that is made again when it
  is lost; `transactions`: each is done once, however often its connection is lost.
- `reader`, with `columns`, `facts` and `stats`; `writer`, with `groups`, `leases` and `purging`.
"""
