"""What is going on: the runs of this process, which go on whether somebody watches or not.

    started ──► going ──► done, or failed
                 │ ├─ stop ──► stopped: in order, its files written with the answers so far
                 │ └─ pause ─► paused: in order, nothing written
                 └─ the process ends: in order as paused; killed: its record still says running

Each is gone on with by starting it again: the ledger has the answers.
"""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import anyio

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
from validator.web.reading import on_the_page, rate_of, settings_of, size_of

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The way to the provider, and the ledger, as on the command line; `session` is chosen if none is."""

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
        """What the gateway can do."""
        return capabilities_of(self.gateway)

    def key_settings(self, key: ApiKey, choices: Choices) -> KeySettings:
        """Return the key to ask with, as it was chosen on the page."""
        return KeySettings(
            options=GatewayOptions(
                key=key, base_url=self.base_url, timeout_s=self.timeout_s, network=self.network
            ),
            gateway=self.gateway,
            sessions=(choices.session or self.session,),
            rate=rate_of(choices),
            allow_new_host=self.allow_new_host,
        )


@dataclass(slots=True)
class Going:
    """A run that is going on.

    Attributes:
        kind: what it is.
        stop: ends it in order, its files written.
        scope: ends it in order, nothing written.
        progress: where it stands.
        ending: what was asked of it: `pausing` or `stopping`; empty while it goes.
    """

    kind: Kind
    stop: Stop = field(default_factory=Stop)
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    progress: ProgressState = field(default_factory=lambda: ProgressState(phase="reading"))
    ending: str = ""

    def show(self, state: ProgressState) -> None:
        """Take the newest state."""
        self.progress = state


class Runs:
    """Starts, pauses and stops runs.

    Args:
        tasks: what they go on in.
        lists: where their lists are, and where their ends are written down.
        opt_outs: people who must not be asked about.
        key: to ask with.
        provider: whom to ask.
    """

    def __init__(
        self, tasks: TaskGroup, lists: Lists, opt_outs: OptOuts, key: KeyHolder, provider: Provider
    ) -> None:
        self._tasks = tasks
        self._lists = lists
        self._opt_outs = opt_outs
        self._key = key
        self.provider = provider
        self._going: dict[str, Going] = {}
        self._looking = anyio.Lock()

    @asynccontextmanager
    async def key_to_look(self) -> AsyncIterator[Provider]:
        """Give the provider, to look at with the key. A run that is started meanwhile waits for the end.

        Raises:
            Busy: a run has the key.
        """
        if self._going:
            raise Busy("the sessions can be listed once no list is being checked; enter the session's id")
        async with self._looking:
            yield self.provider

    def of(self, stored: StoredList) -> Going | None:
        """Return the run over a list that is going on, or None."""
        return self._going.get(stored.id)

    def state_of(self, stored: StoredList, kind: Kind) -> RunState | None:
        """Return how the last run stands: one that was killed is paused, whatever its record says."""
        last = stored.sample if kind == "sample" else stored.check
        if last is None:
            return None
        is_dead = last.state is RunState.RUNNING and self.of(stored) is None
        return RunState.PAUSED if is_dead else last.state

    def start(self, stored: StoredList, kind: Kind) -> None:
        """Start a run, or go on with one.

        Raises:
            Busy: one over this list is going on.
            UsageError: a choice is none that there is, or the key or the session is missing.
        """
        if stored.id in self._going:
            raise Busy("this list is being checked already; pause or stop that run first")
        going = Going(kind)
        work = self._work(stored, kind, going)
        saved = self._lists.save(stored.with_run(kind, LastRun(state=RunState.RUNNING)))
        self._going[stored.id] = going
        self._tasks.start_soon(self._run, saved, going, work)

    def pause(self, stored: StoredList) -> None:
        """Let what is in flight be finished, and write nothing; without a run nothing happens."""
        if going := self.of(stored):
            going.ending = "pausing"
            going.scope.cancel()

    def stop(self, stored: StoredList) -> None:
        """Let what is in flight be finished, and write the files; without a run nothing happens."""
        if going := self.of(stored):
            going.ending = "stopping"
            going.stop(StoppedEarly("stopped on the page"))

    def options(self, choices: Choices) -> RunOptions:
        """Return how a list is read and whom to ask about, without a key."""
        settings = replace(settings_of(choices), price=self.provider.price)
        return RunOptions(settings=settings, ledger=self.provider.ledger, suppress=self._opt_outs.paths())

    def _work(self, stored: StoredList, kind: Kind, going: Going) -> Callable[[], Awaitable[LastRun]]:
        key = self.provider.key_settings(self._key.required(), stored.choices)
        if not any(key.sessions):
            raise UsageError("there is no session to check through yet; choose one under Session")
        options = replace(self.options(stored.choices), keys=[key], on_progress=going.show, stop=going.stop)
        source = self._lists.source(stored)
        if kind == "sample":
            return partial(_sample, source, size_of(stored.choices), options)
        targets = self._lists.targets(stored)
        return partial(_check, partial(api.check_file_async, source, targets=targets, options=options))

    async def _run(self, stored: StoredList, going: Going, work: Callable[[], Awaitable[LastRun]]) -> None:
        last = LastRun(state=RunState.PAUSED)
        try:
            with going.scope:
                await self._end_of_looking()
                last = await _outcome(work)
        finally:
            del self._going[stored.id]
            self._write_down(stored, going, last)

    async def _end_of_looking(self) -> None:
        """Wait until the key is free; nobody begins to look while a run is going."""
        async with self._looking:
            pass

    def _write_down(self, stored: StoredList, going: Going, last: LastRun) -> None:
        try:
            # What was chosen meanwhile, and the other kind's end, stay as they are.
            self._lists.save(self._lists.get(stored.id).with_run(going.kind, last))
        except ValidatorError:
            LOG.exception("the end of a run could not be written down; starting it again goes on from there")


async def _outcome(work: Callable[[], Awaitable[LastRun]]) -> LastRun:
    try:
        return await work()
    except Exception as error:  # one run must not end the page and all others
        cause = innermost(error)
        if isinstance(cause, ValidatorError):
            return LastRun(state=RunState.FAILED, tone="bad", why=on_the_page(str(cause)))
        LOG.exception("a run ended by an internal error")
        return LastRun(
            state=RunState.FAILED,
            tone="bad",
            why="internal error, a bug of this program; its log says more. Nothing found out is lost",
        )


async def _check(check: Callable[[], Awaitable[Summary]]) -> LastRun:
    return check_outcome(await check())


async def _sample(source: Path, size: int, options: RunOptions) -> LastRun:
    return sample_outcome(await api.sample_file_async(source, size=size, options=options))
