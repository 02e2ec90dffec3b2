"""A run over a list as part of a command, and the reports of its end.

- `list_run`: a run on this machine.
- `cluster_run`: a run on several machines.
- `resume`: the command lines that messages and reports suggest.
- `run_ends`: the reports to schedulers, and the exit code.
- `notifier`: the message to a webhook.
- `telemetry`: trace and metrics for OpenTelemetry.
"""
