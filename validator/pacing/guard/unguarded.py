"""No guard: for who asks to have every answer believed as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.pacing.decisions import Answered
from validator.pacing.guard.protocol import Mark

if TYPE_CHECKING:
    from validator.model import Number
    from validator.pacing.decisions import Again, Retry, Ruling, Settle

NO_MARK = Mark()


class NoGuard:
    """Believes whatever a session says. A `Guard`."""

    error = None
    is_inquiring = False
    unvouched = 0
    reserve = 0
    tries = 0

    def next(self, now: float, *, last: bool) -> None:
        """Ask for nothing."""

    def canary(self) -> None:
        """Return nobody."""

    def mark(self, now: float) -> Mark:  # noqa: ARG002 - every step of a guard is given the time
        """Return a mark that says nothing."""
        return NO_MARK

    def hear(self, now: float, mark: Mark, number: Number, *, registered: bool) -> Answered:  # noqa: ARG002 - as above
        """Let every answer stand."""
        return Answered()

    def test(self, now: float) -> Mark:
        """Return a mark that says nothing."""
        return self.mark(now)

    def tested(
        self, now: float, mark: Mark, number: Number, *, result: bool | Settle | Retry | Again
    ) -> None:
        """Take no note."""

    def failed(self) -> None:
        """Take no note."""

    def lost(self) -> None:
        """Take no note."""

    def release(self) -> int:
        """Return 0: nothing waits."""
        return 0

    def rulings(self) -> list[Ruling]:
        """Return nothing."""
        return []
