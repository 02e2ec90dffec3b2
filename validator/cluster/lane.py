"""One key on one machine: the engine's asker in its own event loop, which gets numbers from a run elsewhere.

Only this process has the key's budget, lanes, guard and lock. A lane that replaces a lost one waits for the
lock, which is released when the lost lane's connection to the ledger ends. So two never use the key at once.
"""

from __future__ import annotations

import random
import time
from collections import deque
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

import anyio
from anyio.from_thread import start_blocking_portal
from msgspec import Struct
from msgspec.structs import replace

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
    from validator.batch.wiring import LockedKeys
    from validator.cluster.sent_keys import SentKey
    from validator.ledger_url import Location
    from validator.reports import ProgressState
    from validator.settings import MaxAge

# The longest wait of an exchange before it reports.
REPORT_WITHIN_S = 1.0
LOOK_EVERY_S = 0.1
# The interval between attempts to lock a key that another process still holds.
LOCK_EVERY_S = 1.0
# A run calls each lane about once a second. A lane that is not called for this time has lost its run, and
# ends: its process could go on long after the run has replaced it, and would keep the key's lock.
ORPHANED_S = 30.0


class Orphaned(StoppedEarly):
    """The run does not call the lane any more."""


class LaneOrder(Struct, frozen=True):
    """The settings with which a run starts a lane.

    Attributes:
        key: the key.
        asking: the settings for requests; without a deadline, since the run stops the lane.
        ledger: the location of the ledger.
        max_age: how long answers are fresh.
        started_ms: when the run began, in milliseconds since the Unix epoch.
        holder: text by which a user recognises this run.
        name: the holder's name in leases; each lane has another one, and each that replaces it.
        lock_within_s: how long to wait for the key if another process holds it, in seconds.
    """

    key: SentKey
    asking: AskSettings
    ledger: Location
    max_age: MaxAge
    started_ms: int
    holder: str
    name: str
    lock_within_s: float = 0.0


class LaneInput(Struct, frozen=True):
    """The input that a run sends to a lane in one exchange.

    Attributes:
        numbers: further numbers to ask about.
        coming: how many more numbers are expected after these.
        is_last: whether these are the last numbers.
        stop: why to stop; None to continue.
        gone: the names of lanes that have certainly ended, since another one has the lock of their key.
    """

    numbers: tuple[int, ...] = ()
    coming: int = 0
    is_last: bool = False
    stop: StoppedEarly | None = None
    gone: frozenset[str] = frozenset()


class LaneReport(Struct, frozen=True):
    """The state of a lane.

    Attributes:
        wanted: how many more numbers it can take.
        open: how many of its numbers are not done yet.
        state: the progress to show; None if there is none yet.
        counters: its counters so far.
        has_key: whether it has the lock of its key.
        asked: the result of asking; None while it goes on, or if it failed.
        error: the error with which it failed; None if there is none.
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


class FedNumbers:
    """Numbers that a run sends while a lane asks (implements `leased.Supply`)."""

    def __init__(self) -> None:
        self.wanted = 0
        self.taken = 0
        self.given = 0
        self._numbers: deque[int] = deque()
        self._later = 0
        self._is_last = False

    @property
    def coming(self) -> int:
        """How many numbers are still expected."""
        return len(self._numbers) + self._later

    @property
    def is_over(self) -> bool:
        """Whether no more numbers will come."""
        return self._is_last and not self._numbers

    def take(self, count: int) -> list[int]:
        """Return up to `count` numbers; `wanted` becomes the count of missing ones."""
        taken = [self._numbers.popleft() for _ in range(min(count, len(self._numbers)))]
        self.wanted = count - len(taken)
        self.taken += len(taken)
        return taken

    def put(self, given: LaneInput) -> None:
        """Add the run's input. If it has fewer numbers than wanted, the next `take` sets `wanted` again."""
        self._numbers.extend(given.numbers)
        self.given += len(given.numbers)
        self.wanted = 0
        self._later = 0 if given.is_last else given.coming
        self._is_last = given.is_last


class Lane:
    """Asks with one key. Call its methods one after the other, from one thread.

    Args:
        order: the settings.
    """

    def __init__(self, order: LaneOrder) -> None:
        self._order = order
        self._fed = FedNumbers()
        self._stop = Stop()
        self._counters = RunCounters()
        self._state: ProgressState | None = None
        self._source: LeasedNumbers | None = None
        self._heard_at = time.monotonic()
        self._stack = ExitStack()
        portal = start_blocking_portal(backend_options=OPTIONS, name="lane")
        self._portal = self._stack.enter_context(portal)
        self._asking: Future[Asked] = self._portal.start_task_soon(self._ask_while_heard)

    def exchange(self, given: LaneInput) -> LaneReport:
        """Take a run's input, and return a report when numbers are wanted, at the end, or after a second."""
        report: LaneReport = self._portal.call(self._exchange, given)
        if report.is_over:
            self._stack.close()
        return report

    def abandon(self) -> None:
        """End at once: requests in flight are not recorded, and leases are not released."""
        self._asking.cancel()
        self._stack.close()

    async def _exchange(self, given: LaneInput) -> LaneReport:
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
        """How many numbers are not done yet; unverified ones count as done."""
        unobtained = self._fed.given - self._fed.taken
        if self._source is None:
            return unobtained
        ended = self._counters.asked + self._counters.doubted.total()
        return unobtained + self._source.elsewhere + max(0, self._source.obtained - ended)

    def _show(self, state: ProgressState) -> None:
        self._state = state

    async def _ask_while_heard(self) -> Asked:
        """Ask; if the run does not call the lane any more, end in order, and end the event loop."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._listen)
            asked = await self._ask()
            tasks.cancel_scope.cancel()
        if isinstance(self._stop.why, Orphaned):
            await self._portal.stop()
        return asked

    async def _listen(self) -> None:
        while time.monotonic() - self._heard_at < ORPHANED_S:  # noqa: ASYNC110 - there is no event for a missing call
            await anyio.sleep(LOCK_EVERY_S)
        self._stop(Orphaned("the run does not call this lane any more"))

    async def _ask(self) -> Asked:
        order = self._order
        key = order.key.received()
        with ExitStack() as stack:
            held = await self._lock(stack, partial(locked, [key], order.holder, ledger=order.ledger))
            ledger = stack.enter_context(open_ledger(order.ledger, holder=order.holder))
            self._source = leased(
                self._fed, ledger, holder=order.name, max_age=order.max_age, since_ms=order.started_ms
            )
            asker = Asker(
                held.keys,
                order.asking,
                ledger=ledger,
                counters=self._counters,
                progress=CallbackProgress(self._show),
                stop=self._stop,
                rng=random.Random(),
                hold=held.hold,
            )
            return await asker.ask_from(self._source)

    async def _lock(
        self, stack: ExitStack, lock: Callable[[], AbstractContextManager[LockedKeys]]
    ) -> LockedKeys:
        """Take the key's lock; waits for it, since a lost lane may still have it."""
        give_up_at = anyio.current_time() + self._order.lock_within_s
        while True:
            try:
                return stack.enter_context(lock())
            except Busy:
                if anyio.current_time() >= give_up_at or self._stop.why:
                    raise
                await anyio.sleep(LOCK_EVERY_S)


def _as_ours(error: BaseException) -> ValidatorError:
    """Return an error that can be sent to the run; a bug becomes text, since it may not be picklable."""
    cause = innermost(error) if isinstance(error, BaseExceptionGroup) else error
    if isinstance(cause, ValidatorError):
        return cause
    return ValidatorError(f"internal error in a lane: {type(cause).__name__}: {cause}")
