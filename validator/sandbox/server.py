"""The sandbox on a socket, under uvicorn."""

from __future__ import annotations

import ipaddress
import signal
import socket
import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import anyio
import uvicorn

from validator.sandbox.app import create_app
from validator.sandbox.delivery import ConnectionBroken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import Receive, Scope, Send

    from validator.sandbox.app import Sandbox
    from validator.sandbox.config import SandboxConfig
    from validator.sandbox.dialects.app import DialectSandbox

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# After a stop, requests in progress get this long; then their connections are closed.
_GRACE_S = 0.3
_BACKLOG = 2048


def serve(
    config: SandboxConfig,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    on_ready: Callable[[str], None] = print,
    allow_remote: bool = False,
) -> None:
    """Serve a sandbox until SIGINT, SIGTERM or SIGHUP, then return.

    Args:
        config: its options.
        host: the address to listen on.
        port: the port; 0 for any free one.
        on_ready: called with the base URL as soon as clients can connect.
        allow_remote: whether the address may be one that other machines can reach.

    Raises:
        ValueError: the host is not a loopback address, and `allow_remote` is off.
        OSError: it cannot listen on the address, or cannot open the log file; the message says why.
    """
    with listen(host, port, allow_remote=allow_remote) as listener:
        anyio.run(_serve_until_signal, config, listener, on_ready)


async def serve_async(
    sandbox: Sandbox | DialectSandbox,
    listener: socket.socket,
    stop: anyio.Event,
    *,
    on_ready: Callable[[str], None] = print,
) -> None:
    """Serve a sandbox on a listening socket until `stop` is set. Needs asyncio, because of uvicorn.

    Args:
        sandbox: the application.
        listener: the socket; see `listen`.
        stop: ends it, after a short time for requests in progress.
        on_ready: called with the base URL.
    """
    server = _Server(
        uvicorn.Config(
            _on_socket(sandbox),
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            date_header=False,  # the sandbox sends its own, from the injected clock
            backlog=_BACKLOG,
        )
    )
    on_ready(_url(listener))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_end, server, stop)
        await server.serve(sockets=[listener])


def listen(host: str = "127.0.0.1", port: int = 0, *, allow_remote: bool = False) -> socket.socket:
    """Return a socket that listens on an address. Raises the same exceptions as `serve`."""
    if not allow_remote and not _is_loopback(host):
        raise ValueError(
            f"{host!r} is not a loopback address: other machines could reach the sandbox. "
            "Use 127.0.0.1, or allow that with --allow-remote (allow_remote=True)."
        )
    # asyncio turns Nagle's algorithm off only if the protocol is given. An answer is sent in two writes, and
    # the second would wait 40 ms for the client's delayed acknowledgement: 690 requests a second over 32
    # connections with the wait, 2,950 without it (measured).
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise OSError(
            error.errno,
            f"cannot listen on {host}:{port}: {error.strerror}. Choose another port; 0 takes any free one.",
        ) from error
    return listener


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _serve_until_signal(
    config: SandboxConfig, listener: socket.socket, on_ready: Callable[[str], None]
) -> None:
    sandbox = create_app(config)
    stop = anyio.Event()
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_stop_on_signal, stop)
            await serve_async(sandbox, listener, stop, on_ready=on_ready)
    finally:
        sandbox.log.close()


async def _stop_on_signal(stop: anyio.Event) -> None:
    # Signals that the parent has set to be ignored (nohup) stay ignored.
    handled = [signum for signum in _SIGNALS if signal.getsignal(signum) is not signal.SIG_IGN]
    with anyio.open_signal_receiver(*handled) as signals:
        await anext(signals)
        stop.set()


async def _end(server: uvicorn.Server, stop: anyio.Event) -> None:
    await stop.wait()
    server.should_exit = True
    await anyio.sleep(_GRACE_S)
    for connection in list(server.server_state.connections):
        connection.transport.abort()


class _Server(uvicorn.Server):
    """A uvicorn server without signal handlers: its own handler raises a signal again after the stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _on_socket(sandbox: Sandbox | DialectSandbox) -> Callable[[Scope, Receive, Send], object]:
    """Return the application; on `ConnectionBroken` it breaks the connection."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await sandbox(scope, receive, send)
        except ConnectionBroken as broken:
            _break(send, reset=broken.reset)
            # uvicorn lets a request end without an answer only after it knows of the disconnection.
            while (await receive())["type"] != "http.disconnect":
                pass

    return app


def _break(send: Send, *, reset: bool) -> None:
    """End the connection that `send` writes to.

    Ugly, but ASGI has no way to do it. In both of uvicorn's protocols, `send` is a method of the object that
    holds the transport.
    """
    transport = cast("Any", send).__self__.transport
    if reset:
        # A close with a linger time of zero is sent as RST (POSIX, SO_LINGER).
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
    else:
        transport.close()
