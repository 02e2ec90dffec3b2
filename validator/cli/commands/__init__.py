"""The work of the commands, one file for each; `declarations/` has their options and help texts.

`ledger` has the commands of `validator ledger`, except `show` and `runs`, which are in `ledger_reading`.
"""
