"""Retries: how long one number waits, and how many retries a run may make in total."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tenacity import RetryCallState, Retrying, stop_after_attempt, wait_exponential
from tenacity.wait import wait_base

if TYPE_CHECKING:
    import random

# The provider's documentation: from 1 s, doubling, capped at 60 s.
SHORTEST_DELAY_S = 1.0
LONGEST_DELAY_S = 60.0

# One retry for ten first attempts is the ratio of Google's SRE book ("Handling Overload"). The other values
# let small runs retry (Finagle's budget has such a floor too), and keep long runs from saving up many
# retries.
RETRY_SHARE = 0.1
RESERVE = 10.0
MOST_SAVED = 100.0
FLOOR_EVERY_S = 5.0

# Ten tenths add up to a little less than one.
ONE = 1 - 1e-9


class _FullJitter(wait_base):
    """A uniformly random delay up to a growing bound ("full jitter", AWS Architecture Blog, 2015).

    Tenacity's `wait_random_exponential` uses the global random generator, so that a run could not be
    repeated from its seed. Its first delay has no range to spread over either.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._bound = wait_exponential(
            multiplier=2 * SHORTEST_DELAY_S, min=SHORTEST_DELAY_S, max=LONGEST_DELAY_S
        )

    def __call__(self, retry_state: RetryCallState) -> float:
        return self._rng.uniform(SHORTEST_DELAY_S, self._bound(retry_state))


class RetryPolicy:
    """Decides whether a number gets another attempt, and after how long.

    Args:
        max_attempts: attempts for one number, the first included.
        rng: spreads the delays.
    """

    def __init__(self, *, max_attempts: int = 6, rng: random.Random) -> None:
        # Never run: it only holds the strategies. They are called with a count only, since tenacity's elapsed
        # time reads the system's clock.
        self._strategies = Retrying(stop=stop_after_attempt(max_attempts), wait=_FullJitter(rng))

    def delay_s(self, attempts: int) -> float:
        """Return the seconds to wait after that many attempts: 1 s to 2 s at first, at most 1 s to 60 s."""
        return float(self._strategies.wait(self._after(attempts)))

    def exhausted(self, attempts: int) -> bool:
        """Whether no attempt is left after that many."""
        return bool(self._strategies.stop(self._after(attempts)))

    def _after(self, attempts: int) -> RetryCallState:
        state = RetryCallState(self._strategies, None, (), {})
        state.attempt_number = attempts
        return state


class RetryBudget:
    """How many retries a run may make: a tenth of its first attempts, and a few more.

    If the budget is empty, retries wait; none is dropped. A run without further first attempts still gets one
    retry every five seconds.

    Args:
        share: retries earned by one first attempt.
        floor: retries at the start.
        floor_every_s: if the budget is empty, one retry is allowed in this many seconds.
    """

    def __init__(
        self, *, share: float = RETRY_SHARE, floor: float = RESERVE, floor_every_s: float = FLOOR_EVERY_S
    ) -> None:
        self._share = share
        self._saved = floor
        self._floor_every_s = floor_every_s
        self._floor_at = -math.inf

    def first_attempt(self) -> None:
        """Record a number's first attempt, which earns a share of a retry; up to a hundred can be saved."""
        self._saved = min(self._saved + self._share, MOST_SAVED)

    def ready_at(self, now: float) -> float:
        """Return when the next retry is allowed, `now` at the earliest."""
        return now if self._saved >= ONE else max(now, self._floor_at)

    def time_for_s(self, count: int, now: float) -> float:
        """Return the seconds until `count` retries will have been allowed, without further first attempts."""
        beyond = count - int(self._saved / ONE)
        if beyond <= 0:
            return 0.0
        return max(0.0, self._floor_at - now) + (beyond - 1) * self._floor_every_s

    def may_retry(self, now: float) -> bool:
        """Whether a retry is allowed now."""
        return self.ready_at(now) <= now

    def take(self, now: float) -> None:
        """Spend one retry. `RuntimeError` if none is allowed."""
        if not self.may_retry(now):
            raise RuntimeError(f"a retry was taken {self._floor_at - now:.3f} s before the budget allows it")
        if self._saved >= ONE:
            self._saved -= 1
        else:
            self._floor_at = now + self._floor_every_s
