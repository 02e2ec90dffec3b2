"""The hold of a key: until when nothing may be sent, why, and how the pace rises again afterwards."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

# The provider's documentation: exponential backoff from 1 s, doubling.
FIRST_HOLD_S = 1.0
# At most 60 s after the refusal of a proxy: it may be an outage, and nothing announces the end of that.
LONGEST_OF_FRONT_S = 60.0
# A key that is refused so often in a row without a waiting time is blocked rather than too fast. Each try may
# prolong the block, so the next tries come after two minutes, eight, and half an hour at most.
SHUT_OUT_AFTER = 3
FIRST_PAUSE_S, LONGEST_PAUSE_S, PAUSE_GROWS_BY = 120.0, 1800.0, 4.0
# After so many refusals in a row every wait is the longest one.
MOST_STEPS = 12

FOR_ITS_RATE = "the provider refused a request for its rate"
BY_FRONT = "something before the provider answered 503, as it does for a rate that is too high"

# The largest share of a hold that is added at random: clients refused together do not come back together.
JITTER_SHARE = 0.1

# After a hold: half the pace, then a tenth of the full pace more with each step. A step is as long as the
# hold was, from one to five seconds. A hold of one second means that a bucket lacked one place: with steps of
# five seconds such a refusal would cost a fifth of the pace for 25 s.
RESUME_PACE = 0.5
PACE_STEP = 0.1
LEAST_STEP_S, MOST_STEP_S = 1.0, 5.0


class KeyBackoff:
    """Holds all requests until a time; a hold is never shortened.

    Args:
        rng: spreads the ends of holds.
        first_hold_s: the first wait after a refusal that names none; it doubles while refusals follow.

    Attributes:
        until: when sending may go on; in the past if nothing is held.
        reason: why, for the user.
        refusals_in_a_row: how many requests were refused one after the other, each sent after a hold.
    """

    def __init__(self, rng: random.Random, first_hold_s: float = FIRST_HOLD_S) -> None:
        self.until = -math.inf
        self.reason = ""
        self.is_tried = True
        self._rng = rng
        self._first_hold_s = first_hold_s
        self._since = -math.inf
        self._earlier_s = 0.0
        self.refusals_in_a_row = 0
        self._row_began_at = -math.inf
        self._shut_out_s = 0.0

    def refuse(self, started_at: float, now: float, asked_s: float, *, by_front: bool = False) -> None:
        """Hold after a refusal: as long as asked, at least 1 s, and longer after each refusal in a row.

        Args:
            started_at: when the refused request was sent. If it was sent before the current hold, it says
                nothing about the time after that hold.
            now: when the refusal came.
            asked_s: the waiting time that the server asks for, 0 if it states none.
            by_front: whether a proxy in front of the provider refused, which may also be an outage.
        """
        if started_at >= self.until:
            self.refusals_in_a_row += 1
            self._row_began_at = now if self.refusals_in_a_row == 1 else self._row_began_at
        if by_front:
            self.keep(now, min(self._doubled_s(FIRST_HOLD_S), LONGEST_OF_FRONT_S), BY_FRONT)
        elif asked_s:
            why = f"{FOR_ITS_RATE}, asking for {asked_s:,.0f} s"
            self.keep(now, max(asked_s, self._doubled_s(self._first_hold_s)), why)
        elif self.refusals_in_a_row >= SHUT_OUT_AFTER:
            why = f"the provider refused {self.refusals_in_a_row} requests in a row, and names no wait"
            self.keep(now, max(self._paused_s(), self._shut_out_s), why)
        else:
            self.keep(now, max(self._doubled_s(self._first_hold_s), self._shut_out_s), FOR_ITS_RATE)

    def _doubled_s(self, first_s: float) -> float:
        return min(first_s * 2.0 ** max(min(self.refusals_in_a_row, MOST_STEPS) - 1, 0), LONGEST_PAUSE_S)

    def _paused_s(self) -> float:
        steps = min(self.refusals_in_a_row, MOST_STEPS) - SHUT_OUT_AFTER
        paused_s = min(FIRST_PAUSE_S * PAUSE_GROWS_BY**steps, LONGEST_PAUSE_S)
        return max(paused_s, self._doubled_s(self._first_hold_s))

    def keep(self, now: float, wait_s: float, reason: str) -> None:
        """Hold for `wait_s` and up to a tenth more, unless the current hold is longer."""
        until = now + wait_s * (1 + self._rng.uniform(0, JITTER_SHARE))
        if until <= self.until:
            return
        if now >= self.until:
            self._earlier_s = self.held_s(now)
            self._since = now
        self.until, self.reason, self.is_tried = until, reason, False

    def await_window(self, now: float, wait_s: float, reason: str) -> None:
        """Hold until a window resets. That explains the refusals so far: their count starts again."""
        self.refusals_in_a_row = min(self.refusals_in_a_row, 1)
        self.keep(now, wait_s, reason)

    def passed(self, started_at: float) -> None:
        """Record a request that was not refused; one sent after the hold ends the series of refusals."""
        if started_at < self.until:
            return
        if self.refusals_in_a_row >= SHUT_OUT_AFTER:
            # The block may have ended earlier. No request is spent to find out when.
            self._shut_out_s = min(started_at - self._row_began_at, LONGEST_PAUSE_S)
        self.refusals_in_a_row = 0
        self.is_tried = True

    def pace(self, now: float) -> float:
        """Return the share of the full pace to use: 1, except in the 25 s after a hold."""
        if self.until == -math.inf:
            return 1.0
        step_s = min(max(self.until - self._since, LEAST_STEP_S), MOST_STEP_S)
        return min(1.0, RESUME_PACE + PACE_STEP * (max(0.0, now - self.until) // step_s))

    def held_s(self, now: float) -> float:
        """Return how long requests have been held in total."""
        if self.until == -math.inf:
            return 0.0
        return self._earlier_s + min(now, self.until) - self._since
