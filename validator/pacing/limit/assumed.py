"""The limit to use while no reply and no option states one."""

from __future__ import annotations

import math
from typing import Protocol

# One request a second: the pace until a reply or the user states more, unless the gateway has its own
# default. A linked phone number is at risk, so a higher pace is tried only on request.
DEFAULT_PER_MIN = 60.0


class Assumption(Protocol):
    """A limit to use while none is announced.

    Attributes:
        told_by: the source of the limit, for reports.
        opens_at: until when the server is expected to refuse everything; in the past if it is not.
    """

    told_by: str
    opens_at: float

    def per_min(self, now: float) -> float:
        """Return the limit to use now, in requests a minute."""
        ...

    def passed(self, started_at: float, now: float) -> None:
        """Record a request that was not refused."""
        ...

    def refused(self, started_at: float, now: float, retry_after_s: float | None) -> bool:
        """Record a refusal; return whether the assumption was adapted to it."""
        ...


class DefaultPace:
    """Assumes the gateway's default pace, whatever happens. An `Assumption`."""

    told_by = "the gateway's default"
    opens_at = -math.inf

    def __init__(self, per_min: float) -> None:
        self._per_min = per_min

    def per_min(self, now: float) -> float:  # noqa: ARG002 - the protocol's
        """Return the default."""
        return self._per_min

    def passed(self, started_at: float, now: float) -> None:
        """Change nothing."""

    def refused(self, started_at: float, now: float, retry_after_s: float | None) -> bool:  # noqa: ARG002
        """Change nothing: the caller has to slow down."""
        return False
