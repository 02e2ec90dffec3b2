"""What a guard is: it says whether the answers of a session can be believed. `NoGuard` believes them all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from validator.pacing.decisions import Accept
from validator.pacing.guard.continuity import Question

if TYPE_CHECKING:
    from validator.errors import Refused
    from validator.model import Number, Verdict
    from validator.pacing.decisions import (
        AskCanary,
        FetchSessionStatus,
        Requeue,
        Resolve,
        Retry,
        Ruling,
        Unverified,
        Wait,
    )


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The moment at which an exchange started: what its answer can vouch for.

    Attributes:
        question: the exchange.
        ordinal: the latest "no" of the session heard by then.
        generation: how often the session had been interrupted, lost or given up by then.
    """

    question: Question = field(default_factory=Question)
    ordinal: int = 0
    generation: int = 0

    @property
    def at(self) -> float:
        """The time."""
        return self.question.asked_at


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
    def doubts_rejections(self) -> bool:
        """Whether the session calls too many numbers invalid to be believed about any."""
        ...

    @property
    def unverified(self) -> int:
        """How many of the session's "no"s wait for a "yes", those invalidated since its last one included."""
        ...

    @property
    def reserve(self) -> int:
        """How many of a day's last attempts are to be kept back, so that the answers can be vouched for."""
        ...

    @property
    def tries(self) -> int:
        """How often in a row a canary was asked about in vain."""
        ...

    @property
    def wants_look(self) -> bool:
        """Whether answers wait for a look at the session, which has to find it ready."""
        ...

    def next(self, now: float, *, last: bool) -> AskCanary | FetchSessionStatus | Wait | None:
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

    def is_current(self, checkpoint: Checkpoint) -> bool:
        """Whether an exchange started after the latest interruption, loss or lie of the session."""
        ...

    def on_answer(
        self,
        now: float,
        checkpoint: Checkpoint,
        number: Number,
        verdict: Verdict,
        *,
        was_rejected: bool = False,
        is_again: bool = False,
    ) -> Accept | Unverified | Requeue | Resolve:
        """Record the answer to a check, and say what becomes of it.

        Args:
            now: the current time.
            checkpoint: what `checkpoint` returned when the exchange started.
            number: the number.
            verdict: `REGISTERED`, `NOT_REGISTERED` or `INVALID`.
            was_rejected: whether an earlier answer called the number invalid, without its name.
            is_again: whether the number was answered before: taken back, or to be confirmed.

        Returns:
            Whether the answer stands, waits to be vouched for, is void, or is not believed.
        """
        ...

    def ended(self, now: float, checkpoint: Checkpoint, *, answered: bool) -> None:
        """Record that a check's exchange has ended, after its answers; `tested` does so for a canary's.

        Args:
            now: the current time.
            checkpoint: what `checkpoint` returned when the exchange started.
            answered: whether it brought an answer; "invalid" is one.
        """
        ...

    def test(self, now: float) -> Checkpoint:
        """Note that the canary `next` asked for is asked about now, and return its mark."""
        ...

    def tested(
        self, now: float, checkpoint: Checkpoint, number: Number, *, result: bool | Resolve | Retry | Requeue
    ) -> None:
        """Record what became of a canary: whether the session calls it registered, or how that failed."""
        ...

    def look(self, now: float) -> None:
        """Record that a look at the session starts."""
        ...

    def looked(self, now: float, *, ready: bool) -> None:
        """Record how a look has ended; if it finds the session not ready, `lost` comes before."""
        ...

    def lost(self) -> None:
        """Record that the session is not connected."""
        ...

    def release(self) -> None:
        """Decide on what waits at the end of a run."""
        ...

    def rulings(self) -> list[Ruling]:
        """Return what has been decided since the last call, to be carried out in this order."""
        ...


NO_MARK = Checkpoint()


class NoGuard:
    """Believes whatever a session says. A `Guard`."""

    error = None
    is_verifying = False
    doubts_rejections = False
    unverified = 0
    reserve = 0
    tries = 0
    wants_look = False

    def next(self, now: float, *, last: bool) -> None:
        """Ask for nothing."""

    def canary(self) -> None:
        """Return nobody."""

    def checkpoint(self, now: float) -> Checkpoint:  # noqa: ARG002 - every step of a guard is given the time
        """Return a mark that says nothing."""
        return NO_MARK

    def is_current(self, checkpoint: Checkpoint) -> bool:  # noqa: ARG002 - as above
        """Return True: there is no other time."""
        return True

    def on_answer(
        self,
        now: float,  # noqa: ARG002 - as above
        checkpoint: Checkpoint,  # noqa: ARG002
        number: Number,  # noqa: ARG002
        verdict: Verdict,  # noqa: ARG002
        *,
        was_rejected: bool = False,  # noqa: ARG002
        is_again: bool = False,  # noqa: ARG002
    ) -> Accept:
        """Let every answer stand."""
        return Accept()

    def ended(self, now: float, checkpoint: Checkpoint, *, answered: bool) -> None:
        """Take no note."""

    def test(self, now: float) -> Checkpoint:
        """Return a mark that says nothing."""
        return self.checkpoint(now)

    def tested(
        self, now: float, checkpoint: Checkpoint, number: Number, *, result: bool | Resolve | Retry | Requeue
    ) -> None:
        """Take no note."""

    def look(self, now: float) -> None:
        """Take no note."""

    def looked(self, now: float, *, ready: bool) -> None:
        """Take no note."""

    def lost(self) -> None:
        """Take no note."""

    def release(self) -> None:
        """Do nothing: nothing waits."""

    def rulings(self) -> list[Ruling]:
        """Return nothing."""
        return []
