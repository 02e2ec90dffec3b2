"""Retries: how long one number waits, and how many retries a run may make in total."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    from validator.pacing.lane.retry_strategies import RetryStrategies

# One retry for ten first attempts is the ratio of Google's SRE book ("Handling Overload"). The other values
# let small runs retry (Finagle's budget has such a floor too), and keep long runs from saving up many
# retries.
RETRY_SHARE = 0.1
RESERVE = 10.0
MOST_SAVED = 100.0
FLOOR_EVERY_S = 5.0

# Ten tenths add up to a little less than one.
ONE = 1 - 1e-9


class RetryPolicy:
    """Decides whether a number gets another attempt, and after how long.

    Args:
        max_attempts: attempts for one number, the first included.
        rng: spreads the delays.
    """

    def __init__(self, *, max_attempts: int = 6, rng: random.Random) -> None:
        self._max_attempts = max_attempts
        self._rng = rng

    def delay_s(self, attempts: int) -> float:
        """Return the seconds to wait after that many attempts: 1 s to 2 s at first, at most 1 s to 60 s."""
        return self._strategies.delay_s(attempts)

    def exhausted(self, attempts: int) -> bool:
        """Whether no attempt is left after that many."""
        return self._strategies.exhausted(attempts)

    @cached_property
    def _strategies(self) -> RetryStrategies:
        from validator.pacing.lane.retry_strategies import RetryStrategies  # noqa: PLC0415 - most runs retry nothing

        return RetryStrategies(self._max_attempts, self._rng)


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
