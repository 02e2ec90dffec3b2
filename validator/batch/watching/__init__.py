"""Observe a run: progress, changes of state, and the reasons to stop.

- `progress_feed`: shows the state of the run at intervals.
- `phase_feed`: shows a phase of single requests.
- `timeline_feed`: records the run over time, for its summary.
- `status_log`: logs changes of lanes and budgets.
- `sessions`: watches the sessions of a key.
- `key_watch`: checks that the run still holds its keys.
- `stop`: ends a run in order.
"""
