"""Serves the page on a socket, with uvicorn."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import anyio
import uvicorn

from validator.errors import UsageError
from validator.web.app import create_app
from validator.web.authenticator import Authenticator
from validator.web.guard import OPENING, Hosts
from validator.web.lists import Lists
from validator.web.opt_outs import OptOuts
from validator.web.parts import Parts
from validator.web.runs import Runs
from validator.web.upload import remove_leftovers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.types import ASGIApp

    from validator.web.key import KeyHolder
    from validator.web.runs import Provider

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(address: str) -> bool:
    """Return whether only this machine can reach an address.

    Raises:
        UsageError: it is not a numeric address.
    """
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        raise UsageError(f"--listen takes a numeric address such as 192.168.1.20, not {address!r}") from None


def listen(address: str, port: int) -> socket.socket:
    """Return a listening socket.

    Args:
        address: a numeric address.
        port: the port; 0 takes any free one.

    Raises:
        UsageError: the address or the port cannot be used.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise UsageError(
            f"the page cannot listen on {address} port {port} ({error.strerror}); choose another one with "
            "--port, 0 takes any free one"
        ) from error
    return listener


def hosts_of(listener: socket.socket) -> Hosts:
    """Return the page's host names; beyond loopback also this machine's name and any numeric address."""
    address, port = listener.getsockname()[:2]
    if is_loopback(address):
        return Hosts(port, _LOOPBACK_NAMES | {address})
    return Hosts(port, _LOOPBACK_NAMES | {socket.gethostname().lower()}, any_address=True)


def address_of(listener: socket.socket) -> str:
    """Return the URL of the first page, for a browser on this machine."""
    address, port = listener.getsockname()[:2]
    host = f"[{address}]" if ":" in address else address
    return f"http://{host}:{port}"


async def serve(
    listener: socket.socket,
    *,
    folder: Path,
    key: KeyHolder,
    provider: Provider,
    max_upload: int,
    on_link: Callable[[str], None],
    password: str | None = None,
) -> None:
    """Serve the page until the call is cancelled; then active runs end in order, and can be resumed.

    Needs the asyncio backend, as uvicorn does.

    Args:
        listener: the socket; see `listen`.
        folder: the folder for lists and results.
        key: the key.
        provider: the provider and the ledger.
        max_upload: the largest upload that is accepted, in bytes.
        on_link: called with each link that opens the page; first when the socket accepts connections.
        password: a password to sign in with; None if only a link can be used.
    """
    authenticator = Authenticator(
        lambda token: on_link(f"{address_of(listener)}{OPENING}?token={token}"), password
    )
    lists, opt_outs = Lists(folder), OptOuts(folder)
    remove_leftovers(folder)
    async with anyio.create_task_group() as tasks:
        runs = Runs(tasks, lists, opt_outs, key, provider)
        parts = Parts(
            folder=folder,
            lists=lists,
            opt_outs=opt_outs,
            runs=runs,
            key=key,
            authenticator=authenticator,
            max_upload=max_upload,
        )
        authenticator.offer_link()
        await _serve(create_app(parts, hosts_of(listener)), listener)


async def _serve(app: ASGIApp, listener: socket.socket) -> None:
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,  # our own configuration masks messages of other libraries
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            proxy_headers=False,
        )
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_end_when_cancelled, server)
        with anyio.CancelScope(shield=True):
            await server.serve(sockets=[listener])
        tasks.cancel_scope.cancel()


async def _end_when_cancelled(server: uvicorn.Server) -> None:
    try:
        await anyio.sleep_forever()
    finally:
        server.should_exit = True
        # Open streams of browsers would delay the end.
        for connection in list(server.server_state.connections):
            connection.transport.abort()


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to the command line."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
