"""When a fixed window turns, as narrowly as that is known."""

from __future__ import annotations

import math
from dataclasses import dataclass

from validator.pacing.measures.units import MINUTE_S


@dataclass(frozen=True, slots=True)
class WindowReset:
    """A fixed window of a minute turns between two times, and again each minute before and after.

    Attributes:
        earliest: it turns no earlier; -infinity where nothing is known.
        latest: it turns no later.
    """

    earliest: float = -math.inf
    latest: float = math.inf

    @property
    def is_known(self) -> bool:
        """Whether anything is known of it."""
        return self.earliest > -math.inf

    def before(self, then: float) -> WindowReset:
        """Return the last turn that may have come before then."""
        return self._moved(math.ceil((then - self.earliest) / MINUTE_S) - 1) if self.is_known else self

    def after(self, then: float) -> WindowReset:
        """Return the next turn that may still be to come."""
        return self._moved(math.floor((then - self.latest) / MINUTE_S) + 1) if self.is_known else self

    def narrowed(self, seen: WindowReset) -> WindowReset:
        """Return what is known of it with a turn seen later; that one alone where they do not agree."""
        mine = self.before(seen.latest)
        earliest, latest = max(mine.earliest, seen.earliest), min(mine.latest, seen.latest)
        return WindowReset(earliest, latest) if earliest <= latest else seen

    def _moved(self, minutes: int) -> WindowReset:
        return WindowReset(self.earliest + minutes * MINUTE_S, self.latest + minutes * MINUTE_S)
