"""The gateways that the sandbox can speak beside SendAPI, each with its errors, states and weak "no"s.

A dialect reads requests and writes answers and refusals. It shares nothing with `validator/gateways/`.

- `dialect`: the protocol of a dialect, and what all of them share; `app`: serves one.
- one file for each gateway: `evolution`, `evolution_go`, `waha`, `green_api`, `wuzapi`, `gowa`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


SENDAPI = "sendapi"

DIALECTS: Mapping[str, str] = MappingProxyType(
    {
        "evolution": "validator.sandbox.dialects.evolution",
        "evolution-go": "validator.sandbox.dialects.evolution_go",
        "waha": "validator.sandbox.dialects.waha",
        "green-api": "validator.sandbox.dialects.green_api",
        "wuzapi": "validator.sandbox.dialects.wuzapi",
        "gowa": "validator.sandbox.dialects.gowa",
    }
)

# The names of its sessions: a connected, a pending and a disconnected one.
SESSION_NAMES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "evolution": ("main", "new", "old"),
        "evolution-go": ("default", "new", "old"),
        "waha": ("default", "new", "old"),
        "green-api": ("1101000001", "1101000002", "1101000003"),
        "wuzapi": ("default", "new", "old"),
        "gowa": ("main", "new", "old"),
    }
)
