"""How many connections fit into the limit of open files (`ulimit -n`).

Above the limit no connection can be opened, and a run would mistake this for an outage of the provider.
"""

from __future__ import annotations

import logging
import resource
from pathlib import Path

from validator.errors import UsageError

log = logging.getLogger(__name__)

# Files for the event loop, certificates, and DNS lookups.
SPARE = 12

# Below this limit not even the ledger works reliably: it has eight files open, and the program has some more.
LEAST_LIMIT = 32

_OPEN_FILES = Path("/dev/fd")


def raise_limit(wanted: int) -> None:
    """Raise the limit of this process for `wanted` more open files, as far as the system allows it.

    Raises:
        UsageError: the limit stays too low for any run.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _open_now() + SPARE + LEAST_LIMIT + wanted
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if 0 <= soft < LEAST_LIMIT:
        raise _too_low(soft)


def connections_within_limit(wanted: int, keys: int = 1) -> int:
    """Return how many connections each key may have: `wanted`, or fewer if the limit is too low for them.

    Raises:
        UsageError: the limit is too low for one connection of each key.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return wanted if limit == resource.RLIM_INFINITY else fitting(wanted, keys, limit, _open_now())


def fitting(wanted: int, keys: int, limit: int, open_now: int) -> int:
    """Return how many of the wanted connections of each key fit into the limit.

    Args:
        wanted: connections wanted for each key.
        keys: the number of keys.
        limit: the limit of open files.
        open_now: the number of files open now.

    Raises:
        UsageError: not even one connection of each key fits.
    """
    room = (limit - open_now - SPARE) // keys
    if room < 1:
        raise _too_low(limit)
    if room < wanted:
        log.info(
            "the limit of open files (ulimit -n) is %d: at most %d requests of a key at once", limit, room
        )
    return min(wanted, room)


def _too_low(limit: int) -> UsageError:
    return UsageError(
        f"this process may open {limit} files, too few for a run; raise the limit with `ulimit -n 1024`"
    )


def _open_now() -> int:
    """Return how many files are open; an estimate if the system does not report it."""
    try:
        return sum(1 for _ in _OPEN_FILES.iterdir())
    except OSError:
        return SPARE
