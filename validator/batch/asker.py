"""Asks gateways about the numbers of a plan: the part of a run that runs on the event loop."""

from __future__ import annotations

import math
import random
import time
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING

import anyio
from msgspec import structs
from msgspec.structs import replace

from validator.batch.asked import Asked
from validator.batch.asking.checks import ask_all
from validator.batch.asking.confirm import confirm_negatives
from validator.batch.asking.guarding import forget_unverified, proof_of, session_remedies, session_warnings
from validator.batch.asking.run_state import Bounds
from validator.batch.clock import clock_warnings
from validator.batch.first_requests import FirstRequests
from validator.batch.open_files import connections_within_limit
from validator.batch.output.summarise import AskedKey
from validator.batch.planning.plan import Plan
from validator.batch.watching.key_watch import watch_keys
from validator.batch.watching.progress_feed import ProgressFeed, hosts_text
from validator.batch.watching.status_log import StatusLogger
from validator.batch.watching.stop import stop_at
from validator.batch.watching.timeline_feed import TimelineFeed
from validator.batch.wiring import OpenKey, budget_of, make_asking, refs_of
from validator.gateways.registry import open_gateway
from validator.ledger import NothingToLose
from validator.local_time import start_of_day_s
from validator.pacing import Canaries, NoBudget, SessionGuard
from validator.reports import ProgressState, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    import polars as pl

    from validator.batch.ask_settings import AskSettings, KeySettings
    from validator.batch.asking.checks import Asking, Watcher
    from validator.batch.asking.counters import RunCounters
    from validator.batch.asking.feeding import Source
    from validator.batch.watching.stop import Stop
    from validator.errors import ValidatorError
    from validator.gateways.gateway import Gateway, GatewayOptions, SessionReply
    from validator.ledger import Hold, Ledger
    from validator.model import SessionRef, SessionStatus
    from validator.pacing import Guard
    from validator.reports import Progress

    OpenGateway = Callable[[str, GatewayOptions], AbstractAsyncContextManager[Gateway]]


class Asker:
    """Asks about numbers: opens the gateways, looks at the sessions, and works through a plan.

    Args:
        keys: the keys to ask with.
        settings: how to ask.
        ledger: where outcomes are written.
        counters: the counters of the run.
        progress: shows the progress.
        stop: ends the run in order.
        open_gateway: opens the gateway with a name.
        now_s: returns the time in Unix seconds.
        rng: spreads retries and probes.
        hold: keeps other runs from using the keys.
        source_of: makes the source of a plan's numbers if other runs share them; None if no run does.
    """

    def __init__(
        self,
        keys: Sequence[KeySettings],
        settings: AskSettings,
        *,
        ledger: Ledger,
        counters: RunCounters,
        progress: Progress,
        stop: Stop,
        open_gateway: OpenGateway = open_gateway,
        now_s: Callable[[], float] = time.time,
        rng: random.Random | None = None,
        hold: Hold | None = None,
        source_of: Callable[[pl.Series], Source] | None = None,
    ) -> None:
        self._keys = keys
        self._settings = settings
        self._ledger = ledger
        self._counters = counters
        self._progress = progress
        self._stop = stop
        self._open_gateway = open_gateway
        self._now_s = now_s
        self._rng = rng or random.Random()
        self._hold = hold or NothingToLose()
        self._source_of = source_of
        self._concurrency = settings.concurrency
        self._timeline = Timeline()
        self._remedies: tuple[str, ...] = ()
        self._begun = 0.0

    async def ask(self, plan: Plan, next_round: Callable[[Plan], Plan]) -> Asked:
        """Ask about every number of a plan, then about those of the next plan.

        A refusal by a gateway ends up in `Asked.ending` and is not raised.

        Args:
            plan: the plan.
            next_round: makes the next plan from this one.

        Raises:
            LedgerError: the ledger failed; the run is over, and resumable. It may come in a group.
            UsageError: a canary is in a suppression list.
            ValidatorError: no session can be used, see `look_at_sessions`. It may come in a group.
        """
        plan.require_allowed(self._settings.canaries)
        return Asked() if plan.numbers.is_empty() else await self._ask_through(plan, next_round)

    async def ask_from(self, source: Source) -> Asked:
        """Ask about every number of a source until it is over; apart from that like `ask`."""
        self._source_of = lambda _: source
        return await self._ask_through(Plan.empty(), Plan.without_numbers)

    async def _ask_through(self, plan: Plan, next_round: Callable[[Plan], Plan]) -> Asked:
        """Open the gateways, and ask through them."""
        self._begun = anyio.current_time()
        self._concurrency = connections_within_limit(self._settings.concurrency, len(self._keys))
        async with AsyncExitStack() as stack:
            keys = [await self._open(key, stack) for key in self._keys]
            hosts = hosts_text(key.gateway.host for key in keys)
            self._progress.update(ProgressState(phase="checking", host=hosts, total=len(plan.numbers)))
            ending, left_out, warnings = await self._ask(keys, plan, next_round)
        now = anyio.current_time()
        return Asked(
            duration_s=now - self._begun,
            ending=ending,
            keys=tuple(_asked_key(key, now) for key in keys),
            left_out=left_out,
            warnings=(*self._settings.warnings(self._keys), *warnings),
            timeline=self._timeline,
            remedies=self._remedies,
        )

    async def _open(self, key: KeySettings, stack: AsyncExitStack) -> OpenKey:
        options = replace(key.options, max_connections=self._concurrency)
        gateway = await stack.enter_async_context(self._open_gateway(key.gateway, options))
        budget = budget_of(key.rate, gateway.capabilities, share=self._settings.rate_share)
        side_budget = NoBudget() if gateway.capabilities.paces_checks_only else None
        return OpenKey(key, gateway, budget, side_budget)

    async def _ask(
        self, keys: Sequence[OpenKey], plan: Plan, next_round: Callable[[Plan], Plan]
    ) -> tuple[ValidatorError | None, int, tuple[str, ...]]:
        """Ask until the deadline; return why it ended early, how many numbers are left out, and warnings."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stop_at, self._deadline_s(), self._stop, self._now_s)
            tasks.start_soon(watch_keys, self._hold, self._stop)
            asked = await self._ask_until_stopped(keys, plan, next_round)
            tasks.cancel_scope.cancel()
        return asked

    async def _ask_until_stopped(
        self, keys: Sequence[OpenKey], plan: Plan, next_round: Callable[[Plan], Plan]
    ) -> tuple[ValidatorError | None, int, tuple[str, ...]]:
        seen: list[SessionReply] = []
        first = FirstRequests(keys, self._settings, self._progress, self._stop)
        begun_s = self._now_s()
        async with self._stop.ending():
            statuses = await first.look_at_sessions(seen.append)
            known = self._settings.canaries or plan.allowed_canaries(await first.linked_numbers(seen))
            if self._settings.contacts:
                numbers = len(plan.numbers)
                plan = await first.take_contacts(
                    statuses, plan, ledger=self._ledger, now_ms=self._now_ms, rng=self._rng
                )
                self._counters.from_contacts = numbers - len(plan.numbers)
        if self._stop.why:
            return self._stop.why, 0, ()
        clock = clock_warnings((reply.rate.sent_at_s for reply in seen), begun_s, self._now_s())
        canaries = Canaries(known, rng=self._rng)
        asking = self._asking(keys, statuses, canaries, plan)
        ending, left_out = await self._ask_all(plan, asking), 0
        if ending is None:
            second = next_round(plan)
            ending, left_out = await self._ask_second(second, asking), second.left_out
        now = anyio.current_time()
        self._remedies = session_remedies(asking.lanes, canaries, self._counters)
        warnings = session_warnings(asking.lanes, canaries, self._counters, ending, now)
        return ending, left_out, (*clock, *warnings)

    async def _ask_second(self, plan: Plan, asking: Asking) -> ValidatorError | None:
        """Ask about the numbers of the next round. The "no"s of earlier runs are decided by then."""
        if plan.numbers.is_empty():
            return None
        return await self._ask_all(plan, asking)

    async def _ask_all(self, plan: Plan, asking: Asking) -> ValidatorError | None:
        logger = StatusLogger(asking.lanes)
        timeline = TimelineFeed(self._timeline, asking.lanes, self._begun)

        def watchers(total: int, phase: str) -> Sequence[Watcher]:
            progress = ProgressFeed(self._progress, asking.lanes, total, phase)
            return progress, timeline, logger, self._stop.watch

        begun_ms = self._now_ms()
        total = self._counters.asked + len(plan.todo)
        ending = await ask_all(plan.todo, asking, self._counters, watchers(total, "checking"))
        if ending is not None or not plan.confirms:
            return ending
        return await confirm_negatives(
            plan.todo,
            plan.to_confirm,
            asking,
            self._counters,
            since_ms=begun_ms,
            watchers=partial(watchers, phase="confirming"),
        )

    def _asking(
        self,
        keys: Sequence[OpenKey],
        statuses: Mapping[SessionRef, SessionStatus],
        canaries: Canaries,
        plan: Plan,
    ) -> Asking:
        asking = make_asking(
            keys,
            self._settings,
            ledger=self._ledger,
            statuses=statuses,
            guards=self._guards(keys, statuses, canaries),
            bounds=self._bounds(plan),
            now_ms=self._now_ms,
            rng=self._rng,
        )
        return structs.replace(asking, source_of=self._source_of)

    def _guards(
        self, keys: Iterable[OpenKey], sessions: Iterable[SessionRef], canaries: Canaries
    ) -> dict[SessionRef, Guard]:
        """Return a guard for each session, which has nothing to confirm at its start."""
        if not self._settings.uses_canaries:
            return {}
        forget_unverified(self._ledger, sessions)
        proofs = {ref: proof_of(key.gateway.capabilities) for key in keys for ref in refs_of(key.settings)}
        return {ref: SessionGuard(ref.session, canaries=canaries, proof=proofs[ref]) for ref in sessions}

    def _bounds(self, plan: Plan) -> Bounds:
        """Return when to stop early. The time to write the list is subtracted from the grace period."""
        settings = self._settings
        return Bounds(
            concurrency=self._concurrency * len(self._keys),
            grace_s=max(0.0, settings.grace_s - plan.prepared_s),
            max_wait_s=settings.max_wait_s,
            max_error_rate=settings.max_error_rate,
            left_today=self._left_today(),
            needed=plan.needed,
        )

    def _deadline_s(self) -> float:
        deadline = self._settings.deadline
        return math.inf if deadline is None else deadline.timestamp()

    def _left_today(self) -> dict[SessionRef, int]:
        """Return how many numbers the caps still allow each session on this local calendar day."""
        since_ms = int(start_of_day_s(self._now_s()) * 1000)
        return {
            ref: max(0, cap - self._ledger.spent_since(ref, since_ms))
            for key in self._keys
            if (cap := key.cap) is not None
            for ref in refs_of(key)
        }

    def _now_ms(self) -> int:
        return int(self._now_s() * 1000)


def _asked_key(key: OpenKey, now: float) -> AskedKey:
    return AskedKey(
        name=key.settings.name,
        gateway=key.settings.gateway,
        host=key.gateway.host,
        sessions=refs_of(key.settings),
        budget=key.budget.report(now),
    )
