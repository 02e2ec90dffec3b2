"""The engine: plans a run over a list, asks gateways about its numbers, and writes the output.

Folders, in the order of the flow:

- `recipients/`: reads the list as numbers.
- `planning/`: decides which numbers to ask about.
- `asking/`: asks about them and records each answer.
- `watching/`: shows the progress of a run, and stops it.
- `output/`: writes the annotated file, the segments and the summary.
- `transfer/`: moves verdicts in and out of the ledger.

Runs:

- `run`, `sample_run`: a whole run over a list, or over a random part of it; `failed_run`: an end by an error.
- `planned`, `preview`, `lookup`: the plan of a list, its first rows, and a few typed numbers.
- `library_run`, `library_options`, `library_arguments`, `library_words`: runs of the Python library.

Parts of a run:

- `asker`, `asked`, `open_asker`: asks about a plan; the result; opens all that it needs.
- `first_requests`, `connected`: looks at sessions and contacts before a run, or without one.
- `wiring`, `sharing`: puts budgets, lanes and locks together; shares numbers with other runs.
- `ask_settings`, `keys`, `known_hosts`: settings and keys; the host that each key was first used with.
- `verdict_columns`: the columns that the output adds.
- `stage`, `clock`, `open_files`, `notify`: phases of the progress display, checks of clock and open files,
  the message about a run's end.
"""
