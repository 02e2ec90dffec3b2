"""A guard decides whether the answers of a session can be believed. `NoGuard` believes them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

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


class Checkpoint(Struct, frozen=True):
    """The moment at which an exchange started: a "yes" to it confirms only earlier answers.

    Attributes:
        question: the exchange.
        ordinal: the latest "no" of the session received by then.
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
    """Watches the answers of one session. Times are in seconds on one clock that never goes back."""

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
        """Whether the session calls so many numbers invalid that none of these answers is believed."""
        ...

    @property
    def unverified(self) -> int:
        """How many "no"s of the session wait for a "yes", with those invalidated since the last "yes"."""
        ...

    @property
    def reserve(self) -> int:
        """How many of a day's attempts to reserve, so that the answers can be confirmed."""
        ...

    @property
    def tries(self) -> int:
        """How often in a row a canary got no answer."""
        ...

    @property
    def wants_look(self) -> bool:
        """Whether answers wait for the session's status, which has to be ready."""
        ...

    def next(self, now: float, *, last: bool) -> AskCanary | FetchSessionStatus | Wait | None:
        """Return what has to come next through the session, or None.

        Args:
            now: the current time.
            last: whether no number is left to ask about, so that answers that wait have to be confirmed now.
        """
        ...

    def canary(self) -> Number | None:
        """Return a number that only shows whether the session answers at all, or None."""
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
        """Record the answer to a check, and return the decision on it.

        Args:
            now: the current time.
            checkpoint: what `checkpoint` returned when the exchange started.
            number: the number.
            verdict: `REGISTERED`, `NOT_REGISTERED` or `INVALID`.
            was_rejected: whether an earlier answer called the number invalid, without naming it.
            is_again: whether the number was answered before: invalidated, or to be confirmed.

        Returns:
            Whether the answer counts, waits to be confirmed, is void, or is not believed.
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
        """Record that the canary from `next` is asked about now, and return its mark."""
        ...

    def tested(
        self, now: float, checkpoint: Checkpoint, number: Number, *, result: bool | Resolve | Retry | Requeue
    ) -> None:
        """Record the result of a canary: whether the session calls it registered, or how it failed."""
        ...

    def look(self, now: float) -> None:
        """Record that a status request starts."""
        ...

    def looked(self, now: float, *, ready: bool) -> None:
        """Record the result of a status request; if the session is not ready, `lost` is called before."""
        ...

    def lost(self) -> None:
        """Record that the session is not connected."""
        ...

    def release(self) -> None:
        """Decide on the answers that wait at the end of a run."""
        ...

    def rulings(self) -> list[Ruling]:
        """Return the decisions since the last call, to be carried out in this order."""
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
        """Return None."""

    def checkpoint(self, now: float) -> Checkpoint:  # noqa: ARG002 - every step of a guard is given the time
        """Return a mark that says nothing."""
        return NO_MARK

    def is_current(self, checkpoint: Checkpoint) -> bool:  # noqa: ARG002 - as above
        """Return True: interruptions are not tracked."""
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
        """Let every answer count."""
        return Accept()

    def ended(self, now: float, checkpoint: Checkpoint, *, answered: bool) -> None:
        """Do nothing."""

    def test(self, now: float) -> Checkpoint:
        """Return a mark that says nothing."""
        return self.checkpoint(now)

    def tested(
        self, now: float, checkpoint: Checkpoint, number: Number, *, result: bool | Resolve | Retry | Requeue
    ) -> None:
        """Do nothing."""

    def look(self, now: float) -> None:
        """Do nothing."""

    def looked(self, now: float, *, ready: bool) -> None:
        """Do nothing."""

    def lost(self) -> None:
        """Do nothing."""

    def release(self) -> None:
        """Do nothing: nothing waits."""

    def rulings(self) -> list[Ruling]:
        """Return nothing."""
        return []
