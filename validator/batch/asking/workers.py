"""The tasks that carry out exchanges: one that has ended its exchange goes on with the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import anyio
from anyio.lowlevel import checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.abc import TaskGroup

    from validator.batch.asking.exchanges import Exchange
    from validator.batch.asking.steps import GatewayLane


class Job(NamedTuple):
    """An exchange, and the lane that it goes through."""

    lane: GatewayLane
    exchange: Exchange


class Workers:
    """Carries out exchanges in as many tasks as there are in flight at the most.

    To start a task costs more than all that is decided about a check, and to wake one a seventh of that.

    Args:
        tasks: where the tasks run.
        clock: the event loop's, in seconds.
        on_end: called when an exchange has ended, however it did, with its lane and the seconds that it took.
        following: returns what a worker goes on with, or None if it has to wait.
    """

    def __init__(
        self,
        tasks: TaskGroup,
        *,
        clock: Callable[[], float],
        on_end: Callable[[GatewayLane, float], None],
        following: Callable[[], Job | None],
    ) -> None:
        self._tasks = tasks
        self._clock = clock
        self._on_end = on_end
        self._following = following
        self._idle: list[_Handover] = []

    def start(self, job: Job) -> None:
        """Have an exchange carried out: by a worker that waits, the latest first, or else by a new one."""
        if self._idle:
            self._idle.pop().give(job)
        else:
            self._tasks.start_soon(self._work, job)

    async def _work(self, job: Job) -> None:
        while True:
            await self._carry_out(job)
            job = self._following() or await self._next()

    async def _carry_out(self, job: Job) -> None:
        begun = self._clock()
        try:
            await job.exchange()
        finally:
            took_s = self._clock() - begun
            self._on_end(job.lane, took_s)
        if not took_s:
            # It has waited for nothing, so that nobody else has had a turn.
            await checkpoint()

    async def _next(self) -> Job:
        handover = _Handover()
        self._idle.append(handover)
        return await handover.take()


class _Handover:
    """Where a worker waits for its next exchange."""

    def __init__(self) -> None:
        self._given = anyio.Event()
        self._job: Job | None = None

    def give(self, job: Job) -> None:
        self._job = job
        self._given.set()

    async def take(self) -> Job:
        await self._given.wait()
        if self._job is None:
            raise AssertionError("a worker was woken without an exchange")
        return self._job
