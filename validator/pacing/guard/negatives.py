"""The "no"s of one session: how many were received, vouched for and settled, and the decisions on them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, assert_never

from validator.pacing.decisions import Confirm, Invalidate
from validator.pacing.guard.continuity import Continuity, Interruption, Vouched
from validator.pacing.guard.protocol import Checkpoint

if TYPE_CHECKING:
    from validator.pacing.decisions import Ruling


class Negatives:
    """Counts the "no"s of a session by their ordinals, which begin at 1.

    Attributes:
        heard: how many were received.
        vouched: the last ordinal that a later "yes" vouches for.
        settled: the last ordinal that is confirmed or invalidated.
        owed: how many were invalidated since the session's last "yes".
        oldest_at: all "no"s that wait were received at this time or later.
        generation: how often the session was interrupted, lost or given up.
    """

    def __init__(self) -> None:
        self.heard = self.vouched = self.settled = self.owed = self.generation = 0
        self.oldest_at = -math.inf
        self._continuity = Continuity()
        self._rulings: list[Ruling] = []

    @property
    def unverified(self) -> int:
        """How many wait for a "yes", including those invalidated since the last "yes"."""
        return self.heard - self.settled + self.owed

    def are_due(self, now: float, *, most: int, most_s: float) -> bool:
        """Whether `most` wait, or one may have waited for `most_s` seconds."""
        waiting = self.heard - self.vouched
        return waiting > 0 and (waiting >= most or now - self.oldest_at >= most_s)

    def checkpoint(self, now: float) -> Checkpoint:
        """Return the mark of an exchange that starts now."""
        return Checkpoint(self._continuity.ask(now), self.heard, self.generation)

    def is_current(self, checkpoint: Checkpoint) -> bool:
        """Whether an exchange started after the latest interruption, loss or lie."""
        return checkpoint.generation == self.generation

    def add(self, now: float) -> int:
        """Record a "no"; return its ordinal."""
        if self.heard == self.vouched:
            self.oldest_at = now
        self.heard += 1
        return self.heard

    def vouch(self, checkpoint: Checkpoint) -> None:
        """Record that a "yes" vouches for the "no"s received before its exchange started."""
        if checkpoint.ordinal > self.vouched:
            self.vouched = checkpoint.ordinal
            self._continuity.vouch(checkpoint.ordinal)
            # All that still wait were received after the exchange of this "yes" started.
            self.oldest_at = checkpoint.at

    def end(self, now: float, checkpoint: Checkpoint, *, answered: bool) -> bool:
        """Record that an exchange has ended; return whether this shows an interruption of the session."""
        self._continuity.end(checkpoint.question, now, answered=answered)
        return self.settle(now)

    def settle(self, now: float) -> bool:
        """Confirm what is certain by now; return whether the session was interrupted."""
        generation = self.generation
        for event in self._continuity.events(now):
            match event:
                case Vouched(through):
                    self._confirm(through)
                case Interruption():
                    self.invalidate()
                case _:
                    assert_never(event)
        return self.generation > generation

    def invalidate(self) -> None:
        """Invalidate those that wait: the session was interrupted, is not connected, or lies."""
        self.generation += 1
        if self.heard > self.settled:
            self.owed += self.heard - self.settled
            self.vouched = self.settled = self.heard
            self._rulings.append(Invalidate(self.settled))

    def rulings(self) -> list[Ruling]:
        """Return the decisions since the last call."""
        if not self._rulings:
            return []
        decided, self._rulings = self._rulings, []
        return decided

    def _confirm(self, through: int) -> None:
        if through > self.settled:
            self.settled = through
            self._rulings.append(Confirm(through))
