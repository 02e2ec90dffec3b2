"""The checks of `validator doctor`.

- `findings`: the result of a check, and the exit code of several.
- `local_checks`: checks of this machine.
- `network_path`: the connection to the provider.
"""
