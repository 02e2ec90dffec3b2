"""When a fixed window resets, as exactly as that is known."""

from __future__ import annotations

import math

from msgspec import Struct

from validator.pacing.measures.units import MINUTE_S


class WindowReset(Struct, frozen=True):
    """A fixed window of a minute resets between two times, and each minute before and after.

    Attributes:
        earliest: it resets no earlier; -infinity if nothing is known.
        latest: it resets no later.
    """

    earliest: float = -math.inf
    latest: float = math.inf

    @property
    def is_known(self) -> bool:
        """Whether anything is known about it."""
        return self.earliest > -math.inf

    def before(self, then: float) -> WindowReset:
        """Return the last reset that may have come before `then`."""
        return self._moved(math.ceil((then - self.earliest) / MINUTE_S) - 1) if self.is_known else self

    def after(self, then: float) -> WindowReset:
        """Return the first reset that may come after `then`."""
        return self._moved(math.floor((then - self.latest) / MINUTE_S) + 1) if self.is_known else self

    def narrowed(self, seen: WindowReset) -> WindowReset:
        """Return this reset combined with one seen later; only the later one if they do not agree."""
        mine = self.before(seen.latest)
        earliest, latest = max(mine.earliest, seen.earliest), min(mine.latest, seen.latest)
        return WindowReset(earliest, latest) if earliest <= latest else seen

    def _moved(self, minutes: int) -> WindowReset:
        return WindowReset(self.earliest + minutes * MINUTE_S, self.latest + minutes * MINUTE_S)
