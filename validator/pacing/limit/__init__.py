"""What the limit is if nothing or something wrong says so.

- `assumed`: the default pace.
- `search`: raises the pace until the server refuses (`--rate find`).
- `overflow`: what a refusal says about the limit.
- `window_turn`: when a fixed window resets.
- `window_lengths`: the length of the window, from reset headers.
- `correction`: distrust of a limit that was announced too high.
"""
