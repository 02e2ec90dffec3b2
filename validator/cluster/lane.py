"""One key on one machine: the engine's asker in an event loop of its own, fed by a run elsewhere.

The key's budget, lanes, guard and lock have their one home here. The lock is the fence: a lane that replaces
a lost one waits until the lost one's connection to the ledger has ended, and its lock with it.
"""

from __future__ import annotations

import random
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import anyio
from anyio.from_thread import start_blocking_portal

from validator.batch.asker import Asker
from validator.batch.asking.counters import RunCounters
from validator.batch.sharing import leased
from validator.batch.watching.stop import Stop
from validator.batch.wiring import locked
from validator.errors import Busy, StoppedEarly, ValidatorError, innermost
from validator.http.event_loop import OPTIONS
from validator.ledger import open_ledger
from validator.reports import CallbackProgress

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

    from validator.batch.ask_settings import AskSettings
    from validator.batch.asked import Asked
    from validator.batch.asking.leased import LeasedNumbers
    from validator.cluster.sent_keys import SentKey
    from validator.ledger import Hold
    from validator.ledger_url import Location
    from validator.reports import ProgressState
    from validator.settings import MaxAge

# A look at a lane waits so long for something to report.
REPORT_WITHIN_S = 1.0
LOOK_EVERY_S = 0.1
# How often a key is tried whose lock another process still holds.
LOCK_EVERY_S = 1.0
# A run looks at each lane about once a second. A lane that it does not look at has lost it and makes way: its
# process may go on for long after its machine is given up, and would keep the key's lock.
ORPHANED_S = 30.0


class Orphaned(StoppedEarly):
    """The run that feeds a lane is not heard of any more."""


@dataclass(frozen=True, slots=True)
class LaneOrder:
    """What a lane is to do.

    Attributes:
        key: the key.
        asking: how to ask; without a deadline, which is the run's to keep.
        ledger: the location of the ledger.
        max_age: how long answers hold.
        started_ms: when the run began, in milliseconds since the Unix epoch.
        holder: what a person needs to recognise this run.
        name: who leases numbers: another text for each lane, and for each that replaces it.
        lock_within_s: how long to wait for the key if another process holds it.
    """

    key: SentKey
    asking: AskSettings
    ledger: Location
    max_age: MaxAge
    started_ms: int
    holder: str
    name: str
    lock_within_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Given:
    """What a run tells a lane.

    Attributes:
        numbers: further numbers to ask about.
        coming: how many more are likely to come.
        is_last: whether no more will come.
        stop: why to stop; None to go on.
        gone: the names of lanes that have ended for certain: another one has the lock of their key.
    """

    numbers: tuple[int, ...] = ()
    coming: int = 0
    is_last: bool = False
    stop: StoppedEarly | None = None
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LaneReport:
    """How a lane gets on.

    Attributes:
        wanted: how many more numbers it has room for.
        open: how many of those that it was given have no end yet.
        state: what there is to show, None if nothing is yet.
        counters: what it has counted so far.
        has_key: whether it has the lock of its key.
        asked: how it ended; None while it goes on.
        error: why it could not go on, beside that; None if nothing is wrong.
    """

    wanted: int
    open: int
    state: ProgressState | None
    counters: RunCounters
    has_key: bool = False
    asked: Asked | None = None
    error: ValidatorError | None = None

    @property
    def is_over(self) -> bool:
        """Whether the lane has ended."""
        return self.asked is not None or self.error is not None


class Fed:
    """Numbers that come from elsewhere while a lane asks (`leased.Supply`)."""

    def __init__(self) -> None:
        self.wanted = 0
        self.taken = 0
        self.given = 0
        self._numbers: deque[int] = deque()
        self._later = 0
        self._is_last = False

    @property
    def coming(self) -> int:
        """How many are still to come."""
        return len(self._numbers) + self._later

    @property
    def is_over(self) -> bool:
        """Whether no more will come."""
        return self._is_last and not self._numbers

    def take(self, count: int) -> list[int]:
        """Return up to so many; what is missing is wanted."""
        taken = [self._numbers.popleft() for _ in range(min(count, len(self._numbers)))]
        self.wanted = count - len(taken)
        self.taken += len(taken)
        return taken

    def put(self, given: Given) -> None:
        """Take what the run gives; if that is less than was wanted, the next `take` wants the rest."""
        self._numbers.extend(given.numbers)
        self.given += len(given.numbers)
        self.wanted = 0
        self._later = 0 if given.is_last else given.coming
        self._is_last = given.is_last


class Lane:
    """Asks with one key. Its methods are called one after the other, from one thread.

    Args:
        order: what to do.
    """

    def __init__(self, order: LaneOrder) -> None:
        self._order = order
        self._fed = Fed()
        self._stop = Stop()
        self._counters = RunCounters()
        self._state: ProgressState | None = None
        self._source: LeasedNumbers | None = None
        self._heard_at = time.monotonic()
        self._stack = ExitStack()
        portal = start_blocking_portal(backend_options=OPTIONS, name="lane")
        self._portal = self._stack.enter_context(portal)
        self._asking: Future[Asked] = self._portal.start_task_soon(self._ask_while_heard)

    def exchange(self, given: Given) -> LaneReport:
        """Take what a run gives, and return how it goes, as soon as there is something to say."""
        report: LaneReport = self._portal.call(self._exchange, given)
        if report.is_over:
            self._stack.close()
        return report

    def abandon(self) -> None:
        """Leave everything as it is: what is in flight is not written down, and no lease is given back."""
        self._asking.cancel()
        self._stack.close()

    async def _exchange(self, given: Given) -> LaneReport:
        self._heard_at = time.monotonic()
        self._fed.put(given)
        if self._source is not None:
            self._source.gone = given.gone
        if given.stop is not None:
            self._stop(given.stop)
        with anyio.move_on_after(REPORT_WITHIN_S):
            while not (self._asking.done() or (self._fed.wanted and given.coming)):  # noqa: ASYNC110
                await anyio.sleep(LOOK_EVERY_S)
        return self._report()

    def _report(self) -> LaneReport:
        has_key = self._source is not None
        report = LaneReport(self._fed.wanted, self._open, self._state, self._counters, has_key)
        if not self._asking.done():
            return report
        error = self._asking.exception()
        if error is None:
            return replace(report, asked=self._asking.result())
        return replace(report, error=_as_ours(error))

    @property
    def _open(self) -> int:
        """How many numbers have no end yet; what nothing vouches for has come to its end."""
        unobtained = self._fed.given - self._fed.taken
        if self._source is None:
            return unobtained
        ended = self._counters.asked + self._counters.doubted.total()
        return unobtained + self._source.elsewhere + max(0, self._source.obtained - ended)

    def _show(self, state: ProgressState) -> None:
        self._state = state

    async def _ask_while_heard(self) -> Asked:
        """Ask; end in order, and the event loop too, if the run is not heard of any more."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._listen)
            asked = await self._ask()
            tasks.cancel_scope.cancel()
        if isinstance(self._stop.why, Orphaned):
            await self._portal.stop()
        return asked

    async def _listen(self) -> None:
        while time.monotonic() - self._heard_at < ORPHANED_S:  # noqa: ASYNC110 - nothing reports a silence
            await anyio.sleep(LOCK_EVERY_S)
        self._stop(Orphaned("the run is not heard of any more"))

    async def _ask(self) -> Asked:
        order = self._order
        key = order.key.received()
        with ExitStack() as stack:
            hold = await self._lock(stack, partial(locked, [key], order.holder, ledger=order.ledger))
            ledger = stack.enter_context(open_ledger(order.ledger, holder=order.holder))
            self._source = leased(
                self._fed, ledger, holder=order.name, max_age=order.max_age, since_ms=order.started_ms
            )
            asker = Asker(
                [key],
                order.asking,
                ledger=ledger,
                counters=self._counters,
                progress=CallbackProgress(self._show),
                stop=self._stop,
                rng=random.Random(),
                hold=hold,
            )
            return await asker.ask_from(self._source)

    async def _lock(self, stack: ExitStack, lock: Callable[[], AbstractContextManager[Hold]]) -> Hold:
        """Take the key's lock, and wait for it if a lost lane may still have it."""
        give_up_at = anyio.current_time() + self._order.lock_within_s
        while True:
            try:
                return stack.enter_context(lock())
            except Busy:
                if anyio.current_time() >= give_up_at or self._stop.why:
                    raise
                await anyio.sleep(LOCK_EVERY_S)


def _as_ours(error: BaseException) -> ValidatorError:
    """Return an error as it is sent to the run; of a bug only the name, since it may not be picklable."""
    cause = innermost(error) if isinstance(error, BaseExceptionGroup) else error
    if isinstance(cause, ValidatorError):
        return cause
    return ValidatorError(f"internal error in a lane: {type(cause).__name__}: {cause}")
