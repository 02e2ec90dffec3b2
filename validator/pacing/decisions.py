"""What a lane says: what to do next, and what an answer or a failure means for what was asked before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validator.errors import ApiError, ValidatorError
    from validator.model import Number, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Go:
    """An attempt may start."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Start nothing before `until` (infinity: before something in flight ends).

    Attributes:
        until: when to look again.
        why: the reason, for a person: the same words for as long as it lasts.
        latest: what has happened last about it, if there is more to say.
    """

    until: float
    why: str
    latest: str = ""

    @property
    def text(self) -> str:
        """All there is to say."""
        return f"{self.why} ({self.latest})" if self.latest else self.why


@dataclass(frozen=True, slots=True)
class FetchSessionStatus:
    """The session's status is to be asked for."""


@dataclass(frozen=True, slots=True)
class AskCanary:
    """A number known to be registered is to be asked about, to see whether the session says so."""

    number: Number


@dataclass(frozen=True, slots=True)
class Halt:
    """Nothing will start through this lane again."""

    error: ValidatorError


Action = Go | Wait | FetchSessionStatus | AskCanary | Halt


@dataclass(frozen=True, slots=True)
class Accept:
    """The answer stands."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """The answer is "no", the session's `ordinal`th, and stands once something vouches for it."""

    ordinal: int


@dataclass(frozen=True, slots=True)
class Resolve:
    """The check is over without a yes or no: this is the verdict."""

    verdict: Verdict
    reason: Reason


@dataclass(frozen=True, slots=True)
class Retry:
    """The attempt counts; the number may be asked about again in `after_s` seconds at the earliest."""

    after_s: float


@dataclass(frozen=True, slots=True)
class Requeue:
    """The attempt says nothing about the number. Ask again behind all others, when something may start.

    Attributes:
        is_attempt: whether it counts all the same, since there may be no end of it.
    """

    is_attempt: bool = False


@dataclass(frozen=True, slots=True)
class Confirm:
    """What the session has answered "no" up to its `through`th such answer is true."""

    through: int


@dataclass(frozen=True, slots=True)
class Invalidate:
    """What the session has answered "no" up to its `through`th such answer is not to be believed."""

    through: int


@dataclass(frozen=True, slots=True)
class Ending:
    """How an exchange ended for the numbers it asked about.

    Attributes:
        failure: how it failed, or None for an answer.
        is_free: whether the failure costs a number no attempt.
        is_withheld: whether it is open yet what a refusal means for a number: `decide` has to wait.
    """

    failure: ApiError | None = None
    is_free: bool = False
    is_withheld: bool = False


Ruling = Confirm | Invalidate
Decision = Accept | Resolve | Retry | Requeue
