"""What a guard is: it says whether the answers of a session can be believed. `NoGuard` believes them all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from validator.pacing.decisions import Accept

if TYPE_CHECKING:
    from validator.errors import Refused
    from validator.model import Number
    from validator.pacing.decisions import AskCanary, Requeue, Resolve, Retry, Ruling, Unverified, Wait


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The moment at which an exchange started: what its answer can vouch for.

    Attributes:
        at: the time.
        ordinal: the latest "no" of the session heard by then.
        generation: how often the session had been lost or given up by then.
        failures: how many of the session's exchanges had failed by then.
    """

    at: float = -math.inf
    ordinal: int = 0
    generation: int = 0
    failures: int = 0


class Guard(Protocol):
    """Watches over what one session says. Times are in seconds on one clock that never goes back."""

    @property
    def error(self) -> Refused | None:
        """Why the session is given up, or None."""
        ...

    @property
    def is_verifying(self) -> bool:
        """Whether the session is frozen until known positives have been asked about."""
        ...

    @property
    def unverified(self) -> int:
        """How many of the session's "no"s nothing vouches for yet."""
        ...

    @property
    def reserve(self) -> int:
        """How many of a day's last attempts are to be kept back, so that the answers can be vouched for."""
        ...

    @property
    def tries(self) -> int:
        """How often in a row a canary was asked about in vain."""
        ...

    def next(self, now: float, *, last: bool) -> AskCanary | Wait | None:
        """Return what has to come before anything else through the session, or None.

        Args:
            now: the current time.
            last: whether nothing else will be asked, so that whatever waits has to be vouched for now.
        """
        ...

    def canary(self) -> Number | None:
        """Return a number to ask about if it is only to be seen whether anything is answered, or None."""
        ...

    def checkpoint(self, now: float) -> Checkpoint:
        """Return the mark of a check that starts now."""
        ...

    def on_answer(
        self, now: float, checkpoint: Checkpoint, number: Number, *, registered: bool
    ) -> Accept | Unverified | Requeue:
        """Record the answer to a check, and say whether it stands, waits to be vouched for, or is void."""
        ...

    def test(self, now: float) -> Checkpoint:
        """Note that the canary `next` asked for is asked about now, and return its mark."""
        ...

    def tested(
        self, now: float, checkpoint: Checkpoint, number: Number, *, result: bool | Resolve | Retry | Requeue
    ) -> None:
        """Record what became of a canary: whether the session calls it registered, or how that failed."""
        ...

    def failed(self) -> None:
        """Record that an exchange brought no answer, or the answer that the number is invalid."""
        ...

    def lost(self) -> None:
        """Record that the session is not connected."""
        ...

    def release(self) -> int:
        """Decide on what waits at the end of a run; return how many "no"s are believed without a "yes"."""
        ...

    def rulings(self) -> list[Ruling]:
        """Return what has been decided since the last call, to be carried out in this order."""
        ...


NO_MARK = Checkpoint()


class NoGuard:
    """Believes whatever a session says. A `Guard`."""

    error = None
    is_verifying = False
    unverified = 0
    reserve = 0
    tries = 0

    def next(self, now: float, *, last: bool) -> None:
        """Ask for nothing."""

    def canary(self) -> None:
        """Return nobody."""

    def checkpoint(self, now: float) -> Checkpoint:  # noqa: ARG002 - every step of a guard is given the time
        """Return a mark that says nothing."""
        return NO_MARK

    def on_answer(self, now: float, checkpoint: Checkpoint, number: Number, *, registered: bool) -> Accept:  # noqa: ARG002 - as above
        """Let every answer stand."""
        return Accept()

    def test(self, now: float) -> Checkpoint:
        """Return a mark that says nothing."""
        return self.checkpoint(now)

    def tested(
        self, now: float, checkpoint: Checkpoint, number: Number, *, result: bool | Resolve | Retry | Requeue
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
