"""Asks about a queue of numbers: the first look at the sessions, the dispatcher, and its watchers."""

from __future__ import annotations

import math
import random
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
from msgspec import Struct

from validator.batch.asking.dispatcher import Dispatcher
from validator.batch.asking.feeding import Feeding
from validator.batch.asking.guarding import Guarding, in_order_of, shuffled
from validator.batch.asking.queue import Queue
from validator.batch.asking.recorder import Recorder
from validator.batch.asking.run_state import RunState
from validator.batch.asking.single_call import paced
from validator.batch.asking.withheld import Withheld
from validator.errors import ApiError, Forbidden, ValidatorError
from validator.http.event_loop import loop_clock
from validator.model import READY, Reason
from validator.pacing import RetryPolicy, ending_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    import polars as pl

    from validator.batch.asking.counters import RunCounters
    from validator.batch.asking.feeding import Source
    from validator.batch.asking.run_state import Bounds
    from validator.batch.asking.steps import GatewayLane
    from validator.gateways.gateway import Gateway, SessionReply
    from validator.ledger import Ledger
    from validator.model import SessionStatus
    from validator.pacing import Budget, RetryBudget

    Watcher = Callable[[Dispatcher, RunCounters], Coroutine[Any, Any, None]]


# Before the first answer, a wrong address is more likely than an outage. A few attempts show which it is.
FIRST_LOOKS = 3


class Asking(Struct, frozen=True, kw_only=True):
    """The collaborators that a run uses for each queue of numbers.

    Attributes:
        lanes: the lanes to ask through, of one key or several.
        retries: the run's retry budget.
        bounds: when to stop early.
        ledger: where outcomes are written.
        now_ms: returns the time in milliseconds since the Unix epoch.
        negative_reason: the reason that is recorded with a "no".
        source_of: makes the source that feeds the queue, given the numbers of a plan; None if all numbers are
            in the queue from the start.
    """

    lanes: Sequence[GatewayLane]
    retries: RetryBudget
    bounds: Bounds
    ledger: Ledger
    now_ms: Callable[[], int]
    negative_reason: Reason = Reason.NOT_ON_WHATSAPP
    source_of: Callable[[pl.Series], Source] | None = None


async def ask_all(
    todo: pl.Series, asking: Asking, counters: RunCounters, watchers: Sequence[Watcher] = ()
) -> ValidatorError | None:
    """Ask about every number; return why it ended early, or None if all were asked about.

    Raises:
        ExceptionGroup: with a `LedgerError`: the ledger failed; the run is over, and resumable.
    """
    source = None if asking.source_of is None else asking.source_of(todo)
    state = _state(todo, asking, counters, is_fed=source is not None)
    dispatcher = Dispatcher(state)
    feeding: list[Watcher] = [] if source is None else [Feeding(source, state.queue, asking.lanes)]
    async with anyio.create_task_group() as watching:
        for watcher in (*feeding, *watchers):
            watching.start_soon(watcher, dispatcher, counters)
        ending = await dispatcher.run()
        watching.cancel_scope.cancel()
    if source is not None:
        source.close()
    return ending


def _state(todo: pl.Series, asking: Asking, counters: RunCounters, *, is_fed: bool) -> RunState:
    are_again = asking.negative_reason is Reason.NOT_ON_WHATSAPP_TWICE
    given = todo.clear() if is_fed else todo
    queue = Queue(given, len(given), are_again=are_again)
    recorder = Recorder(asking.ledger, on_durable=counters.durable, now_ms=asking.now_ms)
    return RunState(
        queue=queue,
        lanes=asking.lanes,
        retries=asking.retries,
        guarding=Guarding(
            in_order=shuffled if is_fed else in_order_of(todo),
            has_others=len(asking.lanes) > 1,
            queue=queue,
            recorder=recorder,
            counters=counters,
        ),
        withheld=Withheld(queue),
        recorder=recorder,
        counters=counters,
        bounds=asking.bounds,
        clock=loop_clock(),
        now_ms=asking.now_ms,
        negative_reason=asking.negative_reason,
    )


async def look_at_sessions(
    sessions: Sequence[str],
    gateway: Gateway,
    *,
    budget: Budget,
    max_wait_s: float,
    max_outage_s: float = math.inf,
    on_reply: Callable[[SessionReply], None] = lambda _: None,
    key_name: str = "",
) -> dict[str, SessionStatus]:
    """Return the state of each session, so that a wrong set-up fails after one call and not after many.

    A session counts as ready if the key must not see its state, or the gateway cannot report it: the checks
    will show whether it is. `key_name` is for messages: the name of one of several keys.

    Raises:
        ValidatorError: the gateway refuses the key, does not know a session, or cannot be reached.
    """
    if not gateway.capabilities.has_session_status:
        return dict.fromkeys(sessions, READY)
    retry = RetryPolicy(max_attempts=FIRST_LOOKS, rng=random.Random())
    statuses = {}
    for session in sessions:
        try:
            look = partial(gateway.session_status, session)
            reply = await paced(
                look,
                budget=budget,
                retry=retry,
                max_wait_s=max_wait_s,
                max_outage_s=max_outage_s,
                is_patient=True,
                believed=(Forbidden,),
            )
        except Forbidden:
            statuses[session] = READY
            continue
        except ApiError as failure:
            raise ending_of(session, failure, key_name=key_name) from failure
        statuses[session] = reply.status
        on_reply(reply)
    return statuses
