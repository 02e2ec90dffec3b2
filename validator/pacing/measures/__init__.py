"""Measurements that several rules use.

- `round_trips`: how long replies take.
- `rolling_count`: how many of the last outcomes failed.
"""
