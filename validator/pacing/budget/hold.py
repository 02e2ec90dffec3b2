"""The one hold of a key: until when nothing may be sent, why, and how the pace comes back afterwards."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

# The provider's documentation: exponential backoff from 1 s, doubling.
FIRST_HOLD_S = 1.0
# Capped at 60 s for what stands before the provider, whose refusal may be an outage: it ends unannounced.
LONGEST_OF_FRONT_S = 60.0
# A key that is refused so often in a row, and no wait is named, is shut out rather than too fast. It may be
# for longer with each try, so the next come after two minutes, eight, and half an hour at most.
SHUT_OUT_AFTER = 3
FIRST_PAUSE_S, LONGEST_PAUSE_S, PAUSE_GROWS_BY = 120.0, 1800.0, 4.0
# Beyond so many in a row every wait is the longest.
MOST_STEPS = 12

FOR_ITS_RATE = "the provider refused a request for its rate"
BY_FRONT = "something before the provider answered 503, as it does for a rate that is too high"

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
        refusals_in_a_row: how many requests were refused one after the other, each sent after a hold.
    """

    def __init__(self, rng: random.Random) -> None:
        self.until = -math.inf
        self.reason = ""
        self.is_tried = True
        self._rng = rng
        self._since = -math.inf
        self._earlier_s = 0.0
        self.refusals_in_a_row = 0
        self._row_began_at = -math.inf
        self._shut_out_s = 0.0

    def refuse(self, started_at: float, now: float, asked_s: float, *, by_front: bool = False) -> None:
        """Hold after a refusal: as long as asked, at least 1 s, and longer while refusals follow one another.

        Args:
            started_at: when the refused request was sent. One sent before the hold in force says nothing new
                about what happens after it.
            now: when the refusal came.
            asked_s: how long the server asks to stay away, 0 if it does not say.
            by_front: whether something before the provider refused, which may as well be an outage.
        """
        if started_at >= self.until:
            self.refusals_in_a_row += 1
            self._row_began_at = now if self.refusals_in_a_row == 1 else self._row_began_at
        if by_front:
            self.keep(now, min(self._doubled_s(), LONGEST_OF_FRONT_S), BY_FRONT)
        elif asked_s:
            self.keep(now, max(asked_s, self._doubled_s()), f"{FOR_ITS_RATE}, asking for {asked_s:,.0f} s")
        elif self.refusals_in_a_row >= SHUT_OUT_AFTER:
            why = f"the provider refused {self.refusals_in_a_row} requests in a row, and names no wait"
            self.keep(now, max(self._paused_s(), self._shut_out_s), why)
        else:
            self.keep(now, max(self._doubled_s(), self._shut_out_s), FOR_ITS_RATE)

    def _doubled_s(self) -> float:
        return min(FIRST_HOLD_S * 2.0 ** max(min(self.refusals_in_a_row, MOST_STEPS) - 1, 0), LONGEST_PAUSE_S)

    def _paused_s(self) -> float:
        steps = min(self.refusals_in_a_row, MOST_STEPS) - SHUT_OUT_AFTER
        return min(FIRST_PAUSE_S * PAUSE_GROWS_BY**steps, LONGEST_PAUSE_S)

    def keep(self, now: float, wait_s: float, reason: str) -> None:
        """Hold for `wait_s` and up to a tenth more, unless a longer hold is in force."""
        until = now + wait_s * (1 + self._rng.uniform(0, JITTER_SHARE))
        if until <= self.until:
            return
        if now >= self.until:
            self._earlier_s = self.held_s(now)
            self._since = now
        self.until, self.reason, self.is_tried = until, reason, False

    def await_window(self, now: float, wait_s: float, reason: str) -> None:
        """Hold until a window has turned, which explains the refusals so far: they are no row any more."""
        self.refusals_in_a_row = min(self.refusals_in_a_row, 1)
        self.keep(now, wait_s, reason)

    def passed(self, started_at: float) -> None:
        """Note that a request was not refused; one sent after the hold ends the row of refusals."""
        if started_at < self.until:
            return
        if self.refusals_in_a_row >= SHUT_OUT_AFTER:
            # It may have opened earlier. No try is spent on finding out when.
            self._shut_out_s = min(started_at - self._row_began_at, LONGEST_PAUSE_S)
        self.refusals_in_a_row = 0
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
