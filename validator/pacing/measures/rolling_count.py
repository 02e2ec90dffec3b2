"""Counts recent events in constant memory."""

from __future__ import annotations

from collections import deque

# A window is counted in this many steps: seconds if the window is a minute.
STEPS = 60


class RollingCount:
    """How many events happened in the last `window_s` seconds, exact to a sixtieth of the window.

    It keeps a count for each step of the window instead of a time for each event: 60 numbers, for one event a
    minute as for a million.
    """

    def __init__(self, window_s: float) -> None:
        self._step_s = window_s / STEPS
        self._counts: deque[list[int]] = deque()  # of pairs: a step, and its count
        self._total = 0

    def add(self, now: float) -> None:
        """Count one event at `now`. Times never go back."""
        step = int(now // self._step_s)
        if self._counts and self._counts[-1][0] == step:
            self._counts[-1][1] += 1
        else:
            self._forget_before(step)
            self._counts.append([step, 1])
        self._total += 1

    def take_back(self, then: float) -> None:
        """Uncount one event that was counted at `then`; does nothing if it has left the window."""
        step = int(then // self._step_s)
        for counted in reversed(self._counts):
            if counted[0] == step:
                counted[1] -= 1
                self._total -= 1

    def total(self, now: float) -> int:
        """Return the count of the window that ends at `now`."""
        self._forget_before(int(now // self._step_s))
        return self._total

    def _forget_before(self, step: int) -> None:
        """Forget the counts that have left the window when this step begins."""
        while self._counts and self._counts[0][0] <= step - STEPS:
            self._total -= self._counts.popleft()[1]

    def clear(self) -> None:
        """Forget everything."""
        self._counts.clear()
        self._total = 0
