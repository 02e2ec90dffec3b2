"""Signals in asynchronous code: the first one ends the run in order, the second one at once."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, TypeVar

import anyio

from validator.cli.process.interruption import ending_signals, error_of_signal, handling
from validator.cli.process.standard_streams import say
from validator.errors import Interrupted, innermost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from anyio.abc import TaskStatus

    from validator.batch.watching.stop import Stop

Result = TypeVar("Result")


def run_interruptible(program: Callable[[], Awaitable[Result]]) -> Result:
    """Run an asynchronous program on an event loop; a signal ends it.

    The handler does not raise into the loop: inside a callback, its exception would be lost.

    Raises:
        Interrupted: a signal came.
        StoppedEarly: the deadline of `until` came.
    """

    async def listening() -> Result:
        async with raising_signals():
            return await program()

    return _run(listening)


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
        raise error_of_signal(await anext(signals))


@contextmanager
def _receiving() -> Iterator[AsyncIterator[int]]:
    """Receive signals on the event loop, and restore our handlers; asyncio would restore the system's."""
    signums = ending_signals()
    with handling(*signums), anyio.open_signal_receiver(*signums) if signums else _silence() as signals:
        yield signals


@contextmanager
def _silence() -> Iterator[AsyncIterator[int]]:
    async def nothing() -> AsyncIterator[int]:
        await anyio.sleep_forever()
        yield 0

    yield nothing()


def run_until_stopped(program: Callable[[], Awaitable[Result]], stop: Stop) -> Result:
    """Run an asynchronous program on an event loop; a first signal ends it in order, a second one at once.

    Raises:
        Interrupted: a second signal came.
    """

    async def listening() -> Result:
        async with anyio.create_task_group() as tasks:
            await tasks.start(stop_on_signals, stop)
            result = await program()
            tasks.cancel_scope.cancel()
        return result

    return _run(listening)


def _run(listening: Callable[[], Awaitable[Result]]) -> Result:
    """Run a program that listens to signals; raise the innermost error of its task groups."""
    # Imported here, since asyncio loads ssl, which commands without network do not need.
    from validator.http.event_loop import OPTIONS  # noqa: PLC0415

    try:
        return anyio.run(listening, backend_options=OPTIONS)
    except BaseExceptionGroup as group:
        raise innermost(group) from group


async def stop_on_signals(stop: Stop, *, task_status: TaskStatus[None]) -> None:
    """Wait for signals: the first one stops the run in order, the second one raises `Interrupted` here."""
    with _receiving() as signals:
        task_status.started()
        first = await anext(signals)
        if stop.is_immediate:
            raise Interrupted(first)
        say("finishing the requests in flight; send the signal again to stop at once")
        stop(Interrupted(first))
        raise Interrupted(await anext(signals))
