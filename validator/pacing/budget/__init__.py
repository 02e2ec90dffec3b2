"""When the next request may start.

- `protocol`: `Budget`, the interface that a dispatcher uses.
- `paced`: the default budget: one slot at a time within the window.
- `window`: the window of a limit, and how much of it is spent.
- `window_set`: all windows of a key; the strictest decides.
- `request_log`: requests in flight and finished.
- `hold`: the pause after a refusal.
- `arrival_spacing`: keeps requests apart for servers without a burst.
- `concurrency`: how many requests may be in flight, derived from the pace.
- `in_flight_limit`: how many may be in flight, derived from refusals.
- `unpaced`: no budget.
"""
