"""Requests that are refused one after the other: the session may be lost, whatever the refusals say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validator.errors import ApiError

# One or two may be about their numbers; three in a row are worth one look at the session.
ENOUGH = 3
# What calls itself connected and refuses everything is looked at ever later, and asked ever less meanwhile.
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 60.0
# So many in a row of a session that calls itself ready each time: then they count at once.
MOST_WITHHELD = 48
# Looks without a status, about a minute of them: then a refusal is taken at its word, one after each look.
MOST_UNSEEN = 5


class RefusalStreak:
    """Withholds what refusals mean for their numbers until it is known whether the session works.

    An answer shows that it does: the refusals before it count. After three in a row without an answer the
    session's status is asked for, once. If it is ready, they count, and it is asked for again after twice as
    many, up to 48; if not, they say nothing about their numbers. If the status cannot be had, one request
    after the other is tried, with pauses from 2 s to 60 s, and what is refused meanwhile is void; from the
    fifth look in vain on it counts. So that few requests are spent on a lost session, no more are in flight
    than the streak lacks.

    Args:
        by_status: whether the gateway offers a session's status; if not, refusals count at once.

    Attributes:
        stands: whether the refusals withheld until now count; None while that is open.
    """

    def __init__(self, *, by_status: bool) -> None:
        self.stands: bool | None = True
        self._by_status = by_status
        self._withheld: list[ApiError] = []
        self._length = self._unseen = 0
        self._look_after: float = ENOUGH
        self._look_at = -math.inf
        self._pause_s = FIRST_PAUSE_S

    @property
    def withholds(self) -> bool:
        """Whether a refusal waits until it is known whether the session works."""
        return self._by_status and self._look_after < math.inf

    @property
    def is_blind(self) -> bool:
        """Whether the status was asked for in vain: what is refused then may be about anything."""
        return 0 < self._unseen < MOST_UNSEEN

    @property
    def wants_status(self) -> bool:
        """Whether the session's status has to be asked for before anything else."""
        return self._by_status and self._length >= self._look_after

    def ready_at(self, now: float, in_flight: int) -> float:
        """Return when a request may start beside those in flight; infinity: when one of them has ended."""
        if self.wants_status:
            return max(now, self._look_at)
        is_full = self._by_status and self._length > 0 and in_flight >= self._look_after - self._length
        return math.inf if is_full else now

    def refused(self, failure: ApiError, *, withheld: bool) -> None:
        """Record a refused request.

        Args:
            failure: how it was refused.
            withheld: whether its meaning for its numbers waits; it does not if it may pass by itself.
        """
        self._length += 1
        self.stands = None
        self._withheld += [failure] if withheld else []

    def answered(self) -> list[ApiError]:
        """Record an answer; return the refusals that count now."""
        counting = self._rule(stands=not self.is_blind)
        self._start_again()
        return counting

    def ready(self, now: float) -> list[ApiError]:
        """Record that the session is ready; return the refusals that count now."""
        counting = self._rule(stands=not self.is_blind)
        self._unseen = 0
        self._put_off(now, 2 * self._length if self._length < MOST_WITHHELD else math.inf)
        return counting

    def lost(self) -> None:
        """Record that the session is not ready: the refusals say nothing about their numbers."""
        self._start_again()
        self._rule(stands=False)

    def unseen(self, now: float) -> list[ApiError]:
        """Record that the status could not be had; return the refusals that count all the same."""
        self._put_off(now, self._length + 1)
        self._unseen += 1
        return self._rule(stands=True) if self._unseen >= MOST_UNSEEN else []

    def look_now(self) -> None:
        """Have the status asked for although the streak is short: no other number is left to ask."""
        if self._withheld:
            self._look_after = min(self._look_after, self._length)

    def _rule(self, *, stands: bool) -> list[ApiError]:
        self.stands = stands
        withheld, self._withheld = self._withheld, []
        return withheld if stands else []

    def _put_off(self, now: float, look_after: float) -> None:
        if not self._length:
            return
        self._look_after = max(ENOUGH, look_after)
        self._look_at = now + self._pause_s
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)

    def _start_again(self) -> None:
        self._length = self._unseen = 0
        self._look_after = ENOUGH
        self._pause_s = FIRST_PAUSE_S
