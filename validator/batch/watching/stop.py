"""Stopping a run in order: at a signal, or at a time of day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from validator.errors import StoppedEarly

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.batch.asking.dispatcher import FanOut
    from validator.batch.asking.tally import Tally

# How late a machine that has slept past a deadline may notice.
LOOK_EVERY_S = 5.0


class Stop:
    """Stops a run in order: the fan-out that goes on, and any that would begin after it."""

    def __init__(self) -> None:
        self._why: StoppedEarly | None = None
        self._wanted = anyio.Event()

    def __call__(self, why: StoppedEarly) -> None:
        """Stop."""
        self._why = why
        self._wanted.set()

    async def watch(self, fan_out: FanOut, _: Tally) -> None:
        """Stop this fan-out when it is time."""
        await self._wanted.wait()
        if self._why:
            fan_out.stop(self._why)


async def stop_at(at_s: float, stop: Callable[[StoppedEarly], None], now_s: Callable[[], float]) -> None:
    """Stop at a time of day, whatever the machine has done meanwhile.

    anyio's clock, by which the fan-out's own bound is told, stands still on Linux while the machine sleeps
    (clock_gettime(2), CLOCK_MONOTONIC): a lid closed at night would put the deadline off till noon.

    Args:
        at_s: when, in Unix seconds; infinity for never.
        stop: called then.
        now_s: tells the time of day in Unix seconds.
    """
    while (left_s := at_s - now_s()) > 0:  # noqa: ASYNC110 - nothing tells when a clock is set
        await anyio.sleep(min(left_s, LOOK_EVERY_S))
    stop(StoppedEarly("the deadline was reached"))
