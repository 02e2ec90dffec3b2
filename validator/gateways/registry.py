"""The gateways by name. A new gateway needs a file in this folder and a line in `GATEWAYS`."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, cast

from validator.errors import UsageError
from validator.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager

    from validator.gateways.capabilities import Capabilities
    from validator.gateways.gateway import Gateway, GatewayOptions


class GatewayModule(Protocol):
    """The module of a gateway."""

    CAPABILITIES: Capabilities

    @staticmethod
    def open_gateway(options: GatewayOptions) -> AbstractAsyncContextManager[Gateway]:
        """Return the gateway; it is open inside the `async with` block."""
        ...


DEFAULT_GATEWAY = "sendapi"
# Its environment variables, by field of `Capabilities`. They are here so that help texts need not import it.
DEFAULT_VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "key_variable": "SENDAPI_API_KEY",
        "url_variable": "SENDAPI_BASE_URL",
        "session_variable": "SENDAPI_SESSION_ID",
    }
)

# Imported on first use: a command without requests need not import the client of each provider.
GATEWAYS: Mapping[str, str] = MappingProxyType(
    {
        "sendapi": "validator.gateways.sendapi",
        "evolution": "validator.gateways.evolution",
        "evolution-go": "validator.gateways.evolution_go",
        "waha": "validator.gateways.waha",
        "green-api": "validator.gateways.green_api",
        "wuzapi": "validator.gateways.wuzapi",
        "gowa": "validator.gateways.gowa",
    }
)


def gateway_module(name: str, gateways: Mapping[str, str] = GATEWAYS) -> GatewayModule:
    """Return the file of a gateway.

    Args:
        name: the gateway's name.
        gateways: name to module; another registry than the default one, for tests.

    Raises:
        UsageError: there is no such gateway.
    """
    if name not in gateways:
        names = ", ".join(sorted(gateways))
        raise UsageError(f"there is no gateway {name!r}; there are: {names}.{suggestion(name, gateways)}")
    return cast("GatewayModule", import_module(gateways[name]))


def capabilities_of(name: str) -> Capabilities:
    """Return what a gateway can do, without opening it."""
    return gateway_module(name).CAPABILITIES


def open_gateway(name: str, options: GatewayOptions) -> AbstractAsyncContextManager[Gateway]:
    """Return the gateway; it is open inside the `async with` block.

    Raises:
        UsageError: there is no such gateway, or its address is not valid.
    """
    return gateway_module(name).open_gateway(options)
