"""Observe a run: progress, status changes and the reasons to stop.

- `progress_feed`: reports the state of the run at intervals.
- `status_log`: logs changes of lanes and budget.
- `sessions`: the sessions of a key, looked at again and again.
- `stop`: why a run ends early.
- `timeline_feed`: how the run goes over time, for its summary.
"""
