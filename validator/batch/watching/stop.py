"""Stopping a run in order: on request, or at a time of day."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio

from validator.errors import StoppedEarly

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from validator.batch.asking.counters import RunCounters
    from validator.batch.asking.dispatcher import Dispatcher

# How late a machine that has slept past a deadline may notice.
LOOK_EVERY_S = 5.0


class Stop:
    """Stops a run in order: the queue that is being asked about, and any that would begin after it.

    Attributes:
        is_immediate: whether stopping ends the run at once, since nothing has begun that has to be finished.
    """

    def __init__(self) -> None:
        self.is_immediate = False
        self._why: StoppedEarly | None = None
        self._wanted = anyio.Event()

    def __call__(self, why: StoppedEarly) -> None:
        """Stop; the first reason stays."""
        self._why = self._why or why
        self._wanted.set()

    async def watch(self, dispatcher: Dispatcher, _: RunCounters) -> None:
        """Stop this dispatcher when it is time."""
        await self._wanted.wait()
        if self._why:
            dispatcher.stop(self._why)

    @asynccontextmanager
    async def raising(self) -> AsyncIterator[None]:
        """Raise the reason at once inside the block. All errors come in exception groups."""
        self.is_immediate = True
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._raise)
            yield
            tasks.cancel_scope.cancel()
        self.is_immediate = False

    async def _raise(self) -> None:
        await self._wanted.wait()
        if self._why:
            raise self._why


async def stop_at(at_s: float, stop: Callable[[StoppedEarly], None], now_s: Callable[[], float]) -> None:
    """Stop at a time of day, whatever the machine has done meanwhile.

    anyio's clock, which the dispatcher's own bound goes by, stands still on Linux while the machine sleeps
    (clock_gettime(2), CLOCK_MONOTONIC): a lid closed at night would put the deadline off till noon.

    Args:
        at_s: when, in Unix seconds; infinity for never.
        stop: called then.
        now_s: the time of day in Unix seconds.
    """
    while (left_s := at_s - now_s()) > 0:  # noqa: ASYNC110 - nothing reports that a clock was set
        await anyio.sleep(min(left_s, LOOK_EVERY_S))
    stop(StoppedEarly("the deadline was reached"))
