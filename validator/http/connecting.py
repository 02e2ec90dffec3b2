"""Connects a socket on asyncio to the first address of a name that answers (RFC 8305).

`loop.create_connection` does the same, but leaks the socket if it is cancelled just after the connection
(seen with Python 3.11).
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import TypeAlias

import anyio

# The delay between two addresses that RFC 8305, section 5, recommends, and that anyio uses.
BETWEEN_ADDRESSES_S = 0.25

_Address: TypeAlias = tuple[socket.AddressFamily, tuple[object, ...]]


async def connected(host: str, port: int) -> socket.socket:
    """Resolve a name and return a socket connected to one of its addresses.

    Raises:
        OSError: the name has no address, or no address answers. The message has each reason once.
    """
    race = _Race()
    try:
        await race.run(await _addresses(host, port))
    except BaseException:
        if race.winner is not None:
            race.winner.close()
        raise
    if race.winner is None:
        raise OSError("; ".join(dict.fromkeys(map(str, race.errors)))) from race.errors[0]
    return race.winner


async def _addresses(host: str, port: int) -> list[_Address]:
    """Return the addresses in the resolver's order, but with the other IP version in the second place."""
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        resolved = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found = [(family, address) for family, *_, address in resolved]
    else:
        return [(socket.AF_INET6 if version == 6 else socket.AF_INET, (host, port))]  # noqa: PLR2004
    other = next((place for place, (family, _) in enumerate(found) if family != found[0][0]), 0)
    return [found[0], *([found.pop(other)] if other else []), *found[1:]]


class _Race:
    """Attempts to connect to several addresses. Each gets a head start before the next begins."""

    def __init__(self) -> None:
        self.winner: socket.socket | None = None
        self.errors: list[OSError] = []

    async def run(self, addresses: list[_Address]) -> None:
        """Try the addresses until one answers or all have failed."""
        async with anyio.create_task_group() as tasks:
            for family, address in addresses:
                has_failed = anyio.Event()
                tasks.start_soon(self._try, family, address, has_failed, tasks.cancel_scope)
                with anyio.move_on_after(BETWEEN_ADDRESSES_S):
                    await has_failed.wait()

    async def _try(
        self,
        family: socket.AddressFamily,
        address: tuple[object, ...],
        has_failed: anyio.Event,
        others: anyio.CancelScope,
    ) -> None:
        # asyncio turns Nagle's algorithm off only if the socket was created with the TCP protocol number.
        attempt = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            attempt.settimeout(0.0)  # asyncio accepts only non-blocking sockets
            await asyncio.get_running_loop().sock_connect(attempt, address)
        except OSError as error:
            attempt.close()
            self.errors.append(error)
            has_failed.set()
        except BaseException:
            attempt.close()
            raise
        else:
            self._win(attempt, others)

    def _win(self, attempt: socket.socket, others: anyio.CancelScope) -> None:
        if self.winner is None:
            self.winner = attempt
            others.cancel()
        else:
            attempt.close()
