"""Write what comes back: the annotated list, its segments and the summary.

- `annotate`: adds the columns to each row.
- `summarise`: makes the summary of a run.
"""
