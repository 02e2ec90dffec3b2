"""What the sandbox speaks besides SendAPI: one file a gateway, each with its errors, states and weak "no"s.

Nothing here is shared with the adapters below `validator/gateways/`. A dialect reads a request and writes
answers and refusals; `dialect` has what they have in common, `app` serves one.
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

# What its sessions are called: one that is connected, one that is not yet, and one that is not any more.
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
