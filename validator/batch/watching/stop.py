"""Stops a run in order: on request, or at a time of day."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio

from validator.errors import StoppedEarly

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from validator.batch.asking.counters import RunCounters
    from validator.batch.asking.dispatcher import Dispatcher

# How late the deadline may be noticed after the machine has slept.
LOOK_EVERY_S = 5.0


class Stop:
    """Stops a run in order: the present queue of numbers, and any later one.

    Attributes:
        is_immediate: whether a stop ends the run at once, since no request has to be finished.
        why: why the run has to stop; None while it need not.
    """

    def __init__(self) -> None:
        self.is_immediate = False
        self.why: StoppedEarly | None = None
        self._wanted = anyio.Event()

    def __call__(self, why: StoppedEarly) -> None:
        """Stop the run; a later reason does not replace the first."""
        self.why = self.why or why
        self._wanted.set()

    def watch(self, dispatcher: Dispatcher, _: RunCounters) -> Coroutine[Any, Any, None]:
        """Stop this dispatcher when the run stops; if it has stopped already, before the first request."""
        if self.why:
            dispatcher.stop(self.why)
        return self._stop_when_wanted(dispatcher)

    async def _stop_when_wanted(self, dispatcher: Dispatcher) -> None:
        await self._wanted.wait()
        if self.why:
            dispatcher.stop(self.why)

    @asynccontextmanager
    async def ending(self) -> AsyncIterator[None]:
        """End the block at once when the run stops; then `why` has the reason. Errors come in groups."""
        self.is_immediate = True
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._cancel, tasks.cancel_scope)
            yield
            tasks.cancel_scope.cancel()
        self.is_immediate = False

    async def _cancel(self, scope: anyio.CancelScope) -> None:
        await self._wanted.wait()
        scope.cancel()


async def stop_at(at_s: float, stop: Callable[[StoppedEarly], None], now_s: Callable[[], float]) -> None:
    """Stop at a time of day, also if the machine has slept.

    On Linux, anyio's clock stops while the machine sleeps (clock_gettime(2), CLOCK_MONOTONIC), so a deadline
    on this clock would be late by the time of sleep.

    Args:
        at_s: the time of the deadline, in Unix seconds; infinity for no deadline.
        stop: called at the deadline.
        now_s: returns the time in Unix seconds.
    """
    while (left_s := at_s - now_s()) > 0:  # noqa: ASYNC110 - nothing reports that a clock was set
        await anyio.sleep(min(left_s, LOOK_EVERY_S))
    stop(StoppedEarly("the deadline was reached"))
