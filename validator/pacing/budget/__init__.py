"""When the next request may start.

- `protocol`: `Budget`, what a dispatcher asks.
- `paced`: the default budget: one slot at a time within the window.
- `window`: the window of a limit and what has been spent of it.
- `window_set`: all windows of a key, the strictest in force.
- `request_log`: requests in flight and finished.
- `hold`: the pause after a refusal.
- `arrival_spacing`: keeps requests apart for servers without a burst.
- `concurrency`: how many requests may be in flight by the pace.
- `in_flight_limit`: how many may be by what was refused.
- `unpaced`: no budget.
"""
