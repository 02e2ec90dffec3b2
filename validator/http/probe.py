"""Tests the path to a server step by step, without a request: how long each step takes, and which fails."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, TypeVar

import anyio
from msgspec import Struct, field

from validator.http.dialing import encrypted, pass_proxy, reach
from validator.http.masking import one_line
from validator.http.transport_errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from validator.http.route import Route

T = TypeVar("T")


class Probe(Struct):
    """The result of a probe.

    Attributes:
        addresses: the addresses of the first hop, in the resolver's order; none if its name does not resolve.
        steps: the name of each step, in order, with its duration in seconds.
        failure: the error of the last step, or empty.
    """

    addresses: tuple[str, ...] = ()
    steps: dict[str, float] = field(default_factory=dict)
    failure: str = ""

    async def time(self, step: str, doing: Awaitable[T]) -> T:
        """Run a step and record its duration, also if it fails."""
        begun_s = anyio.current_time()
        try:
            return await doing
        finally:
            self.steps[step] = anyio.current_time() - begun_s


async def probe(route: Route, timeout_s: float) -> Probe:
    """Resolve the name, connect, pass the proxy and do the TLS handshake, within a timeout; then close."""
    found = Probe()
    try:
        with anyio.fail_after(timeout_s):
            found.addresses = await found.time("name", _resolved(route))
            await _connect(route, found)
    except TimeoutError:
        found.failure = f"nothing within {timeout_s:g} s"
    except (TransportError, OSError) as error:
        found.failure = one_line(str(error))
    return found


async def _resolved(route: Route) -> tuple[str, ...]:
    host, port = route.first_hop
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


async def _connect(route: Route, found: Probe) -> None:
    stream = await found.time("connect", reach(route))
    try:
        if route.proxy is not None:
            await found.time("proxy", pass_proxy(stream, route))
        if route.context is not None:
            await found.time("TLS", encrypted(stream, route))
    finally:
        await anyio.aclose_forcefully(stream)
