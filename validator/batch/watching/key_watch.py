"""Checks during a run that it still holds its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from validator.errors import LedgerError, StoppedEarly

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.ledger import Hold

LOOK_EVERY_S = 1.0
# If the server has not answered by then, it counts as lost: another run may hold the keys.
LOOK_TIMEOUT_S = 3.0


async def watch_keys(hold: Hold, stop: Callable[[StoppedEarly], None]) -> None:
    """Stop the run if it no longer holds its keys. Runs until cancelled.

    Args:
        hold: the hold of the keys.
        stop: called once, if the hold is lost.
    """
    while hold.can_be_lost:
        if not await _is_held(hold):
            stop(StoppedEarly("the lock of the key was lost with its connection to the ledger"))
            return
        await anyio.sleep(LOOK_EVERY_S)


async def _is_held(hold: Hold) -> bool:
    try:
        with anyio.fail_after(LOOK_TIMEOUT_S):
            await anyio.to_thread.run_sync(hold.look, abandon_on_cancel=True)
    except (LedgerError, TimeoutError):
        return False
    return True
