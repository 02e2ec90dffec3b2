"""Feeds the queue of a run while it asks: numbers are taken from a source some seconds of work ahead.

A plan that is nobody else's business needs none of it: all its numbers are in the queue from the start.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

import anyio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.batch.asking.counters import RunCounters
    from validator.batch.asking.dispatcher import Dispatcher
    from validator.batch.asking.queue import Queue
    from validator.batch.asking.steps import GatewayLane

# So much work is taken ahead: enough to bridge a look at a busy ledger, little enough to be lost.
AHEAD_S = 10.0
# A lane without a limit answers so many in a few seconds.
MOST_AHEAD = 5_000
LOOK_EVERY_S = 0.25


class Source(Protocol):
    """Where the numbers of a run come from while it goes on."""

    @property
    def coming(self) -> int:
        """How many numbers are still to come, as far as is known."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether no more will come."""
        ...

    def take(self, count: int, now: float) -> Sequence[int]:
        """Return up to so many numbers to ask about, in the order to do so; none if none can be had now."""
        ...

    def tend(self, now: float) -> None:
        """Do what keeps the numbers ours that were taken and are not answered yet."""
        ...

    def close(self) -> None:
        """Give back what was taken and not asked about."""
        ...


class Feeding:
    """A watcher of the dispatcher that keeps an open queue filled.

    Args:
        source: where the numbers come from.
        queue: the queue.
        lanes: the lanes of the run, whose pace says how many numbers some seconds need.
    """

    def __init__(self, source: Source, queue: Queue, lanes: Sequence[GatewayLane]) -> None:
        self._source = source
        self._queue = queue
        self._budgets = {lane.budget: lane.gateway.capabilities.max_batch for lane in lanes}
        queue.is_open = True

    async def __call__(self, dispatcher: Dispatcher, _: RunCounters) -> None:
        """Feed until the source is over, then keep what was taken until cancelled.

        Raises:
            LedgerError: the ledger failed.
        """
        while True:
            now = anyio.current_time()
            self._source.tend(now)
            self._feed(now)
            dispatcher.wake()
            await anyio.sleep(LOOK_EVERY_S)

    def _feed(self, now: float) -> None:
        ahead = self._ahead(now)
        if self._queue.fresh <= ahead / 2:
            self._queue.feed(self._source.take(ahead - self._queue.fresh, now))
        self._queue.coming = self._source.coming
        self._queue.is_open = not self._source.is_over

    def _ahead(self, now: float) -> int:
        """Return how many numbers `AHEAD_S` need, each of the largest request at the least twice."""
        per_s = sum(budget.rate_per_min(now) * most for budget, most in self._budgets.items()) / 60
        least = 2 * sum(self._budgets.values())
        return MOST_AHEAD if math.isinf(per_s) else min(MOST_AHEAD, max(least, math.ceil(per_s * AHEAD_S)))
