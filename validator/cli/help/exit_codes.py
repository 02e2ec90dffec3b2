"""The meaning of each exit code, in the same words as the README."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

EXIT_CODES: Mapping[str, str] = MappingProxyType(
    {
        "0": 'every row has a verdict (a "no" is one, `unknown` is not)',
        "1": "a bug in this program",
        "2": "usage or configuration",
        "3": "input or output: file, column, disk",
        "4": "finished, but more rows `unknown` than `--max-unknown` (default 0)",
        "5": "stopped early and resumable: deadline, daily cap, limit, breaker, outage",
        "6": "refused by the provider: key, quota, or a lost session",
        "7": "another run holds this key or ledger",
        "130, 143": "SIGINT, SIGTERM (SIGHUP: 129), after requests in flight are recorded or given up",
    }
)
