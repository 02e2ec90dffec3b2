"""The result of asking about the numbers of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from validator.reports import Timeline

if TYPE_CHECKING:
    from validator.batch.output.summarise import AskedKey
    from validator.errors import ValidatorError


class Asked(Struct, frozen=True, kw_only=True):
    """The result of asking.

    Attributes:
        duration_s: how long it took, in seconds.
        ending: why it ended early, or None.
        keys: the state of each key at the end; empty if nothing was asked.
        left_out: how many numbers of the second round a limit has left out.
        warnings: warnings for the user, one sentence each.
        timeline: the run over time.
        remedies: what the user has to do about sessions that are not ready, one sentence each.
    """

    duration_s: float = 0.0
    ending: ValidatorError | None = None
    keys: tuple[AskedKey, ...] = ()
    left_out: int = 0
    warnings: tuple[str, ...] = ()
    timeline: Timeline = field(default_factory=Timeline)
    remedies: tuple[str, ...] = ()
