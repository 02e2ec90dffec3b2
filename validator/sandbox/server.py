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
# What is being answered gets this long after a stop; what never would be is cut off then.
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
        config: how it behaves.
        host: the address to listen on.
        port: the port; 0 takes any free one.
        on_ready: called with the base URL once connections are taken.
        allow_remote: listen on an address that other machines can reach, too.

    Raises:
        ValueError: the host is not a loopback address, and `allow_remote` is off.
        OSError: the address cannot be listened on, or the log file not opened; the message says why.
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
    """Serve a sandbox on a listening socket until `stop` is set. Needs the asyncio backend, as uvicorn does.

    Args:
        sandbox: the application.
        listener: the socket; see `listen`.
        stop: ends it; what is being answered gets a moment.
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
            date_header=False,  # ours comes from the injected wall clock
            backlog=_BACKLOG,
        )
    )
    on_ready(_url(listener))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_end, server, stop)
        await server.serve(sockets=[listener])


def listen(host: str = "127.0.0.1", port: int = 0, *, allow_remote: bool = False) -> socket.socket:
    """Return a socket listening on that address; the exceptions are those of `serve`."""
    if not allow_remote and not _is_loopback(host):
        raise ValueError(
            f"{host!r} is not a loopback address: other machines could reach the sandbox. "
            "Use 127.0.0.1, or force it."
        )
    # The protocol is named because asyncio turns Nagle's algorithm off only where it is. Answers go out in
    # two writes, and each would wait 40 ms for the client's delayed acknowledgement: 690 requests a second
    # over 32 connections, where there are 2,950 without the wait (measured).
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
    # Those that the parent ignores for this process (nohup) stay ignored.
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
    """A uvicorn that leaves signals to us: its own handler raises them again once it has stopped."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _on_socket(sandbox: Sandbox | DialectSandbox) -> Callable[[Scope, Receive, Send], object]:
    """Return the application with `ConnectionBroken` turned into what it says."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await sandbox(scope, receive, send)
        except ConnectionBroken as broken:
            _break(send, reset=broken.reset)
            # Only once uvicorn knows that the connection is gone does it let the request end without an
            # answer.
            while (await receive())["type"] != "http.disconnect":
                pass

    return app


def _break(send: Send, *, reset: bool) -> None:
    """End the connection that `send` writes to.

    Ugly, but ASGI has no word for it: in both of uvicorn's protocols `send` is a method of the object that
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
