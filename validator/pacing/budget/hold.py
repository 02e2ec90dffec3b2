"""The one hold of a key: until when nothing may be sent, why, and how the pace comes back afterwards."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

# The provider's documentation: exponential backoff from 1 s, doubling, capped at 60 s.
FIRST_HOLD_S = 1.0
LONGEST_BACKOFF_S = 60.0
MOST_DOUBLINGS = 6

# Added to every hold, as a share of it at most: clients that were refused together do not come back together.
JITTER_SHARE = 0.1

# After a hold: half the pace, then a tenth of the full pace more with each step. A step is as long as the
# hold was, from one second to five: who was asked to stay away for a second has met a bucket that lacked one
# place, and would lose a fifth of its pace over 25 s to each such refusal.
RESUME_PACE = 0.5
PACE_STEP = 0.1
LEAST_STEP_S, MOST_STEP_S = 1.0, 5.0


class KeyBackoff:
    """Holds everything back until a time that is only ever put off.

    Attributes:
        until: when sending may go on; in the past where nothing is held.
        reason: why, for a person to read.
    """

    def __init__(self, rng: random.Random) -> None:
        self.until = -math.inf
        self.reason = ""
        self.is_tried = True
        self._rng = rng
        self._since = -math.inf
        self._earlier_s = 0.0
        self._refusals_in_a_row = 0

    def refuse(self, started_at: float, now: float, asked_s: float) -> None:
        """Hold after a refusal: as long as asked, at least 1 s, doubling while refusals follow one another.

        Args:
            started_at: when the refused request was sent. One sent before the hold in force says nothing new
                about what happens after it.
            now: when the refusal came.
            asked_s: how long the server asks to stay away, 0 where it does not say.
        """
        if started_at >= self.until:
            self._refusals_in_a_row += 1
        doublings = min(max(self._refusals_in_a_row - 1, 0), MOST_DOUBLINGS)
        backoff_s = min(LONGEST_BACKOFF_S, FIRST_HOLD_S * 2**doublings)
        asked = f", asking for {asked_s:,.0f} s" if asked_s else ""
        self.keep(now, max(asked_s, backoff_s), f"the provider refused a request for its rate{asked}")

    def keep(self, now: float, wait_s: float, reason: str) -> None:
        """Hold for `wait_s` and up to a tenth more, unless a longer hold is in force."""
        until = now + wait_s * (1 + self._rng.uniform(0, JITTER_SHARE))
        if until <= self.until:
            return
        if now >= self.until:
            self._earlier_s = self.held_s(now)
            self._since = now
        self.until, self.reason, self.is_tried = until, reason, False

    def passed(self, started_at: float) -> None:
        """Note that a request was not refused; one sent after the hold ends the row of refusals."""
        if started_at >= self.until:
            self._refusals_in_a_row = 0
            self.is_tried = True

    def pace(self, now: float) -> float:
        """Return the share of the full pace to go on with: all of it but for the 25 s after a hold."""
        if self.until == -math.inf:
            return 1.0
        step_s = min(max(self.until - self._since, LEAST_STEP_S), MOST_STEP_S)
        return min(1.0, RESUME_PACE + PACE_STEP * (max(0.0, now - self.until) // step_s))

    def held_s(self, now: float) -> float:
        """Return how long requests have been held in all."""
        if self.until == -math.inf:
            return 0.0
        return self._earlier_s + min(now, self.until) - self._since
