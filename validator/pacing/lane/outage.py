"""How long a session has not answered, and when that ends its lane."""

from __future__ import annotations

import math

from validator.errors import ApiError, StoppedEarly
from validator.pacing.measures.units import waiting_s


class Outage:
    """The time since a session last answered, counted while something fails.

    Args:
        session: its id, for the message.
        max_outage_s: how long it may last, in seconds.

    Attributes:
        trouble: what failed last.
        since: when it began; infinity while nothing fails.
    """

    def __init__(self, session: str, max_outage_s: float) -> None:
        self.trouble: ApiError | str = ""
        self._session = session
        self._max_outage_s = max_outage_s
        self.since = math.inf

    @property
    def ends_at(self) -> float:
        """When the lane ends if no answer comes; infinite while nothing fails."""
        return self.since + self._max_outage_s

    def answered(self) -> None:
        """Record an answer, which ends an outage."""
        self.since = math.inf

    def fruitless(self, now: float, trouble: ApiError | str) -> None:
        """Record a failure. The outage begins with the first, after the wait that the provider asked for."""
        asked_s = waiting_s(trouble.rate.retry_after_s) if isinstance(trouble, ApiError) else 0.0
        self.trouble = trouble
        self.since = min(self.since, now + asked_s)

    def error(self, now: float) -> StoppedEarly | None:
        """Return why the run ends if the outage has lasted too long, or None."""
        if now < self.ends_at:
            return None
        return StoppedEarly(
            f"session {self._session} has had no answer for {self._max_outage_s:,.0f} s, the --max-outage "
            f"(last: {self.trouble})"
        )
