"""Whether one session is connected, and when to ask for its status while it is not."""

from __future__ import annotations

import math

from validator.model import READY, SessionState, SessionStatus

NOT_CONNECTED = SessionStatus(SessionState.NEEDS_PERSON, "disconnected")

FIRST_LOOK_AGAIN_S = 10.0
LONGEST_LOOK_AGAIN_S = 300.0


class SessionHealth:
    """A reply "not connected" pauses the session; a status request ("look") that finds it ready resumes it.

    The first look comes at once, the next ones after 10 s, 20 s and so on up to five minutes. Only an answer
    to a check resets these intervals, since a session may report "connected" and still not answer.

    Args:
        status: the session's status before the first attempt.

    Attributes:
        connected: whether the session is assumed to be connected.
        looking: whether a look is in progress.
        status: the result of the last look.
    """

    def __init__(self, status: SessionStatus = READY) -> None:
        self.connected = status.is_ready
        self.looking = False
        self.status = status
        self._look_at = -math.inf
        self._again_s = 0.0

    def ready_at(self, now: float) -> float:
        """Return when to look at the session; infinity while a look is in progress."""
        return math.inf if self.looking else max(now, self._look_at)

    def lost(self, now: float) -> None:
        """Record a reply that says "not connected"; several at the same time count as one."""
        if self.connected:
            self.connected, self.status = False, NOT_CONNECTED
            self._put_off(now)

    def looked(self, now: float, status: SessionStatus) -> None:
        """Record the result of a look."""
        self.looking = False
        self.status = status
        self.connected = status.is_ready
        if not self.connected:
            self._again_s = self._again_s or FIRST_LOOK_AGAIN_S
            self._put_off(now)

    def answered(self) -> None:
        """Record an answer to a check: the session works."""
        if self.connected:
            self._again_s = 0.0

    def _put_off(self, now: float) -> None:
        """Set the time of the next look: at once at first, then after growing intervals."""
        self._look_at = now + self._again_s
        self._again_s = min(max(2 * self._again_s, FIRST_LOOK_AGAIN_S), LONGEST_LOOK_AGAIN_S)
