"""Measurements that several rules use.

- `units`: a minute, and a waiting time without nonsense.
- `round_trips`: how long replies take.
- `rolling_count`: how many events the last minute had.
"""
