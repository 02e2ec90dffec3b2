"""Units of time and waiting that every part of the pacing shares, in seconds."""

from __future__ import annotations

import math

MINUTE_S = 60.0

# How far deliveries are taken to be apart from what was meant.
JITTER_S = 0.5

# An absurd `Retry-After` must stay a number that can be added to a clock; nobody waits for ten years either.
LONGEST_HOLD_S = 10 * 365 * 86_400.0


def waiting_s(told_s: float | None) -> float:
    """Return an announced waiting time as one that can be waited: nonsense and the past count as 0."""
    if told_s is None or math.isnan(told_s):
        return 0.0
    return min(max(told_s, 0.0), LONGEST_HOLD_S)
