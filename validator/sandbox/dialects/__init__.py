"""What the sandbox speaks besides SendAPI: one file a gateway, each with its errors, states and weak "no"s.

Nothing here is shared with the adapters below `validator/gateways/`. A dialect reads a request and writes
answers and refusals; `dialect` has what they have in common, `dialect_app` serves one.
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.sandbox.dialects.dialect import Dialect
    from validator.sandbox.server_state import World

SENDAPI = "sendapi"

DIALECTS: Mapping[str, str] = MappingProxyType(
    {
        "evolution": "validator.sandbox.dialects.evolution",
    }
)


def open_dialect(name: str, world: World) -> Dialect:
    """Return the dialect of a gateway over the state of a sandbox."""
    dialect: Dialect = import_module(DIALECTS[name]).open_dialect(world)
    return dialect
