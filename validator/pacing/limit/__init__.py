"""The limit if none is announced, or a wrong one.

- `assumed`: the default pace.
- `search`: raises the pace until the server refuses (`--rate find`).
- `overflow`: what a refusal says about the limit.
- `window_turn`: when a fixed window resets.
- `window_lengths`: the length of the window, from reset headers.
- `correction`: a lower limit if one was announced too high.
"""
