"""Canaries: numbers known to be registered, which show whether a session's answers are still true."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

    from validator.model import Number

# Enough that no number is asked about very often, and few enough to need hardly any memory.
MOST_FOUND = 50


class Canaries:
    """The canaries of one run, for all its sessions: those known at the start, then those found in the run.

    Args:
        known: numbers known to be registered before the run.
        rng: chooses which of those found are kept.

    Attributes:
        dropped: canaries known at the start that turned out not to be registered.
    """

    def __init__(self, known: Iterable[Number] = (), *, rng: random.Random) -> None:
        self.dropped: list[Number] = []
        self._known = deque(dict.fromkeys(known))
        self._unspent = dict.fromkeys(self._known)
        self._found: deque[Number] = deque()
        self._seen = 0
        self._rng = rng

    def __len__(self) -> int:
        """How many canaries there are."""
        return len(self._known) + len(self._found)

    @property
    def unspent(self) -> list[Number]:
        """Those known at the start that no caching gateway has called registered in this run."""
        return list(self._unspent)

    def found(self, number: Number) -> None:
        """Record a number that was just found registered; all found numbers are kept with equal chance."""
        self._seen += 1
        if len(self._found) < MOST_FOUND:
            self._found.append(number)
        elif (place := int(self._rng.random() * self._seen)) < MOST_FOUND:
            self._found[place] = number

    def choose(self, most: int) -> list[Number]:
        """Return up to `most` canaries: those known at the start first, the longest unused first."""
        return [*self._known, *self._found][:most]

    def spare(self) -> Number | None:
        """Return one to test whether the session answers; those found come first, so that it varies."""
        return next(iter([*self._found, *self._known]), None)

    def used(self, number: Number) -> None:
        """Record that a number was asked about: others come before it the next time."""
        for group in (self._known, self._found):
            if number in group:
                group.remove(number)
                group.append(number)

    def spend(self, number: Number) -> None:
        """Record that a caching gateway called a number registered: from now on it may do so unasked."""
        self._unspent.pop(number, None)

    def drop(self, number: Number) -> None:
        """Record that a number is no canary."""
        self._unspent.pop(number, None)
        if number in self._known:
            self._known.remove(number)
            self.dropped.append(number)
        elif number in self._found:
            self._found.remove(number)


# A canary may itself cause the failure, so others are tried; not all of them, if none is answered.
MOST_IN_VAIN = 3


class CanaryTurns:
    """Which canary one session is asked about next; those without an answer come last.

    Args:
        canaries: the run's canaries.
        once: whether each is asked about only once in a run.

    Attributes:
        in_a_row: how many got no answer since the last that got one.
    """

    def __init__(self, canaries: Canaries, *, once: bool) -> None:
        self.in_a_row = 0
        self._canaries = canaries
        self._once = once
        self._in_vain: set[Number] = set()

    @property
    def is_hopeless(self) -> bool:
        """Whether no further one is worth trying now."""
        return self.in_a_row >= min(MOST_IN_VAIN, len(self.pool(MOST_IN_VAIN)))

    def are_left(self, *, last: bool) -> bool:
        """Whether there is one to ask about; if each is used only once, one is kept for the end."""
        return len(self.pool(len(self._canaries))) > (self._once and not last)

    def choose(self) -> Number:
        """Return the next one. There must be one."""
        pool = self.pool(len(self._canaries))
        return next((number for number in pool if number not in self._in_vain), pool[0])

    def pool(self, most: int) -> list[Number]:
        """Return up to `most` canaries whose answers would show something."""
        return self._canaries.unspent[:most] if self._once else self._canaries.choose(most)

    def confirmed(self, number: Number) -> bool:
        """Record that one was called registered; return whether the answer may come from a cache."""
        is_cached = self._once and number not in self._canaries.unspent
        self._canaries.used(number)
        self._spend(number)
        return is_cached

    def found(self, number: Number) -> None:
        """Record that the session called a number of the list registered."""
        self._canaries.found(number)
        self._spend(number)

    def _spend(self, number: Number) -> None:
        if self._once:
            self._canaries.spend(number)

    def answered(self, number: Number) -> None:
        """Record that one was answered."""
        self.in_a_row = 0
        self._in_vain.discard(number)

    def not_answered(self, number: Number) -> None:
        """Record that one got no answer."""
        self.in_a_row += 1
        self._in_vain.add(number)
        self._canaries.used(number)
