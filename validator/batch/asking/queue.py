"""The numbers a run still has to ask about: fresh ones in order, and retries until they are due.

A queue is filled when it is created, or it stays open and is fed during the run (`feeding`).
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from typing import TYPE_CHECKING

from validator.batch.asking.check import Check
from validator.model import Number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from validator.batch.asking.array import Array


class Queue:
    """Returns the next check to make. A check that waits for its retry uses no slot and no worker.

    A check that comes back because its attempt does not count goes behind all others. If its number causes
    errors at the provider, other numbers must have their turn before it is asked about again.

    Args:
        numbers: the numbers to ask about, in order.
        count: how many numbers there are.
        are_again: whether they were answered before.

    Attributes:
        is_open: whether more numbers may come.
        coming: how many more numbers are to come, as far as it is known.
        suspects: checks that were refused together; one of each array is the cause.
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
        self.suspects: deque[Array] = deque()
        self._sequence = 0

    def __len__(self) -> int:
        """How many checks of all kinds wait here."""
        return self.left - self.coming

    @property
    def left(self) -> int:
        """How many checks of all kinds wait here or are to come."""
        suspected = sum(len(array.checks) for array in self.suspects) if self.suspects else 0
        waiting = self._given + len(self._fed) + len(self._returned) + len(self._parked) + suspected
        return waiting + self.coming

    @property
    def fresh(self) -> int:
        """How many numbers have not been taken yet."""
        return self._given + len(self._fed)

    @property
    def parked(self) -> int:
        """How many checks wait for a retry."""
        return len(self._parked)

    def ready_at(self, now: float, *, retries_from: Callable[[float], float]) -> float:
        """Return when the next check can be taken: `now` at the earliest, infinity if none waits.

        Args:
            now: the current time.
            retries_from: returns when the retry budget next allows a retry, given the current time.
        """
        if self._given or self._fed or self._returned or self.suspects:
            return now
        return max(now, self._parked[0][0], retries_from(now)) if self._parked else math.inf

    def take(self, now: float, *, retries_from: Callable[[float], float]) -> Check:
        """Take a parked check that is due, or a fresh one, or a returned one, in this order.

        Must only be called if `ready_at` returns `now` and there are no `suspects`.
        """
        if self._parked and max(self._parked[0][0], retries_from(now)) <= now:
            return heapq.heappop(self._parked)[2]
        if self._given:
            self._given -= 1
            return Check(Number(next(self._numbers)), is_again=self._are_again)
        if self._fed:
            return Check(Number(self._fed.popleft()), is_again=self._are_again)
        return self._returned.popleft()

    def feed(self, numbers: Iterable[int]) -> None:
        """Add numbers behind the fresh ones."""
        self._fed.extend(numbers)

    def suspect(self, array: Array) -> None:
        """Put back checks that a gateway has refused together because of one of them."""
        self.suspects.append(array)

    def take_suspects(self) -> Array:
        """Take checks that were refused together, as one half and the others. There must be some."""
        return self.suspects.popleft().halved()

    def give_back(self, *checks: Check) -> None:
        """Put back checks whose last attempt does not count."""
        for check in checks:
            check.is_retry = False
        self._returned.extend(checks)

    def put_back(self, numbers: Iterable[int]) -> None:
        """Put back numbers whose checks had ended, as new checks."""
        self._returned.extend(Check(Number(number), is_again=True) for number in numbers)

    def park(self, check: Check, due: float) -> None:
        """Put back a check for a retry at `due` or later. Checks that are due at once keep their order."""
        check.is_retry = True
        self._sequence += 1
        heapq.heappush(self._parked, (due, self._sequence, check))
