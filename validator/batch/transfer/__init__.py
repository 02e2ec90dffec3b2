"""Move verdicts between the ledger and files.

- `exporting`: the ledger's verdicts as a table.
- `importing`: an annotated list into the ledger.
- `timestamps`: times as files write them.
"""
