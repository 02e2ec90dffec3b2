"""Requests that are refused in a row: the session may be lost, whatever the refusals say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validator.errors import ApiError

# One or two refusals may be about their numbers; after three in a row the session's status is asked for.
ENOUGH = 3
# If a session reports "connected" and refuses everything, the pauses between status requests grow.
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 60.0
# After so many refusals in a row, with the status "ready" each time, refusals count at once.
MOST_WITHHELD = 48
# After so many failed status requests (about a minute) a refusal counts, one after each status request.
MOST_UNSEEN = 5


class RefusalStreak:
    """Withholds refusals until it is known whether the session works: only then do they count.

    An answer shows that it works: the refusals before it count. After three refusals in a row the session's
    status is asked for, once. If the session is ready, they count, and the next status request comes after
    twice as many refusals, up to 48. If it is not ready, they say nothing about their numbers.

    If the status request fails, requests are tried one by one, with pauses from 2 s to 60 s, and refusals in
    that time are void. From the fifth failed status request on they count. To spend few requests on a lost
    session, no more are in flight than the streak needs until the next status request.

    Args:
        by_status: whether the gateway offers a session's status; if not, refusals count at once.

    Attributes:
        length: how many requests were refused since the last answer.
        stands: whether the withheld refusals count; None while that is not decided.
    """

    def __init__(self, *, by_status: bool) -> None:
        self.stands: bool | None = True
        self._by_status = by_status
        self._withheld: list[ApiError] = []
        self.length = self._unseen = 0
        self._look_after: float = ENOUGH
        self._look_at = -math.inf
        self._pause_s = FIRST_PAUSE_S

    @property
    def withholds(self) -> bool:
        """Whether a refusal waits until it is known whether the session works."""
        return self._by_status and self._look_after < math.inf

    @property
    def is_blind(self) -> bool:
        """Whether the last status requests failed: then a refusal may have any cause."""
        return 0 < self._unseen < MOST_UNSEEN

    @property
    def wants_status(self) -> bool:
        """Whether the session's status has to be asked for before anything else."""
        return self._by_status and self.length >= self._look_after

    def ready_at(self, now: float, in_flight: int) -> float:
        """Return when one more request may start; infinity: after one in flight has ended."""
        if self.wants_status:
            return max(now, self._look_at)
        is_full = self._by_status and self.length > 0 and in_flight >= self._look_after - self.length
        return math.inf if is_full else now

    def refused(self, failure: ApiError, *, withheld: bool) -> None:
        """Record a refused request.

        Args:
            failure: how it was refused.
            withheld: whether it is withheld; a transient failure is not.
        """
        self.length += 1
        self.stands = None
        self._withheld += [failure] if withheld else []

    def answered(self) -> list[ApiError]:
        """Record an answer; return the refusals that count now."""
        if not (self.length or self._unseen):
            self.stands = True
            return []
        counting = self._rule(stands=not self.is_blind)
        self._start_again()
        return counting

    def ready(self, now: float) -> list[ApiError]:
        """Record that the session is ready; return the refusals that count now."""
        counting = self._rule(stands=not self.is_blind)
        self._unseen = 0
        self._put_off(now, 2 * self.length if self.length < MOST_WITHHELD else math.inf)
        return counting

    def lost(self) -> None:
        """Record that the session is not ready: the refusals say nothing about their numbers."""
        self._start_again()
        self._rule(stands=False)

    def unseen(self, now: float) -> list[ApiError]:
        """Record that the status request failed; return the refusals that count in spite of that."""
        self._put_off(now, self.length + 1)
        self._unseen += 1
        return self._rule(stands=True) if self._unseen >= MOST_UNSEEN else []

    def look_now(self) -> None:
        """Ask for the status although the streak is short: no other number is left to ask about."""
        if self._withheld:
            self._look_after = min(self._look_after, self.length)

    def _rule(self, *, stands: bool) -> list[ApiError]:
        self.stands = stands
        withheld, self._withheld = self._withheld, []
        return withheld if stands else []

    def _put_off(self, now: float, look_after: float) -> None:
        if not self.length:
            return
        self._look_after = max(ENOUGH, look_after)
        self._look_at = now + self._pause_s
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)

    def _start_again(self) -> None:
        self.length = self._unseen = 0
        self._look_after = ENOUGH
        self._pause_s = FIRST_PAUSE_S
