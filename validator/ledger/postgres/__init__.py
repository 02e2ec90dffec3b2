"""The ledger in PostgreSQL, for several machines that write side by side. It needs the extra `postgres`.

- `schema`: the tables, and the steps from each version to the next.
- `connection`: how a connection is set up, and what its failures mean; `link`: reconnects when the connection
  is lost; `transactions`: each is done exactly once, even if the connection is lost; `key_locks`.
- `reader`, with `columns`, `facts` and `stats`; `writer`, with `groups`, `leases` and `purging`.
"""
