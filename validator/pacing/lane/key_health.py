"""The health of one API key, shared by all its lanes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from validator.pacing.lane.failure_kinds import FailureKind, classify_failure, refusal_of_key

if TYPE_CHECKING:
    from validator.errors import ApiError, Refused

# A gateway that restarts can refuse a good key for a moment; this long after, it is asked once more.
CONFIRM_AFTER_S = 2.0


class KeyHealth:
    """Finds out whether a refusal (401, 402, 403) of the key is meant.

    After the first nothing starts. When all that was in flight has ended, and two seconds have passed, one
    request goes out to confirm it: refused again, the key is given up; answered, everything goes on. If that
    request comes to nothing (a timeout, say), another follows two seconds later.

    Attributes:
        error: why the key is given up, or None.
    """

    def __init__(self) -> None:
        self.error: Refused | None = None
        self._doubt: ApiError | None = None
        self._confirm_at = -math.inf
        self._confirming = False
        self._in_flight = 0

    @property
    def doubt(self) -> ApiError | None:
        """The refusal that is being confirmed, or None."""
        return self._doubt

    def ready_at(self, now: float) -> float:
        """Return when the key lets a request start; infinity: when one in flight has ended."""
        if self._doubt is None:
            return now
        return math.inf if self._in_flight else max(now, self._confirm_at)

    def start(self) -> None:
        """Note a request that starts, for a check or for a look at a session."""
        self._in_flight += 1
        self._confirming = self._doubt is not None

    def cancel(self) -> None:
        """Note that a request was never sent."""
        self._in_flight -= 1
        self._confirming = False

    def finish(self, now: float, failure: ApiError | None) -> None:
        """Record how a request ended. While a refusal is being confirmed, only that request counts."""
        self._in_flight -= 1
        confirming, self._confirming = self._confirming, False
        kind = classify_failure(failure) if failure else None
        if failure and kind is FailureKind.BAD_KEY:
            self._refused(now, failure, confirming=confirming)
        elif confirming and kind in {FailureKind.TRANSIENT, FailureKind.TOO_FAST, FailureKind.WRONG_SETTING}:
            self._confirm_at = now + CONFIRM_AFTER_S
        elif confirming:
            self._doubt = None

    def _refused(self, now: float, failure: ApiError, *, confirming: bool) -> None:
        if confirming:
            self.error = refusal_of_key(failure)
        elif self._doubt is None:
            self._doubt, self._confirm_at = failure, now + CONFIRM_AFTER_S
