"""A run on several machines, for lists that no machine can hold, and for many keys.

The engine in `batch` does all the work; this folder distributes it. A list has parts, which are its files.

- `run`: a whole run: read and plan, ask, write.
- `preparing`: reads and plans a list.
- `list_work`: the work on parts of a list, as plain functions: read, count, look up, write.
- `parts`: one input file of the list and its output file.
- `sums`: adds up the results of all parts.
- `work`: the numbers to ask about, from all partitions, in rounds.
- `asking`: asks about them through one lane for each key.
- `crew`: the lanes of a run: feeds them, and replaces lost ones; `crew_progress`: their common progress.
- `member`: the run's record of one lane.
- `lane`: one key on one machine, which runs the engine's asker.
- `sent_keys`: a key that is sent to another machine.
- `manifest`: the file that lists the written parts.
- `machines`: the interface to a cluster; `ray_machines`: its implementation with Ray.
"""
