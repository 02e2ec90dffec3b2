"""A lane as the run knows it that feeds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from validator.batch.asking.counters import RunCounters
from validator.cluster.sums import counters_of

if TYPE_CHECKING:
    from validator.batch.asked import Asked
    from validator.cluster.lane import LaneOrder, LaneReport
    from validator.cluster.machines import RemoteLane
    from validator.errors import ValidatorError


@dataclass(slots=True)
class Member:
    """A lane as the run knows it.

    Attributes:
        order: what it does.
        remote: where it is.
        pending: what its next report is got by; None if none is to come.
        last: its last report.
        before: what the lanes that it replaces have counted.
        losses: how many of these were lost since the last answer.
        generation: which lane of its key it is, from 0.
        has_new: whether it was given numbers since its last report.
        ends: how it has ended, and those that it replaces.
        replaced: the names of those that it replaces.
        ending: why the key asks no more; None while it does, or if nothing is left.
        is_over: whether it asks no more.
    """

    order: LaneOrder
    remote: RemoteLane
    pending: Any = None
    last: LaneReport | None = None
    before: RunCounters = field(default_factory=RunCounters)
    losses: int = 0
    generation: int = 0
    has_new: bool = False
    ends: list[Asked] = field(default_factory=list)
    replaced: frozenset[str] = frozenset()
    ending: ValidatorError | None = None
    is_over: bool = False

    @property
    def counters(self) -> RunCounters:
        """What was counted for the key so far."""
        return counters_of([self.before] if self.last is None else [self.before, self.last.counters])

    @property
    def open(self) -> int:
        """How many of the numbers that it was given had no end yet at its last report."""
        return 0 if self.last is None else self.last.open

    @property
    def is_idle(self) -> bool:
        """Whether it has nothing to ask about."""
        is_through = self.last is not None and not self.open
        return self.is_over or (is_through and not self.has_new)

    @property
    def name(self) -> str:
        """What messages call its key."""
        return f"key {self.order.key.settings['name'] or self.order.key.gateway}"
