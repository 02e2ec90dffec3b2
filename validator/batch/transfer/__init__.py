"""Move verdicts between the ledger and files.

- `exporting`: writes the ledger's facts to a file.
- `importing`: reads facts from a list.
- `timestamps`: reads times in different notations.
"""
