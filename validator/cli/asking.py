"""The part of `check` and `lookup` that runs on the event loop: put the collaborators together, and ask."""

from __future__ import annotations

import logging
import math
import random
import time
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import anyio

from validator.batch.asking.checks import Asking, ask_all, look_at_sessions
from validator.batch.asking.confirm import confirm_negatives
from validator.batch.asking.contacts import all_contacts, take_contacts
from validator.batch.asking.dispatcher import Bounds
from validator.batch.asking.guarding import doubts, inherit, own_numbers, without
from validator.batch.asking.single_call import paced
from validator.batch.provider import SendApiProvider
from validator.batch.watching.progress_feed import Watch
from validator.batch.watching.status_log import Changes
from validator.batch.watching.stop import Stop, stop_at
from validator.cli.credentials import ProviderOptions, make_budget, make_client, make_lanes
from validator.cli.errors import innermost
from validator.cli.signals import raising_signals, stop_on_signals
from validator.pacing import CONNECTED, Canaries, NoGuard, RetryBudget, RetryPolicy, SessionGuard
from validator.settings import RateMode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from validator.batch.asking.checks import Watcher
    from validator.batch.asking.guarding import Inherited
    from validator.batch.asking.tally import Tally
    from validator.batch.planning.plan import Plan
    from validator.batch.provider import Provider, Status
    from validator.errors import ValidatorError
    from validator.ledger import Ledger
    from validator.model import Number
    from validator.pacing import Budget, BudgetReport, Guard
    from validator.reports import Progress
    from validator.sendapi import ApiKey, AsyncSendAPI

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class AskOptions(ProviderOptions):
    """The options that say how the provider is asked. Each is named and explained in `options`."""

    sessions: tuple[str, ...]
    rate_share: float
    concurrency: int
    retries: int
    max_error_rate: float = 1.0
    max_wait: float = 3_600.0
    max_outage: float = 21_600.0
    deadline: datetime | None = None
    daily_cap: int | None = None
    contacts: bool = False
    canaries: tuple[Number, ...] = ()
    no_canaries: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How the asking went: how long it took, why it ended early, and what should be looked at.

    `left_out` is how many numbers of the second round a limit has kept from being asked about.
    """

    duration_s: float = 0.0
    ending: ValidatorError | None = None
    budget: BudgetReport | None = None
    left_out: int = 0
    warnings: tuple[str, ...] = ()


class Asker:
    """Asks about numbers on behalf of a command.

    Args:
        options: how to ask.
        key: the API key.
        ledger: where what is found out goes.
        tally: what to count in.
        progress: what shows how it goes.
    """

    def __init__(
        self, options: AskOptions, key: ApiKey, *, ledger: Ledger, tally: Tally, progress: Progress
    ) -> None:
        self._options = options
        self._key = key
        self._ledger = ledger
        self._tally = tally
        self._progress = progress

    def ask(self, plan: Plan, then: Callable[[Plan], Plan]) -> Asked:
        """Ask about every number of a plan, and of the one that `then` makes of it and what was answered.

        What the provider refuses is an ending, and never an exception.

        Raises:
            LedgerError: the ledger failed; the run is over, and resumable.
            Interrupted: a signal came before anything was asked, or a second one before what was in flight
                had ended.
            ValidatorError: the run was over before it began, see `look_at_sessions`.
        """
        if plan.numbers.is_empty():
            return Asked()
        try:
            return anyio.run(self._run, plan, then)
        except BaseExceptionGroup as group:
            raise innermost(group) from group

    async def _run(self, plan: Plan, then: Callable[[Plan], Plan]) -> Asked:
        begun = anyio.current_time()
        options = self._options
        budget = make_budget(options.rate, share=options.rate_share)
        async with make_client(options, self._key, connections=options.concurrency) as client:
            ending, left_out, doubts = await self._ask(client, budget, plan, then)
        now = anyio.current_time()
        return Asked(
            duration_s=now - begun,
            ending=ending,
            budget=budget.report(now),
            left_out=left_out,
            warnings=(*_warnings(options), *doubts),
        )

    async def _ask(
        self, client: AsyncSendAPI, budget: Budget, plan: Plan, then: Callable[[Plan], Plan]
    ) -> tuple[ValidatorError | None, int, tuple[str, ...]]:
        """Ask; return why it ended early, what a limit left out, and how far the answers can be believed."""
        provider = SendApiProvider(client)
        seen: list[Status] = []
        async with raising_signals():
            statuses = await look_at_sessions(
                self._options.sessions,
                provider,
                budget=budget,
                max_wait_s=self._options.max_wait,
                tell=seen.append,
            )
            if self._options.contacts:
                connected = [session for session, status in statuses.items() if status == CONNECTED]
                plan = await self._take_contacts(client, budget, plan, connected)
        canaries = Canaries(self._options.canaries or own_numbers(seen), rng=random.Random())
        asking = self._asking(provider, budget, statuses, canaries)
        async with anyio.create_task_group() as tasks:
            stop = Stop()
            tasks.start_soon(stop_on_signals, stop)
            tasks.start_soon(stop_at, _deadline_s(self._options), stop, time.time)
            ending, left_out = await self._ask_all(plan, asking, stop), 0
            if ending is None:
                second = then(plan)
                ending, left_out = await self._ask_second(second, asking, stop), second.left_out
            tasks.cancel_scope.cancel()
        now = anyio.current_time()
        return ending, left_out, doubts(asking.lanes, canaries, self._tally, ending, now)

    async def _ask_second(self, plan: Plan, asking: Asking, stop: Stop) -> ValidatorError | None:
        """Ask about what the answers have brought up; what waited for the session no longer does."""
        if plan.numbers.is_empty():
            return None
        return await self._ask_all(plan, replace(asking, inherited={}), stop)

    async def _ask_all(self, plan: Plan, asking: Asking, stop: Stop) -> ValidatorError | None:
        changes = Changes(asking.budget, asking.lanes)

        def watchers(total: int, phase: str) -> Sequence[Watcher]:
            return Watch(self._progress, asking.budget, total, phase), changes, stop.watch

        begun_ms = _now_ms()
        total = self._tally.asked + len(without(plan.todo, asking.inherited.values()))
        ending = await ask_all(plan.todo, asking, self._tally, watchers(total, "checking"))
        if ending is not None or not plan.confirms:
            return ending
        return await confirm_negatives(
            plan.todo,
            plan.to_confirm,
            asking,
            self._tally,
            since_ms=begun_ms,
            watchers=partial(watchers, phase="confirming"),
        )

    def _asking(
        self, provider: Provider, budget: Budget, statuses: Mapping[str, str], canaries: Canaries
    ) -> Asking:
        options = self._options
        retry = RetryPolicy(max_attempts=options.retries + 1, rng=random.Random())
        inherited, guards = self._guard(statuses, canaries)
        return Asking(
            provider=provider,
            lanes=make_lanes(statuses, guards, retry, max_outage_s=options.max_outage),
            budget=budget,
            retries=RetryBudget(),
            bounds=_bounds(options, self._ledger),
            ledger=self._ledger,
            now_ms=_now_ms,
            inherited=inherited,
        )

    def _guard(
        self, statuses: Mapping[str, str], canaries: Canaries
    ) -> tuple[dict[str, Inherited], dict[str, Guard]]:
        """Return a guard for each session, and what it takes over from an earlier run."""
        if self._options.no_canaries:
            return {}, {session: NoGuard() for session in statuses}
        inherited = {
            session: inherit(self._ledger, session, status=status, now_ms=_now_ms())
            for session, status in statuses.items()
        }
        guards: dict[str, Guard] = {
            session: SessionGuard(session, canaries=canaries, heard=one.heard, settled=one.settled)
            for session, one in inherited.items()
        }
        return inherited, guards

    async def _take_contacts(
        self, client: AsyncSendAPI, budget: Budget, plan: Plan, sessions: Sequence[str]
    ) -> Plan:
        retry = RetryPolicy(rng=random.Random())
        through = partial(paced, budget=budget, retry=retry, max_wait_s=self._options.max_wait)
        left, others = plan.numbers, plan.variants["other"]
        for session in sessions:
            contacts = all_contacts(client, session, through)
            left = await take_contacts(contacts, left, others, ledger=self._ledger, now_ms=_now_ms)
        return plan.among(left)


def _bounds(options: AskOptions, ledger: Ledger) -> Bounds:
    now = datetime.now().astimezone()
    return Bounds(
        concurrency=options.concurrency,
        deadline=anyio.current_time() + _deadline_s(options) - time.time(),
        max_wait_s=options.max_wait,
        max_error_rate=options.max_error_rate,
        left_today=_left_today(options, ledger, now),
    )


def _deadline_s(options: AskOptions) -> float:
    return math.inf if options.deadline is None else options.deadline.timestamp()


def _left_today(options: AskOptions, ledger: Ledger, now: datetime) -> dict[str, int]:
    """Return what the cap leaves each session of the local calendar day, earlier runs counted in."""
    if options.daily_cap is None:
        return {}
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    since_ms = int(midnight.timestamp() * 1000)
    spent = {session: ledger.spent_since(session, since_ms) for session in options.sessions}
    return {session: max(0, options.daily_cap - count) for session, count in spent.items()}


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _warnings(options: AskOptions) -> tuple[str, ...]:
    warnings = []
    if options.rate.mode is RateMode.NONE:
        warnings.append(
            "the run was not paced (--rate none): against the real provider this puts the number at risk"
        )
    if options.no_canaries:
        warnings.append(
            'every "no" was believed (--no-canaries): a session that has died can say it of anybody'
        )
    return tuple(warnings)
