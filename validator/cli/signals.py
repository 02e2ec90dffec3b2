"""What SIGINT and SIGTERM do: end the run in order the first time, at once the second time."""

from __future__ import annotations

import signal
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import anyio

from validator.cli.standard_streams import say
from validator.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from types import FrameType

    from anyio.abc import TaskStatus

    from validator.batch.watching.stop import Stop

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let a signal raise `Interrupted` while plain code runs, so that temporary files are cleared away."""
    before = {signum: signal.signal(signum, _raise) for signum in SIGNALS}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _raise(signum: int, _: FrameType | None) -> None:
    raise Interrupted(signum)


@asynccontextmanager
async def raising_signals() -> AsyncIterator[None]:
    """Let a signal raise `Interrupted` while asynchronous code runs; all errors come in exception groups."""
    async with anyio.create_task_group() as tasks:
        await tasks.start(_raise_at_signal)
        yield
        tasks.cancel_scope.cancel()


async def _raise_at_signal(*, task_status: TaskStatus[None]) -> None:
    with anyio.open_signal_receiver(*SIGNALS) as signals:
        task_status.started()
        raise Interrupted(await anext(signals))


async def stop_on_signals(stop: Stop, *, task_status: TaskStatus[None]) -> None:
    """Wait for signals: the first one stops in order, the second one raises `Interrupted` right here."""
    with anyio.open_signal_receiver(*SIGNALS) as signals:
        task_status.started()
        first = await anext(signals)
        if stop.is_immediate:
            raise Interrupted(first)
        say("finishing what is in flight; once more to stop at once")
        stop(Interrupted(first))
        raise Interrupted(await anext(signals))
