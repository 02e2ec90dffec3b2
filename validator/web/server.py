"""The page on a socket, under uvicorn."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import anyio
import uvicorn

from validator.errors import UsageError
from validator.web.app import create_app
from validator.web.door import Door
from validator.web.guard import OPENING, Hosts
from validator.web.lists import Lists
from validator.web.opt_outs import OptOuts
from validator.web.parts import Parts
from validator.web.runs import Runs
from validator.web.upload import clear_away

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.types import ASGIApp

    from validator.web.key import KeyHolder
    from validator.web.runs import Provider

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(address: str) -> bool:
    """Return whether only this machine reaches an address.

    Raises:
        UsageError: it is no numeric address.
    """
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        raise UsageError(f"--listen takes a numeric address such as 192.168.1.20, not {address!r}") from None


def listen(address: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Args:
        address: a numeric address.
        port: the port; 0 takes any free one.

    Raises:
        UsageError: it cannot be listened on.
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
    """Return the names that a page goes by: beyond loopback, this machine's name and any numeric address."""
    address, port = listener.getsockname()[:2]
    if is_loopback(address):
        return Hosts(port, _LOOPBACK_NAMES | {address})
    return Hosts(port, _LOOPBACK_NAMES | {socket.gethostname().lower()}, any_address=True)


def address_of(listener: socket.socket) -> str:
    """Return the address of a page's first page, as this machine reaches it."""
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
    """Serve the page until the call is cancelled; what runs is ended in order then, to be gone on with.

    Needs the asyncio backend, as uvicorn does.

    Args:
        listener: the socket; see `listen`.
        folder: where lists and results are kept.
        key: the key.
        provider: whom to ask.
        max_upload: the most bytes of a file that is taken.
        on_link: called with each link that opens the page; the first time once connections are taken.
        password: another way in.
    """
    door = Door(lambda token: on_link(f"{address_of(listener)}{OPENING}?token={token}"), password)
    lists, opt_outs = Lists(folder), OptOuts(folder)
    clear_away(folder)
    async with anyio.create_task_group() as tasks:
        runs = Runs(tasks, lists, opt_outs, key, provider)
        parts = Parts(
            folder=folder,
            lists=lists,
            opt_outs=opt_outs,
            runs=runs,
            key=key,
            door=door,
            max_upload=max_upload,
        )
        door.offer_link()
        await _serve(create_app(parts, hosts_of(listener)), listener)


async def _serve(app: ASGIApp, listener: socket.socket) -> None:
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,  # ours masks what others say
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
        # Those who watch a run would hold the end up.
        for connection in list(server.server_state.connections):
            connection.transport.abort()


class _Server(uvicorn.Server):
    """A uvicorn that leaves signals to the command line."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
