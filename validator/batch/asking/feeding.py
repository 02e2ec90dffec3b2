"""Feeds the queue during a run: takes numbers from a source, a few seconds of work ahead.

A plan that no other run shares does not need this: all its numbers are in the queue from the start.
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

# How much work is taken ahead: enough to bridge a query to a busy ledger, and little enough to lose.
AHEAD_S = 10.0
# The most numbers taken ahead: a lane without a limit answers as many in a few seconds.
MOST_AHEAD = 5_000
LOOK_EVERY_S = 0.25


class Source(Protocol):
    """A source of numbers during a run."""

    @property
    def coming(self) -> int:
        """How many numbers are still to come, as far as it is known."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether no more numbers will come."""
        ...

    def take(self, count: int, now: float) -> Sequence[int]:
        """Return up to `count` numbers to ask about, in the order of asking; empty if there are none now."""
        ...

    def renew(self, now: float) -> None:
        """Renew the claim on numbers that were taken and have no answer yet, if it is time."""
        ...

    def close(self) -> None:
        """Give back the numbers that were taken and not asked about."""
        ...


class Feeding:
    """A watcher of the dispatcher that keeps an open queue filled.

    Args:
        source: the source of the numbers.
        queue: the queue.
        lanes: the lanes of the run; their pace determines how many numbers are taken ahead.
    """

    def __init__(self, source: Source, queue: Queue, lanes: Sequence[GatewayLane]) -> None:
        self._source = source
        self._queue = queue
        self._budgets = {lane.budget: lane.gateway.capabilities.max_batch for lane in lanes}
        queue.is_open = True

    async def __call__(self, dispatcher: Dispatcher, _: RunCounters) -> None:
        """Feed the queue, and renew the claim on taken numbers, until cancelled.

        Raises:
            LedgerError: the ledger failed.
        """
        while True:
            now = anyio.current_time()
            self._source.renew(now)
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
        """Return how many numbers `AHEAD_S` needs: at least two requests of the largest size for each key."""
        per_s = sum(budget.rate_per_min(now) * most for budget, most in self._budgets.items()) / 60
        least = 2 * sum(self._budgets.values())
        return MOST_AHEAD if math.isinf(per_s) else min(MOST_AHEAD, max(least, math.ceil(per_s * AHEAD_S)))
