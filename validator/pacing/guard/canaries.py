"""Canaries: numbers known to be registered, by which a session shows whether it still tells the truth."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

    from validator.model import Number

# Enough that nobody's number is asked about over and over; few enough to be nothing in memory.
MOST_FOUND = 50


class Canaries:
    """The canaries of one run, for all its sessions: those known beforehand, then those found on the way.

    Args:
        known: numbers known to be registered before anything was asked.
        rng: chooses which of those found are kept.

    Attributes:
        dropped: canaries known beforehand that turned out to be none.
    """

    def __init__(self, known: Iterable[Number] = (), *, rng: random.Random) -> None:
        self.dropped: list[Number] = []
        self._known = deque(dict.fromkeys(known))
        self._found: deque[Number] = deque()
        self._seen = 0
        self._rng = rng

    def __len__(self) -> int:
        """How many canaries there are."""
        return len(self._known) + len(self._found)

    def found(self, number: Number) -> None:
        """Record a number that was just found registered; all found have the same chance to be kept."""
        self._seen += 1
        if len(self._found) < MOST_FOUND:
            self._found.append(number)
        elif (place := self._rng.randrange(self._seen)) < MOST_FOUND:
            self._found[place] = number

    def choose(self, most: int) -> list[Number]:
        """Return up to so many, those known beforehand first, the longest unused first."""
        return [*self._known, *self._found][:most]

    def spare(self) -> Number | None:
        """Return one for which any answer will do: of those found first, so that it is seldom the same."""
        return next(iter([*self._found, *self._known]), None)

    def used(self, number: Number) -> None:
        """Note that a number was asked about: others come before it the next time."""
        for group in (self._known, self._found):
            if number in group:
                group.remove(number)
                group.append(number)

    def drop(self, number: Number) -> None:
        """Note that a number is no canary."""
        if number in self._known:
            self._known.remove(number)
            self.dropped.append(number)
        elif number in self._found:
            self._found.remove(number)
