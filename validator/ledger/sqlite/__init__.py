"""The ledger in one SQLite file, for one process that writes and any number that read."""
