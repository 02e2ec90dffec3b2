"""The run of `batch` over several machines: lists that no machine holds, and many keys.

Everything is done by the engine's own parts; this folder only spreads them.
A list comes in parts, which are its files.

- `parts`: one file of the list on whichever machine reads it.
- `list_work`: what is done with the parts of a list, as plain functions: read, count, look up, write.
- `sums`: what they found, added up.
- `work`: the numbers to ask about, from all partitions, round after round.
- `lane`: one key on one machine, which runs the engine's asker and is fed from afar.
- `sent_keys`: a key on its way to the machine that asks with it.
- `member`: such a lane as the run knows it.
- `crew`: the lanes of a run: feeds them, and replaces the lost ones; `crew_progress` shows how they get on.
- `manifest`: what was written, as a file.
- `preparing`: reads and plans a list.
- `run`: a whole run: read and plan, ask, write.
- `machines`: the cluster as a run needs it; `ray_machines`: that cluster on Ray.
"""
