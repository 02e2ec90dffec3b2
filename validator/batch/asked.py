"""The result of asking about the numbers of a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from validator.reports import Timeline

if TYPE_CHECKING:
    from validator.batch.output.summarise import AskedKey
    from validator.errors import ValidatorError


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How the asking went.

    Attributes:
        duration_s: how long it took, in seconds.
        ending: why it ended early, or None.
        keys: how each key stands at the end; none if nothing was asked.
        left_out: how many numbers of the second round a limit has left out.
        warnings: what a person should look at.
        timeline: how it went over time.
    """

    duration_s: float = 0.0
    ending: ValidatorError | None = None
    keys: tuple[AskedKey, ...] = ()
    left_out: int = 0
    warnings: tuple[str, ...] = ()
    timeline: Timeline = field(default_factory=Timeline)
    remedies: tuple[str, ...] = ()
