"""The tasks that carry out exchanges. After its exchange has ended, a task is used for another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from validator.http.event_loop import event_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.abc import TaskGroup

    from validator.batch.asking.exchanges import Exchange
    from validator.batch.asking.steps import GatewayLane
    from validator.http.event_loop import Event


class Job(Struct, frozen=True):
    """An exchange, and the lane that it goes through."""

    lane: GatewayLane
    exchange: Exchange


class Workers:
    """Carries out exchanges in tasks that are used again.

    Starting a task costs more time than all decisions about a check; waking one costs a seventh of that.

    Args:
        tasks: the task group of the tasks.
        clock: returns the event loop's time, in seconds.
        on_end: called at the end of each exchange, also a failed one, with its lane and duration in seconds.
    """

    def __init__(
        self, tasks: TaskGroup, *, clock: Callable[[], float], on_end: Callable[[GatewayLane, float], None]
    ) -> None:
        self._tasks = tasks
        self._clock = clock
        self._on_end = on_end
        self._idle: list[_Handover] = []
        self._new_event = event_type()

    def start(self, job: Job) -> None:
        """Carry out an exchange: by the worker that has waited for the shortest time, or by a new one."""
        if self._idle:
            self._idle.pop().give(job)
        else:
            self._tasks.start_soon(self._work, job)

    async def _work(self, job: Job) -> None:
        while True:
            begun = self._clock()
            try:
                await job.exchange()
            finally:
                self._on_end(job.lane, self._clock() - begun)
            job = await self._next()

    async def _next(self) -> Job:
        handover = _Handover(self._new_event())
        self._idle.append(handover)
        return await handover.take()


class _Handover:
    """Hands the next job to a worker that waits for it."""

    def __init__(self, given: Event) -> None:
        self._given = given
        self._job: Job | None = None

    def give(self, job: Job) -> None:
        self._job = job
        self._given.set()

    async def take(self) -> Job:
        await self._given.wait()
        if self._job is None:
            raise AssertionError("a worker was woken without an exchange")
        return self._job
