"""Write the output: the annotated list, its segments, and the summary.

- `targets`: checks the files to write before a run, and writes the output at its end.
- `annotate`: adds the columns to each row.
- `segments`, `hints`: files with the rows of one verdict; what to correct in an invalid row.
- `edited`: keeps outputs that a user has edited before they are replaced.
- `summarise`, `summarise_sample`: make the summary of a run, a plan, or a sample.
- `estimate`: estimates the share of registered numbers from a sample.
- `earlier_check`: completes a later report with the stored summary of the run.
- `report_files`, `metrics_file`: write the reports, and the metrics.
- `written_files`: lists the files of a run for its report.
"""
