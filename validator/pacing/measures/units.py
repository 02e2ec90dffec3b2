"""Times that every part of the pacing uses, in seconds."""

from __future__ import annotations

import math

MINUTE_S = 60.0

# The assumed delivery jitter: how much earlier or later than planned a request arrives.
JITTER_S = 0.5

# An absurd `Retry-After` must stay a number that can be added to a clock; no run waits ten years.
LONGEST_HOLD_S = 10 * 365 * 86_400.0


def waiting_s(announced_s: float | None) -> float:
    """Return an announced waiting time within bounds: nonsense and the past count as 0."""
    if announced_s is None or math.isnan(announced_s):
        return 0.0
    return min(max(announced_s, 0.0), LONGEST_HOLD_S)
