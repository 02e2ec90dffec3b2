"""Opens a gateway for a few single exchanges, such as a look at the sessions."""

from __future__ import annotations

import random
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import anyio
from msgspec.structs import replace

from validator.batch.asking.checks import FIRST_LOOKS
from validator.batch.asking.single_call import paced
from validator.batch.watching.phase_feed import LOOKING_AT_SESSIONS, PhaseFeed
from validator.batch.wiring import budget_of, locked
from validator.errors import innermost
from validator.gateways.registry import open_gateway
from validator.pacing import NoBudget, RetryPolicy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from validator.batch.ask_settings import KeySettings
    from validator.batch.asking.single_call import Rated
    from validator.gateways.gateway import Gateway
    from validator.ledger_url import Location
    from validator.reports import Progress

    Reply = TypeVar("Reply", bound=Rated)

    class Through(Protocol):
        """Makes one exchange when the budget allows it."""

        async def __call__(self, call: Callable[[], Awaitable[Reply]]) -> Reply:
            """Return what `call` returns."""
            ...


@asynccontextmanager
async def connected(
    key: KeySettings,
    progress: Progress,
    *,
    max_wait_s: float,
    max_attempts: int = FIRST_LOOKS,
    phase: str = LOOKING_AT_SESSIONS,
    ledger: Location,
) -> AsyncIterator[tuple[Gateway, Through, PhaseFeed]]:
    """Open a gateway for a few single exchanges.

    Args:
        key: the key, with the address of its gateway.
        progress: shows the progress, and the reasons for waiting.
        max_wait_s: end if the gateway asks to stay away for longer, or refuses one exchange for longer.
        max_attempts: the most attempts for one exchange.
        phase: the name of the phase on the progress display.
        ledger: the location of the ledger; the key's lock is beside it if there is no state folder.

    Yields:
        The gateway, a function that makes each exchange within the budget, and the progress feed.
    """
    with locked([key], "validator", ledger=ledger) as held:
        (key,) = held.keys
        async with open_gateway(key.gateway, replace(key.options, max_connections=1)) as gateway:
            retry = RetryPolicy(max_attempts=max_attempts, rng=random.Random())
            is_free = gateway.capabilities.paces_checks_only
            budget = NoBudget() if is_free else budget_of(key.rate, gateway.capabilities)
            feed = PhaseFeed(progress, [budget], phase, host=gateway.host)
            progress.update(feed.state(anyio.current_time()))
            try:
                async with feed.shown():
                    yield (
                        gateway,
                        partial(
                            paced, budget=budget, retry=retry, max_wait_s=max_wait_s, max_outage_s=max_wait_s
                        ),
                        feed,
                    )
            except BaseExceptionGroup as group:
                raise innermost(group) from group
