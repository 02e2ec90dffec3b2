"""The run's record of one of its lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from validator.batch.asking.counters import RunCounters
from validator.cluster.sums import counters_of

if TYPE_CHECKING:
    from validator.batch.asked import Asked
    from validator.cluster.lane import LaneOrder, LaneReport
    from validator.cluster.machines import RemoteLane
    from validator.errors import ValidatorError


class Member(Struct):
    """The run's record of the lane of a key, and of the lanes that it replaces.

    Attributes:
        order: the settings of the lane.
        remote: the lane on its machine.
        pending: a reference to its next report; None before the first exchange.
        last: its last report.
        before: the counters of the lanes that it replaces.
        losses: how many of these lanes were lost since the last answer.
        generation: the index of the lane among those of its key, from 0.
        has_new: whether it was given numbers since its last report.
        ends: the results of this lane and of those that it replaces.
        replaced: the names of the lanes that it replaces.
        ending: why the key asks no more; None while it asks, or if nothing is left to ask.
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
        """The counters of the key so far."""
        return counters_of([self.before] if self.last is None else [self.before, self.last.counters])

    @property
    def open(self) -> int:
        """How many of its numbers were not done at its last report."""
        return 0 if self.last is None else self.last.open

    @property
    def is_idle(self) -> bool:
        """Whether it has nothing to ask about."""
        is_through = self.last is not None and not self.open
        return self.is_over or (is_through and not self.has_new)

    @property
    def name(self) -> str:
        """The name of its key in messages."""
        return f"key {self.order.key.settings['name'] or self.order.key.gateway}"
