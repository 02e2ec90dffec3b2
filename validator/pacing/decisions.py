"""What a lane decides: what to do next, and what an answer or a failure means for the numbers asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from validator.errors import ApiError, ValidatorError
    from validator.model import Number, Reason, Verdict


class Go(Struct, frozen=True):
    """An attempt may start."""


class Wait(Struct, frozen=True):
    """Start nothing before `until` (infinity: before something in flight ends).

    Attributes:
        until: when to look again.
        why: the reason, for the user; the text stays the same during the whole wait.
        latest: the latest event of this wait, or empty.
    """

    until: float
    why: str
    latest: str = ""

    @property
    def text(self) -> str:
        """The reason with the latest event."""
        return f"{self.why} ({self.latest})" if self.latest else self.why


class FetchSessionStatus(Struct, frozen=True):
    """Request the session's status."""


class AskCanary(Struct, frozen=True):
    """Ask about a number known to be registered, to see whether the session says so."""

    number: Number


class Halt(Struct, frozen=True):
    """Nothing will start through this lane again."""

    error: ValidatorError


Action = Go | Wait | FetchSessionStatus | AskCanary | Halt


class Accept(Struct, frozen=True):
    """The answer stands."""


class Unverified(Struct, frozen=True):
    """The answer is the session's `ordinal`th "no". It counts once it is confirmed."""

    ordinal: int


class Resolve(Struct, frozen=True):
    """The check is over without a yes or no: this is the verdict."""

    verdict: Verdict
    reason: Reason


class Retry(Struct, frozen=True):
    """The attempt counts; the number may be asked about again in `after_s` seconds at the earliest."""

    after_s: float


class Requeue(Struct, frozen=True):
    """The attempt says nothing about the number. Put the number at the end of the queue.

    Attributes:
        is_attempt: whether it counts as an attempt, so that the number is not requeued without end.
    """

    is_attempt: bool = False


class Confirm(Struct, frozen=True):
    """The session's "no"s up to the `through`th are true."""

    through: int


class Invalidate(Struct, frozen=True):
    """The session's "no"s up to the `through`th are not believed."""

    through: int


class Ending(Struct, frozen=True):
    """How an exchange ended for the numbers it asked about.

    Attributes:
        failure: how it failed, or None for an answer.
        is_free: whether the failure costs a number no attempt.
        is_withheld: whether it is not yet known what a refusal means for a number: `decide` has to wait.
    """

    failure: ApiError | None = None
    is_free: bool = False
    is_withheld: bool = False


Ruling = Confirm | Invalidate
Decision = Accept | Resolve | Retry | Requeue
