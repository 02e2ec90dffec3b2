"""The numbers a run still has to ask about: fresh ones in order, and parked ones until they are due.

A queue is filled when it is made, or stays open and is fed while its numbers are asked about (`feeding`).
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from typing import TYPE_CHECKING

from validator.batch.asking.check import Check
from validator.model import Number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from validator.batch.asking.array import Array


class Queue:
    """Hands out checks; one that waits for its retry holds no slot and no worker until it is due.

    A check that came back because its attempt does not count goes behind all others: if the number itself is
    what the provider stumbles over, it must not be the one that is asked about again and again meanwhile.

    Args:
        numbers: the numbers to ask, in order.
        count: how many there are.
        are_again: whether they were answered before.

    Attributes:
        is_open: whether more numbers may come.
        coming: how many more are to come, as far as is known.
    """

    def __init__(self, numbers: Iterable[int], count: int, *, are_again: bool = False) -> None:
        self.is_open = False
        self.coming = 0
        self._numbers = iter(numbers)
        self._given = count
        self._fed: deque[int] = deque()
        self._are_again = are_again
        self._returned: deque[Check] = deque()
        self._parked: list[tuple[float, int, Check]] = []
        self._suspects: deque[Array] = deque()
        self._sequence = 0

    def __len__(self) -> int:
        """How many checks wait here, of every kind."""
        suspected = sum(len(array.checks) for array in self._suspects)
        return self.fresh + len(self._returned) + len(self._parked) + suspected

    @property
    def fresh(self) -> int:
        """How many numbers wait that have not been handed out yet."""
        return self._given + len(self._fed)

    @property
    def parked(self) -> int:
        """How many checks wait for a retry."""
        return len(self._parked)

    def ready_at(self, now: float, *, retries_from: float) -> float:
        """Return when the next check can be handed out: `now` at the earliest, infinity if none waits.

        Args:
            now: the current time.
            retries_from: when the retry budget next allows a retry.
        """
        if self.fresh or self._returned or self._suspects:
            return now
        return max(now, self._parked[0][0], retries_from) if self._parked else math.inf

    def take(self, now: float, *, retries_from: float) -> Check:
        """Hand out a parked check that is due, or a fresh one, or a returned one, in this order.

        Must only be called when `ready_at` says `now`, and `take_suspects` has returned None.
        """
        if self._parked and max(self._parked[0][0], retries_from) <= now:
            return heapq.heappop(self._parked)[2]
        if self.fresh:
            return Check(Number(self._next_fresh()), is_again=self._are_again)
        return self._returned.popleft()

    def _next_fresh(self) -> int:
        if self._given:
            self._given -= 1
            return next(self._numbers)
        return self._fed.popleft()

    def feed(self, numbers: Iterable[int]) -> None:
        """Add numbers behind those that have not been handed out yet."""
        self._fed.extend(numbers)

    def suspect(self, array: Array) -> None:
        """Take back checks that a gateway has refused together, for one of them."""
        self._suspects.append(array)

    def take_suspects(self) -> Array | None:
        """Hand out the first half of checks that were refused together, with the others; None without any."""
        return self._suspects.popleft().halved() if self._suspects else None

    def give_back(self, *checks: Check) -> None:
        """Take back checks whose last attempt does not count."""
        for check in checks:
            check.is_retry = False
        self._returned.extend(checks)

    def put_back(self, numbers: Iterable[int]) -> None:
        """Take numbers back whose checks had ended, to be asked about as if they never had been."""
        self._returned.extend(Check(Number(number), is_again=True) for number in numbers)

    def park(self, check: Check, due: float) -> None:
        """Keep a check until `due`, when it may be retried; among equals the first parked comes first."""
        check.is_retry = True
        self._sequence += 1
        heapq.heappush(self._parked, (due, self._sequence, check))
