"""Measurements that several rules use.

- `units`: a minute, and a wait that can be waited.
- `round_trips`: how long replies take.
- `rolling_count`: how many of the last outcomes failed.
"""
