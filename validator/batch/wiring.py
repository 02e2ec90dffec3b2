"""Puts the parts of a run together: budgets, lanes and locks, from settings."""

from __future__ import annotations

import logging
import os
import random
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import anyio

from validator.batch.asking.checks import Asking
from validator.batch.known_hosts import require_known_host
from validator.errors import Busy, LedgerError, UsageError
from validator.ledger import Lock, hold_keys, make_folder
from validator.model import READY, SessionRef
from validator.pacing import Breaker, KeyHealth, Lane, NoBudget, PacedBudget, RetryBudget, RetryPolicy
from validator.pacing.budget.hold import FIRST_HOLD_S
from validator.settings import Rate, RateMode, state_folder

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


class OpenKey(NamedTuple):
    """A key whose gateway is open, and its budgets.

    Attributes:
        settings: the key.
        gateway: its gateway.
        budget: when a check may be sent.
        side_budget: when another request may be sent; None if they count towards the same limit.
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
    """Return a key's budget for the rate asked for; called on the event loop, whose clock it reads.

    Args:
        rate: how the pace is decided.
        default_per_min: the limit in requests a minute to assume while nothing says what it is.
        first_hold_s: the first wait after a refusal that names none; it doubles while refusals follow.
        share: the share of the key's limit that is ours, above 0; a fixed rate is ours as it is.
    """
    if rate.mode is RateMode.NONE:
        return NoBudget(first_hold_s=first_hold_s)
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
    """Return what a run asks with: a lane for each session of each key, and what they share.

    Args:
        keys: the keys, with their gateways open.
        settings: how to ask.
        ledger: where outcomes go.
        statuses: the state each session was found in; one that is not named is ready.
        guards: the guard of each session; one that is not named has none, so every answer counts.
        bounds: where to stop early.
        now_ms: the time of day in milliseconds since the Unix epoch.
        rng: spreads retries.
    """
    retry = RetryPolicy(max_attempts=settings.retries + 1, rng=rng)
    lanes: list[GatewayLane] = []
    for key in keys:
        by_status = key.gateway.capabilities.has_session_status
        health = KeyHealth(by_status=by_status)
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
    """Return the sessions of a key as the ledger names them."""
    return tuple(SessionRef(key.gateway, session) for session in key.sessions)


@contextmanager
def locked(
    keys: Sequence[KeySettings],
    holder: str,
    *,
    ledger: Location | None = None,
    wait_s: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Hold]:
    """Hold the locks of all keys inside the block; a key goes only to the host it was first used with.

    Args:
        keys: the keys.
        holder: what a person needs to recognise this run.
        ledger: the ledger; locks lie beside it if there is no state folder to write to, and in it as well if
            it is for several machines.
        wait_s: how long to wait for a run that holds one of them, in seconds.
        sleep: waits.

    Yields:
        What has to be looked at meanwhile.

    Raises:
        Busy: another run holds one of them; the message names it.
        LedgerError: there is no folder for the locks.
        UsageError: a key would go to another host.
    """
    with ExitStack() as stack:
        folder = _folder_of_locks(ledger)
        until = time.monotonic() + wait_s
        for key in keys:
            take = partial(_key_lock, key.options.key, holder, folder)
            stack.enter_context(waited_for(take, until, sleep))
            require_known_host(key, folder)
        fingerprints = [key.options.key.fingerprint for key in keys]
        hold = partial(hold_keys, ledger, fingerprints, holder=holder)
        yield stack.enter_context(waited_for(hold, until, sleep))


def waited_for(take: Callable[[], Held], until: float, sleep: Callable[[float], None]) -> Held:
    """Take a lock, or try again each second until a time of `time.monotonic`."""
    while True:
        try:
            return take()
        except Busy as busy:
            if time.monotonic() >= until:
                raise
            LOG.info("%s", busy)
        sleep(TRY_AGAIN_S)


def _folder_of_locks(ledger: Location | None) -> Path:
    """Return the state folder, made if it is missing; if it cannot be written to, the ledger's."""
    try:
        folder = state_folder()
        make_folder(folder)
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    except (UsageError, LedgerError):
        pass
    if not isinstance(ledger, Path):
        raise LedgerError(
            "this user has no state folder that can be written to, where a key's lock lies; set "
            "XDG_STATE_HOME to a folder of yours"
        )
    return ledger.resolve().parent


def _key_lock(key: ApiKey, holder: str, folder: Path) -> Lock:
    """Take the key for this run; `Busy` names the run that holds it.

    Two runs through one key would each believe that its rate limit is theirs alone.
    """
    return Lock.take(folder / f"key-{key.fingerprint}.lock", holder=holder, guards="this API key")
