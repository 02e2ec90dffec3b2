"""Whether one session is connected, and when to look at it while it is not."""

from __future__ import annotations

import math

from validator.model import READY, SessionState, SessionStatus

NOT_CONNECTED = SessionStatus(SessionState.NEEDS_PERSON, "disconnected")

FIRST_LOOK_AGAIN_S = 10.0
LONGEST_LOOK_AGAIN_S = 300.0


class SessionHealth:
    """Paused by a reply that says "not connected", resumed by a look that finds the session connected.

    The first look comes at once, the next ones after 10 s, 20 s and so on up to five minutes. A session that
    calls itself connected and then answers nothing does not start from the beginning again: only an answer
    does.

    Args:
        status: what a look before the first attempt found.

    Attributes:
        connected: whether the session is taken to be connected.
        looking: whether a look is under way.
        status: what the last look found.
    """

    def __init__(self, status: SessionStatus = READY) -> None:
        self.connected = status.is_ready
        self.looking = False
        self.status = status
        self._look_at = -math.inf
        self._again_s = 0.0

    def ready_at(self, now: float) -> float:
        """Return when to look at the session; infinity while a look is under way."""
        return math.inf if self.looking else max(now, self._look_at)

    def lost(self, now: float) -> None:
        """Record a reply that says "not connected"; several from one moment are one."""
        if self.connected:
            self.connected, self.status = False, NOT_CONNECTED
            self._put_off(now)

    def looked(self, now: float, status: SessionStatus) -> None:
        """Record what a look found."""
        self.looking = False
        self.status = status
        self.connected = status.is_ready
        if not self.connected:
            self._again_s = self._again_s or FIRST_LOOK_AGAIN_S
            self._put_off(now)

    def answered(self) -> None:
        """Record an answer: the session does work."""
        if self.connected:
            self._again_s = 0.0

    def _put_off(self, now: float) -> None:
        """Set the time of the next look: at once at first, then ever later."""
        self._look_at = now + self._again_s
        self._again_s = min(max(2 * self._again_s, FIRST_LOOK_AGAIN_S), LONGEST_LOOK_AGAIN_S)
