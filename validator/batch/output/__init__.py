"""Write what comes back: the annotated list, its segments and the summary.

- `annotate`: adds the columns to each row.
- `earlier_check`: completes a later report with what the ledger keeps of the run.
- `summarise`: makes the summary of a run.
- `written_files`: names the files of a run to its report.
"""
