"""The part of a run that talks to the provider: preflight, contacts, fan-out, and who watches it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio

from validator.batch.asking.dispatcher import FanOut
from validator.batch.asking.exchanges import Exchanges
from validator.batch.asking.guarding import Guarding, Inherited, without
from validator.batch.asking.queue import Queue
from validator.batch.asking.recorder import Recorder
from validator.batch.asking.single_call import paced
from validator.errors import ApiError, Forbidden, ValidatorError
from validator.model import Reason
from validator.pacing import CONNECTED, RetryPolicy, ending_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    import polars as pl

    from validator.batch.asking.dispatcher import Bounds
    from validator.batch.asking.tally import Tally
    from validator.batch.provider import Provider, Status
    from validator.ledger import Ledger
    from validator.pacing import Budget, Lane, RetryBudget

    Watcher = Callable[[FanOut, Tally], Coroutine[Any, Any, None]]


# Before anything was asked, a wrong address is likelier than an outage: some seconds tell which.
FIRST_LOOKS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Everything that asking needs, put together by the command.

    Attributes:
        provider: whom to ask.
        lanes: the sessions to ask through.
        budget: the key's budget.
        retries: how many retries the run may make.
        bounds: where to stop early.
        ledger: where outcomes go.
        now_ms: the time of day in milliseconds since the Unix epoch.
        inherited: what the lanes' guards have taken over from an earlier run, by session.
        absence: the reason that a "no" is written down with.
    """

    provider: Provider
    lanes: Sequence[Lane]
    budget: Budget
    retries: RetryBudget
    bounds: Bounds
    ledger: Ledger
    now_ms: Callable[[], int]
    inherited: Mapping[str, Inherited] = field(default_factory=dict)
    absence: Reason = Reason.NOT_ON_WHATSAPP


async def ask_all(
    todo: pl.Series, asking: Asking, tally: Tally, watchers: Sequence[Watcher] = ()
) -> ValidatorError | None:
    """Ask about every number; return why it ended early, or None where nothing was left to ask.

    Raises:
        ExceptionGroup: with a `LedgerError`: the ledger failed; the run is over, and resumable.
    """
    fresh = without(todo, asking.inherited.values())
    queue = Queue((int(number) for number in fresh), len(fresh))
    recorder = Recorder(asking.ledger, on_durable=tally.durable, now_ms=asking.now_ms)
    guarding = Guarding(todo=todo, inherited=asking.inherited, queue=queue, recorder=recorder, tally=tally)
    exchanges = Exchanges(
        provider=asking.provider,
        queue=queue,
        budget=asking.budget,
        retries=asking.retries,
        guarding=guarding,
        recorder=recorder,
        tally=tally,
        now_ms=asking.now_ms,
        absence=asking.absence,
    )
    fan_out = FanOut(
        queue=queue,
        lanes=asking.lanes,
        budget=asking.budget,
        retries=asking.retries,
        exchanges=exchanges,
        guarding=guarding,
        recorder=recorder,
        tally=tally,
        bounds=asking.bounds,
    )
    async with anyio.create_task_group() as watching:
        for watcher in watchers:
            watching.start_soon(watcher, fan_out, tally)
        ending = await fan_out.run()
        watching.cancel_scope.cancel()
    return ending


async def look_at_sessions(
    sessions: Sequence[str],
    provider: Provider,
    *,
    budget: Budget,
    max_wait_s: float,
    tell: Callable[[Status], None] = lambda _: None,
) -> dict[str, str]:
    """Return the state of each session, so that a wrong set-up costs one call and not a list of them.

    A session whose state the key may not see is taken to be connected: the checks will tell.

    Raises:
        ValidatorError: why the run is over before it began: the provider refuses the key, does not know a
            session, or cannot be reached.
    """
    retry = RetryPolicy(max_attempts=FIRST_LOOKS, rng=random.Random())
    statuses = {}
    for session in sessions:
        try:
            look = partial(provider.look_at, session)
            seen = await paced(look, budget=budget, retry=retry, max_wait_s=max_wait_s)
        except Forbidden:
            statuses[session] = CONNECTED
            continue
        except ApiError as failure:
            raise ending_of(session, failure) from failure
        statuses[session] = seen.status
        tell(seen)
    return statuses
