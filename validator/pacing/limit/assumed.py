"""The limit to go by while no reply and no option states one."""

from __future__ import annotations

import math
from typing import Protocol

# One request a second: the pace until a reply or the user states more, unless the gateway names its own. A
# linked phone number is at stake, so nothing larger is tried out unasked.
DEFAULT_PER_MIN = 60.0


class Assumption(Protocol):
    """A limit to go by while nobody tells one.

    Attributes:
        told_by: who told it, in a report.
        opens_at: until when the server is taken to refuse everything; in the past where it is not.
    """

    told_by: str
    opens_at: float

    def per_min(self, now: float) -> float:
        """Return the requests a minute to go by now."""
        ...

    def passed(self, started_at: float, now: float) -> None:
        """Record a request that was not refused."""
        ...

    def refused(self, started_at: float, now: float, retry_after_s: float | None) -> bool:
        """Record a refusal; say whether the assumption has taken account of it."""
        ...


class DefaultPace:
    """Assumes the gateway's default pace, whatever happens. An `Assumption`."""

    told_by = "lowest plan"
    opens_at = -math.inf

    def __init__(self, per_min: float) -> None:
        self._per_min = per_min

    def per_min(self, now: float) -> float:  # noqa: ARG002 - the protocol's
        """Return the default."""
        return self._per_min

    def passed(self, started_at: float, now: float) -> None:
        """Change nothing."""

    def refused(self, started_at: float, now: float, retry_after_s: float | None) -> bool:  # noqa: ARG002
        """Change nothing: somebody else has to slow down for it."""
        return False
