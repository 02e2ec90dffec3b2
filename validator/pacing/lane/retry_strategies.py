"""When to retry and when to give up, by tenacity's strategies. Imported with the first failure of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenacity import RetryCallState, Retrying, stop_after_attempt, wait_exponential
from tenacity.wait import wait_base

if TYPE_CHECKING:
    import random

# The provider's documentation: from 1 s, doubling, capped at 60 s.
SHORTEST_DELAY_S = 1.0
LONGEST_DELAY_S = 60.0


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


class RetryStrategies:
    """Tenacity's strategies, called with the count of attempts.

    Args:
        max_attempts: attempts for one number, the first included.
        rng: spreads the delays.
    """

    def __init__(self, max_attempts: int, rng: random.Random) -> None:
        # Never run: it only holds the strategies. They are called with a count only, since tenacity's elapsed
        # time reads the system's clock.
        self._retrying = Retrying(stop=stop_after_attempt(max_attempts), wait=_FullJitter(rng))

    def delay_s(self, attempts: int) -> float:
        """Return the seconds to wait after that many attempts."""
        return float(self._retrying.wait(self._after(attempts)))

    def exhausted(self, attempts: int) -> bool:
        """Whether no attempt is left after that many."""
        return bool(self._retrying.stop(self._after(attempts)))

    def _after(self, attempts: int) -> RetryCallState:
        state = RetryCallState(self._retrying, None, (), {})
        state.attempt_number = attempts
        return state
