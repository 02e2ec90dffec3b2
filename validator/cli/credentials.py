"""From options to a key, a client, a budget and lanes: what everything that asks the provider needs."""

from __future__ import annotations

import os
import random
import resource
import stat
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import anyio
import click

from validator.batch.asking.checks import FIRST_LOOKS
from validator.batch.asking.single_call import paced
from validator.errors import UsageError
from validator.ledger import Lock
from validator.pacing import Breaker, KeyHealth, Lane, NoBudget, PacedBudget, RetryPolicy
from validator.sendapi import DEFAULT_BASE_URL, ApiKey, AsyncSendAPI
from validator.settings import Rate, RateMode, state_folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from pathlib import Path

    from validator.batch.asking.single_call import Rated
    from validator.pacing import Budget, Guard

    Reply = TypeVar("Reply", bound=Rated)

    class Through(Protocol):
        """Makes one exchange in its own time."""

        async def __call__(self, call: Callable[[], Awaitable[Reply]]) -> Reply:
            """Return what `call` returns."""
            ...


KEY_VARIABLE = "SENDAPI_API_KEY"


@dataclass(frozen=True, kw_only=True)
class ProviderOptions:
    """Where the provider is, and who asks. Each option is named and explained in `options`."""

    api_key_file: Path | None
    base_url: str | None
    timeout: float
    rate: Rate


def read_key(path: Path | None) -> ApiKey:
    """Return the key from a file, or else from the environment; a key is never an argument.

    Raises:
        UsageError: there is none, or it is malformed, or the file cannot be read.
    """
    _leave_no_core_dump()
    if path is not None:
        return ApiKey.parse(_key_in(path))
    if not (text := os.environ.get(KEY_VARIABLE, "")):
        raise UsageError(f"no API key; set {KEY_VARIABLE}, or name a file that holds it with --api-key-file")
    return ApiKey.parse(text)


def _leave_no_core_dump() -> None:
    """Let a crash of the interpreter write no file: it would hold the key, and people's numbers."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _key_in(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
        warning = key_file_warning(path)
    except OSError as error:
        raise UsageError(
            f"the key file {path} cannot be read ({error.strerror}); name the right one with --api-key-file"
        ) from error
    except UnicodeDecodeError:
        # Not quoted and not chained: it holds the bytes.
        raise UsageError(
            f"the key file {path} is no text; name one that holds the key and nothing else"
        ) from None
    if warning:
        click.echo(f"validator: {warning}", err=True)
    return text


def key_file_warning(path: Path) -> str:
    """Return what is wrong with the permissions of a key file, and the remedy; empty where nothing is."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return ""
    return f"the key file {path} is open to others (mode {mode:04o}); chmod 600 {path}"


def key_lock(key: ApiKey, holder: str) -> Lock:
    """Take the key for this run; `Busy` names the run that holds it.

    Two runs through one key would each believe that its rate limit is theirs alone.
    """
    return Lock.take(state_folder() / f"key-{key.fingerprint}.lock", holder=holder, guards="this API key")


def require_sessions(sessions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sessions; `UsageError` where none was named."""
    if not sessions:
        raise UsageError(
            "no session to check through; name one with --session or SENDAPI_SESSION_ID "
            "(`validator sessions` lists those of the key)"
        )
    return sessions


def make_client(options: ProviderOptions, key: ApiKey, *, connections: int = 1) -> AsyncSendAPI:
    """Return the client; the caller opens and closes it."""
    return AsyncSendAPI(
        key,
        base_url=options.base_url or DEFAULT_BASE_URL,
        timeout_s=options.timeout,
        max_connections=connections,
    )


def make_budget(rate: Rate, *, share: float = 1.0) -> Budget:
    """Return the key's budget for the rate asked for; called on the event loop, whose clock it reads.

    Args:
        rate: what `--rate` says.
        share: the share of the key's limit that is ours, above 0; a fixed rate is ours as it is.
    """
    if rate.mode is RateMode.NONE:
        return NoBudget()
    return PacedBudget(
        now=anyio.current_time(),
        limit_per_min=rate.per_min,
        share=share,
        find=rate.mode is RateMode.FIND,
        rng=random.Random(),
    )


def make_lanes(
    statuses: Mapping[str, str], guards: Mapping[str, Guard], retry: RetryPolicy, *, max_outage_s: float
) -> list[Lane]:
    """Return a lane for each session, all of one key, given the state each was found in and its guard."""
    key = KeyHealth()
    return [
        Lane(
            session,
            key=key,
            retry=retry,
            breaker=Breaker(),
            max_outage_s=max_outage_s,
            status=status,
            guard=guards[session],
        )
        for session, status in statuses.items()
    ]


@asynccontextmanager
async def connected(
    options: ProviderOptions, *, max_attempts: int = FIRST_LOOKS
) -> AsyncIterator[tuple[AsyncSendAPI, Through]]:
    """Open a client for a few single exchanges, and the budget that each has to pass through."""
    key = read_key(options.api_key_file)
    with key_lock(key, "validator"):
        async with make_client(options, key) as client:
            retry = RetryPolicy(max_attempts=max_attempts, rng=random.Random())
            yield client, partial(paced, budget=make_budget(options.rate), retry=retry)
