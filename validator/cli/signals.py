"""What signals and the deadline do: end the run in order the first time, at once the second time.

A signal that the parent has ignored for this process (SIGINT and SIGHUP under nohup, or in the background of
a script) stays ignored.
"""

from __future__ import annotations

import signal
import sys
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, TypeVar

import anyio
import click

from validator.errors import Interrupted, StoppedEarly, innermost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from datetime import datetime
    from types import FrameType

    from anyio.abc import TaskStatus

    from validator.batch.watching.stop import Stop

Result = TypeVar("Result")

# SIGHUP: the terminal was closed, or its connection broke.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let a signal raise `Interrupted` while plain code runs, so that temporary files are cleared away."""
    with _handling(*_heard()):
        yield


@contextmanager
def until(deadline: datetime | None) -> Iterator[None]:
    """Let the deadline raise `StoppedEarly` inside the block, which may wait for a list that never comes."""
    if deadline is None:
        yield
        return
    with _handling(signal.SIGALRM):
        # At 0 the timer would never ring.
        signal.setitimer(signal.ITIMER_REAL, max(deadline.timestamp() - time.time(), 1e-6))
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def _handling(*signums: signal.Signals) -> Iterator[None]:
    before = {signum: signal.signal(signum, _raise) for signum in signums}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _heard() -> tuple[signal.Signals, ...]:
    """Return the signals that end this process, the deadline's too if `until` waits for it."""
    ending = [signum for signum in SIGNALS if signal.getsignal(signum) is not signal.SIG_IGN]
    deadline = [signal.SIGALRM] if signal.getsignal(signal.SIGALRM) is _raise else []
    return (*ending, *deadline)


def _raise(signum: int, _: FrameType | None) -> None:
    raise _why(signum)


def _why(signum: int) -> StoppedEarly:
    if signum == signal.SIGALRM:
        return StoppedEarly("the deadline was reached while the list was read; nothing was asked")
    return Interrupted(signum)


def run_interruptible(program: Callable[[], Awaitable[Result]]) -> Result:
    """Run an asynchronous program on an event loop; a signal ends it.

    A handler that raised into the loop could do so inside of a callback, where nobody would hear of it.

    Raises:
        Interrupted: a signal came.
        StoppedEarly: the deadline of `until` came.
    """

    async def listening() -> Result:
        async with raising_signals():
            return await program()

    try:
        return anyio.run(listening)
    except BaseExceptionGroup as group:
        raise innermost(group) from group


@asynccontextmanager
async def raising_signals() -> AsyncIterator[None]:
    """Let a signal raise `Interrupted` while asynchronous code runs; all errors come in exception groups."""
    async with anyio.create_task_group() as tasks:
        await tasks.start(_raise_at_signal)
        yield
        tasks.cancel_scope.cancel()


async def _raise_at_signal(*, task_status: TaskStatus[None]) -> None:
    with _receiving() as signals:
        task_status.started()
        raise _why(await anext(signals))


@contextmanager
def _receiving() -> Iterator[AsyncIterator[int]]:
    """Receive signals on the event loop; asyncio would leave the system's handlers behind, and not ours."""
    heard = _heard()
    with _handling(*heard), anyio.open_signal_receiver(*heard) if heard else _silence() as signals:
        yield signals


@contextmanager
def _silence() -> Iterator[AsyncIterator[int]]:
    async def nothing() -> AsyncIterator[int]:
        await anyio.sleep_forever()
        yield 0

    yield nothing()


async def stop_on_signals(stop: Stop, *, task_status: TaskStatus[None]) -> None:
    """Wait for signals: the first one stops in order, the second one raises `Interrupted` right here."""
    with _receiving() as signals:
        task_status.started()
        first = await anext(signals)
        if stop.is_immediate:
            raise Interrupted(first)
        # Not with err=True, which goes past a live display on the terminal and is lost beneath it.
        click.echo("validator: finishing what is in flight; once more to stop at once", file=sys.stderr)
        stop(Interrupted(first))
        raise Interrupted(await anext(signals))
