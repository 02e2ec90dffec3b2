"""The active runs of this process, which continue without a browser.

    started ──► active ──► done, or failed
                 │ ├─ stop ──► stopped: the files are written with the answers so far
                 │ ├─ pause ─► paused: no file is written
                 │ ├─ the process ends ────► paused
                 │ └─ the process is killed: the stored state is still "running", and is shown as paused

To start such a run again resumes it, since the ledger has the answers.
"""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import anyio
from msgspec import Struct, field

from validator import api
from validator.batch.ask_settings import KeySettings
from validator.batch.library_options import RunOptions
from validator.batch.watching.stop import Stop
from validator.errors import Busy, StoppedEarly, UsageError, ValidatorError, innermost
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import DEFAULT_GATEWAY, capabilities_of
from validator.http.network import Network
from validator.reports import ProgressState
from validator.web.lists import LastRun, RunState
from validator.web.outcome import check_outcome, sample_outcome
from validator.web.reading import page_text, rate_of, settings_of, size_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from decimal import Decimal
    from pathlib import Path

    from anyio.abc import TaskGroup

    from validator.gateways.capabilities import Capabilities
    from validator.http.api_key import ApiKey
    from validator.ledger_url import Location
    from validator.reports import Summary
    from validator.web.key import KeyHolder
    from validator.web.lists import Choices, Kind, Lists, StoredList
    from validator.web.opt_outs import OptOuts

LOG = logging.getLogger(__name__)


class Provider(Struct, frozen=True, kw_only=True):
    """The provider and the ledger, from the command line; `session` is used if the user chooses none."""

    ledger: Location
    gateway: str = DEFAULT_GATEWAY
    session: str = ""
    base_url: str | None = None
    timeout_s: float = 30.0
    network: Network = field(default_factory=Network)
    allow_new_host: bool = False
    price: Decimal | None = None

    @property
    def host(self) -> str:
        """The host and port that requests go to."""
        return urlsplit(self.base_url or self.capabilities.default_url or "").netloc

    @property
    def capabilities(self) -> Capabilities:
        """The capabilities of the gateway."""
        return capabilities_of(self.gateway)

    def key_settings(self, key: ApiKey, choices: Choices) -> KeySettings:
        """Return the settings of the key, with the user's choices of session and rate."""
        return KeySettings(
            options=GatewayOptions(
                key=key, base_url=self.base_url, timeout_s=self.timeout_s, network=self.network
            ),
            gateway=self.gateway,
            sessions=(choices.session or self.session,),
            rate=rate_of(choices),
            allow_new_host=self.allow_new_host,
        )


class ActiveRun(Struct):
    """A run that is active.

    Attributes:
        kind: a sample or a check.
        stop: ends it in order, and its files are written.
        scope: if it is cancelled, the run ends in order, and no file is written.
        progress: its newest progress.
        ending: `pausing` or `stopping` if the user has ended it, otherwise empty.
    """

    kind: Kind
    stop: Stop = field(default_factory=Stop)
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    progress: ProgressState = field(default_factory=lambda: ProgressState(phase="reading"))
    ending: str = ""

    def show(self, state: ProgressState) -> None:
        """Store the newest progress."""
        self.progress = state


class Runs:
    """Starts, pauses and stops runs.

    Args:
        tasks: the task group for runs.
        lists: the lists, with the stored results.
        opt_outs: the suppression lists.
        key: the key.
        provider: the provider and the ledger.
    """

    def __init__(
        self, tasks: TaskGroup, lists: Lists, opt_outs: OptOuts, key: KeyHolder, provider: Provider
    ) -> None:
        self._tasks = tasks
        self._lists = lists
        self._opt_outs = opt_outs
        self._key = key
        self.provider = provider
        self._active: dict[str, ActiveRun] = {}
        self._listing = anyio.Lock()

    @asynccontextmanager
    async def provider_for_listing(self) -> AsyncIterator[Provider]:
        """Yield the provider for listing sessions. A run that starts meanwhile waits until the block ends.

        Raises:
            Busy: a run uses the key.
        """
        if self._active:
            raise Busy("the sessions can be listed once no list is being checked; enter the session's id")
        async with self._listing:
            yield self.provider

    def of(self, stored: StoredList) -> ActiveRun | None:
        """Return the active run over a list, or None."""
        return self._active.get(stored.id)

    def state_of(self, stored: StoredList, kind: Kind) -> RunState | None:
        """Return the state of the last run; a run that was killed counts as paused."""
        last = stored.sample if kind == "sample" else stored.check
        if last is None:
            return None
        is_dead = last.state is RunState.RUNNING and self.of(stored) is None
        return RunState.PAUSED if is_dead else last.state

    def start(self, stored: StoredList, kind: Kind) -> None:
        """Start or resume a run.

        Raises:
            Busy: another run over this list is active.
            UsageError: a choice is wrong, or the key or the session is missing.
        """
        if stored.id in self._active:
            raise Busy("this list is being checked already; pause or stop that run first")
        active = ActiveRun(kind)
        work = self._work(stored, kind, active)
        saved = self._lists.save(stored.with_run(kind, LastRun(state=RunState.RUNNING)))
        self._active[stored.id] = active
        self._tasks.start_soon(self._run, saved, active, work)

    def pause(self, stored: StoredList) -> None:
        """End the active run after its requests in flight, and write no file; does nothing without one."""
        if active := self.of(stored):
            active.ending = "pausing"
            active.scope.cancel()

    def stop(self, stored: StoredList) -> None:
        """End the active run after its requests in flight, and write its files; does nothing without one."""
        if active := self.of(stored):
            active.ending = "stopping"
            active.stop(StoppedEarly("stopped on the page"))

    def options(self, choices: Choices) -> RunOptions:
        """Return the options of a run for the user's choices, without a key."""
        settings = replace(settings_of(choices), price=self.provider.price)
        return RunOptions(settings=settings, ledger=self.provider.ledger, suppress=self._opt_outs.paths())

    def _work(self, stored: StoredList, kind: Kind, active: ActiveRun) -> Callable[[], Awaitable[LastRun]]:
        key = self.provider.key_settings(self._key.required(), stored.choices)
        if not any(key.sessions):
            raise UsageError("there is no session to check through yet; choose one under Session")
        options = replace(self.options(stored.choices), keys=[key], on_progress=active.show, stop=active.stop)
        source = self._lists.source(stored)
        if kind == "sample":
            return partial(_sample, source, size_of(stored.choices), options)
        targets = self._lists.targets(stored)
        return partial(_check, partial(api.check_file_async, source, targets=targets, options=options))

    async def _run(
        self, stored: StoredList, active: ActiveRun, work: Callable[[], Awaitable[LastRun]]
    ) -> None:
        last = LastRun(state=RunState.PAUSED)
        try:
            with active.scope:
                await self._wait_for_listing()
                last = await _outcome(work)
        finally:
            del self._active[stored.id]
            self._record_end(stored, active, last)

    async def _wait_for_listing(self) -> None:
        """Wait until no listing of sessions uses the key; none begins while a run is active."""
        async with self._listing:
            pass

    def _record_end(self, stored: StoredList, active: ActiveRun, last: LastRun) -> None:
        try:
            # Loaded again, since choices and the other kind's result may have changed meanwhile.
            self._lists.save(self._lists.get(stored.id).with_run(active.kind, last))
        except ValidatorError:
            LOG.exception("the end of a run could not be stored; start the run again to resume it")


async def _outcome(work: Callable[[], Awaitable[LastRun]]) -> LastRun:
    try:
        return await work()
    except Exception as error:  # one run must not end the page and all others
        cause = innermost(error)
        if isinstance(cause, ValidatorError):
            return LastRun(state=RunState.FAILED, tone="bad", why=page_text(str(cause)))
        LOG.exception("a run ended with an internal error")
        return LastRun(
            state=RunState.FAILED,
            tone="bad",
            why="internal error, a bug of this program; its log says more. No recorded answer is lost",
        )


async def _check(check: Callable[[], Awaitable[Summary]]) -> LastRun:
    return check_outcome(await check())


async def _sample(source: Path, size: int, options: RunOptions) -> LastRun:
    return sample_outcome(await api.sample_file_async(source, size=size, options=options))
