"""Delivers the message about a run's end, with retries, within a time limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from validator.http.sending import NotDelivered

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from validator.pacing import RetryPolicy

MAX_ATTEMPTS = 5
WITHIN_S = 30.0
# A run that a signal has ended is killed soon: containers get 10 s in total, and most of this is used up.
WITHIN_AFTER_SIGNAL_S = 2.0


async def deliver(send: Callable[[], Awaitable[None]], *, retry: RetryPolicy, within_s: float) -> str:
    """Deliver a message; return why it was not delivered, empty if it was.

    Args:
        send: sends it once; raises `NotDelivered`.
        retry: how often to retry, and after which delays.
        within_s: how long all attempts may take, in seconds.
    """
    why, attempts = f"no answer within {within_s:g} s", 0
    with anyio.move_on_after(within_s):
        while True:
            try:
                await send()
            except NotDelivered as failure:
                why, attempts = str(failure), attempts + 1
                if not failure.transient or retry.exhausted(attempts):
                    return why
            else:
                return ""
            await anyio.sleep(retry.delay_s(attempts))
    return why
