"""How many connections the limit of open files (`ulimit -n`) leaves room for.

Beyond the limit no connection can be opened, and a run would take that for an outage of the provider.
"""

from __future__ import annotations

import logging
import resource
from pathlib import Path

from validator.errors import UsageError

log = logging.getLogger(__name__)

# The event loop, certificates, and the sockets and files that looking up a name takes for a moment.
SPARE = 12

# Below it not even the ledger can be relied on: it holds eight files open, and the program itself some more.
LEAST_LIMIT = 32

_OPEN_FILES = Path("/dev/fd")


def raise_limit(wanted: int) -> None:
    """Raise the limit of this process as far as the system allows it, so that so many more files can be open.

    Raises:
        UsageError: it stays too low for any run.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _open_now() + SPARE + LEAST_LIMIT + wanted
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if 0 <= soft < LEAST_LIMIT:
        raise _too_low(soft)


def connections_within_limit(wanted: int, keys: int = 1) -> int:
    """Return how many connections each key may have: `wanted`, or fewer if the limit has no room for them.

    Raises:
        UsageError: there is not even room for one each.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return wanted if limit == resource.RLIM_INFINITY else fitting(wanted, keys, limit, _open_now())


def fitting(wanted: int, keys: int, limit: int, open_now: int) -> int:
    """Return how many of the wanted connections of each key fit, given the limit and how many files are open.

    Raises:
        UsageError: not even one each fits.
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
    """Return how many files are open; SPARE more if the system does not tell."""
    try:
        return sum(1 for _ in _OPEN_FILES.iterdir())
    except OSError:
        return SPARE
