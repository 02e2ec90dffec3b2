"""Puts the parts of a run together from settings: budgets, lanes and locks."""

from __future__ import annotations

import logging
import os
import random
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio
from msgspec import Struct

from validator.batch.asking.checks import Asking
from validator.batch.known_hosts import with_known_host
from validator.errors import Busy, LedgerError, UsageError
from validator.ledger import Lock, hold_keys, make_folder
from validator.model import READY, SessionRef
from validator.pacing import Breaker, KeyHealth, Lane, NoBudget, RetryBudget, RetryPolicy
from validator.pacing.budget.hold import FIRST_HOLD_S
from validator.places import state_folder
from validator.settings import Rate, RateMode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from validator.batch.ask_settings import AskSettings, KeySettings
    from validator.batch.asking.run_state import Bounds
    from validator.batch.asking.steps import GatewayLane
    from validator.gateways.capabilities import Capabilities
    from validator.gateways.gateway import Gateway
    from validator.http.api_key import ApiKey
    from validator.ledger import Hold, Ledger
    from validator.ledger_url import Location
    from validator.model import SessionStatus
    from validator.pacing import Budget, Guard


LOG = logging.getLogger(__name__)

Held = TypeVar("Held", Lock, "Hold")

TRY_AGAIN_S = 1.0


class LockedKeys(Struct, frozen=True):
    """Keys that this run holds.

    Attributes:
        hold: their hold, which must be checked at intervals if it can be lost.
        keys: the keys, which record the host that they are first used with.
    """

    hold: Hold
    keys: tuple[KeySettings, ...]


class OpenKey(Struct, frozen=True):
    """A key whose gateway is open, and its budgets.

    Attributes:
        settings: the key.
        gateway: its gateway.
        budget: when a check may be sent.
        side_budget: when another kind of request may be sent; None if all requests share one limit.
    """

    settings: KeySettings
    gateway: Gateway
    budget: Budget
    side_budget: Budget | None = None

    @property
    def side(self) -> Budget:
        """When a request other than a check may be sent."""
        return self.side_budget or self.budget


def make_budget(
    rate: Rate, *, default_per_min: float, first_hold_s: float = FIRST_HOLD_S, share: float = 1.0
) -> Budget:
    """Return a key's budget. Must be called on the event loop, since it reads the loop's clock.

    Args:
        rate: how the pace is decided.
        default_per_min: the limit in requests a minute to assume while the real limit is not known.
        first_hold_s: the first wait after a refusal that names no wait; it doubles with each further refusal.
        share: the share of the key's limit to use, above 0; it does not apply to a fixed rate.
    """
    if rate.mode is RateMode.NONE:
        return NoBudget(first_hold_s=first_hold_s)
    from validator.pacing.budget.paced import PacedBudget  # noqa: PLC0415 - twelve modules, 2 ms

    return PacedBudget(
        now=anyio.current_time(),
        limit_per_min=rate.per_min,
        share=share,
        find=rate.mode is RateMode.FIND,
        default_per_min=default_per_min,
        first_hold_s=first_hold_s,
        rng=random.Random(),
    )


def budget_of(rate: Rate, capabilities: Capabilities, *, share: float = 1.0) -> Budget:
    """Return the budget of a gateway's key; see `make_budget`."""
    return make_budget(
        rate,
        default_per_min=capabilities.default_rate_per_min,
        first_hold_s=capabilities.first_hold_s,
        share=share,
    )


def make_asking(
    keys: Sequence[OpenKey],
    settings: AskSettings,
    *,
    ledger: Ledger,
    statuses: Mapping[SessionRef, SessionStatus],
    guards: Mapping[SessionRef, Guard],
    bounds: Bounds,
    now_ms: Callable[[], int],
    rng: random.Random,
) -> Asking:
    """Return the collaborators of a run: a lane for each session of each key, and what the lanes share.

    Args:
        keys: the keys, with their gateways open.
        settings: how to ask.
        ledger: where outcomes are written.
        statuses: the state of each session; a session that is not in it is ready.
        guards: the guard of each session; a session that is not in it has none, so all its answers count.
        bounds: when to stop early.
        now_ms: returns the time in milliseconds since the Unix epoch.
        rng: spreads retries.
    """
    retry = RetryPolicy(max_attempts=settings.retries + 1, rng=rng)
    lanes: list[GatewayLane] = []
    for key in keys:
        by_status = key.gateway.capabilities.has_session_status
        health = KeyHealth(by_status=by_status, name=key.settings.name)
        lanes += [
            Lane(
                ref,
                gateway=key.gateway,
                budget=key.budget,
                side_budget=key.side_budget,
                key_name=key.settings.name,
                key=health,
                retry=retry,
                breaker=Breaker(),
                max_outage_s=settings.max_outage_s,
                by_status=by_status,
                status=statuses.get(ref, READY),
                guard=guards.get(ref),
            )
            for ref in refs_of(key.settings)
        ]
    return Asking(lanes=lanes, retries=RetryBudget(), bounds=bounds, ledger=ledger, now_ms=now_ms)


def refs_of(key: KeySettings) -> tuple[SessionRef, ...]:
    """Return references to the sessions of a key, as used in the ledger."""
    return tuple(SessionRef(key.gateway, session) for session in key.sessions)


@contextmanager
def locked(
    keys: Sequence[KeySettings],
    holder: str,
    *,
    ledger: Location | None = None,
    wait_s: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[LockedKeys]:
    """Hold the locks of all keys inside the block, and check the host of each key.

    Args:
        keys: the keys.
        holder: a text by which a user recognises this run.
        ledger: the ledger. Locks are beside it if there is no writable state folder, and also in it if it is
            for several machines.
        wait_s: how long to wait for another run that holds a lock, in seconds.
        sleep: waits.

    Yields:
        The hold, and the keys to ask with.

    Raises:
        Busy: another run holds a lock; the message names the run.
        LedgerError: there is no folder for the locks.
        UsageError: a key would go to another host than the one it was first used with.
    """
    with ExitStack() as stack:
        folder, known = _folder_of_locks(ledger), []
        until = time.monotonic() + wait_s
        for key in keys:
            take = partial(_key_lock, key.options.key, holder, folder)
            stack.enter_context(waited_for(take, until, sleep))
            known.append(with_known_host(key, folder))
        fingerprints = [key.options.key.fingerprint for key in keys]
        hold = partial(hold_keys, ledger, fingerprints, holder=holder)
        yield LockedKeys(stack.enter_context(waited_for(hold, until, sleep)), tuple(known))


def waited_for(take: Callable[[], Held], until: float, sleep: Callable[[float], None]) -> Held:
    """Take a lock; if it is busy, try again every second until a time of `time.monotonic`."""
    while True:
        try:
            return take()
        except Busy as busy:
            if time.monotonic() >= until:
                raise
            LOG.info("%s", busy)
        sleep(TRY_AGAIN_S)


def _folder_of_locks(ledger: Location | None) -> Path:
    """Return the state folder, created if missing. If it is not writable, return the ledger's folder."""
    try:
        folder = state_folder()
        make_folder(folder)
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    except (UsageError, LedgerError):
        pass
    if not isinstance(ledger, Path):
        raise LedgerError(
            "this user has no writable state folder for the locks of keys; set XDG_STATE_HOME to a folder "
            "that you can write to"
        )
    return ledger.resolve().parent


def _key_lock(key: ApiKey, holder: str, folder: Path) -> Lock:
    """Take the lock of a key; `Busy` names the run that holds it.

    Two runs with one key would both use the whole rate limit.
    """
    return Lock.take(folder / f"key-{key.fingerprint}.lock", holder=holder, guards="this API key")
