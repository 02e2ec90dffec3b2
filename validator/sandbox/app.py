"""The sandbox as an ASGI application: routes in, bytes out. All waiting is here.

Its clock is `anyio.current_time`, so the same application runs on a socket under uvicorn and without one,
on virtual time, in tests.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import anyio
from starlette.routing import Route, Router

from validator.sandbox.call import Call, Endpoint
from validator.sandbox.control import control_routes
from validator.sandbox.corruption import Ending
from validator.sandbox.exchange import Exchange
from validator.sandbox.log import RequestLog
from validator.sandbox.server_state import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

    from validator.sandbox.config import SandboxConfig
    from validator.sandbox.corruption import Reply

_PATHS = (
    ("/v1/whatsapp/contacts/{name}/check", Endpoint.CHECK),
    ("/v1/whatsapp/contacts", Endpoint.CONTACTS),
    ("/v1/whatsapp/sessions", Endpoint.SESSIONS),
    ("/v1/whatsapp/sessions/{name}", Endpoint.SESSION),
    ("/v1/phone/validate", Endpoint.VALIDATE),
    ("/v1/account/usage", Endpoint.USAGE),
)

# Looking out for a client that has gone costs a cancel scope; only over long waits is it worth that.
_LONG_WAIT_S = 1.0


class ConnectionBroken(ConnectionResetError):
    """The connection is to break here.

    The server turns it into a real break. Without a socket it comes out of the application as it is, for the
    caller's transport to translate.

    Attributes:
        reset: whether the peer is to see a reset, rather than an end before the end.
    """

    def __init__(self, *, reset: bool) -> None:
        super().__init__("the sandbox broke the connection, as a fault says")
        self.reset = reset


class Sandbox:
    """The ASGI application.

    Attributes:
        log: what it was asked.
        world: its state, to be changed at run time.
    """

    def __init__(self, config: SandboxConfig, *, wall: Callable[[], float] = time.time) -> None:
        self.log = RequestLog(config.log_path)
        self.world = World(config)
        self._exchange = Exchange(self.world, self.log)
        self._wall = wall
        routes = [Route(path, _Served(self, endpoint)) for path, endpoint in _PATHS]
        self._router = Router(
            [*routes, *control_routes(self.world, self.log)],
            redirect_slashes=False,
            default=_Served(self, Endpoint.UNKNOWN),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._router(scope, receive, send)

    async def serve(self, endpoint: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request to the API, late or broken as a fault has it; raises `ConnectionBroken`."""
        self.world.in_flight += 1
        try:
            call = _call(endpoint, scope, time_s=anyio.current_time(), wall_s=self._wall())
            await deliver(self._exchange.answer(call), receive, send)
        finally:
            self.world.in_flight -= 1


def create_app(config: SandboxConfig, *, wall: Callable[[], float] = time.time) -> Sandbox:
    """Return a sandbox as an ASGI application.

    Args:
        config: how it behaves.
        wall: gives the Unix time for `Date`, `X-RateLimit-Reset` and dates in `Retry-After`; all else goes by
            `anyio.current_time`.

    Raises:
        OSError: the log file cannot be opened.
    """
    return Sandbox(config, wall=wall)


class _Served:
    """One endpoint as an ASGI application: Starlette hands an object the raw request, unwrapped."""

    def __init__(self, sandbox: Sandbox, endpoint: Endpoint) -> None:
        self._sandbox = sandbox
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._sandbox.serve(self._endpoint, scope, receive, send)


def _call(endpoint: Endpoint, scope: Scope, *, time_s: float, wall_s: float) -> Call:
    authorization = next((value for name, value in scope["headers"] if name == b"authorization"), None)
    return Call(
        endpoint=endpoint,
        method=scope["method"],
        path=scope["path"],
        name=scope.get("path_params", {}).get("name", ""),
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        authorization=None if authorization is None else authorization.decode("latin-1"),
        time_s=time_s,
        wall_s=wall_s,
    )


async def deliver(reply: Reply, receive: Receive, send: Send) -> None:
    """Send an answer as late, as slowly and as far as it goes.

    Raises:
        ConnectionBroken: it ends in a break.
    """
    if not await _still_there_after(reply.delay_s, receive):
        return
    if reply.ending is Ending.NEVER:
        await _disconnected(receive)
        return
    if reply.ending is Ending.RESET:
        raise ConnectionBroken(reset=True)
    await send({"type": "http.response.start", "status": reply.status, "headers": _head(reply)})
    if reply.ending is Ending.CUT:
        await send(
            {"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True}
        )
        raise ConnectionBroken(reset=False)
    await _send_body(reply, receive, send)


def _head(reply: Reply) -> list[tuple[bytes, bytes]]:
    length = b"%d" % len(reply.body)
    return [*reply.headers, (b"content-type", reply.content_type), (b"content-length", length)]


async def _send_body(reply: Reply, receive: Receive, send: Send) -> None:
    if reply.drip_s:
        for byte in reply.body[:-1]:
            await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
            if not await _still_there_after(reply.drip_s, receive):
                return
    await send({"type": "http.response.body", "body": reply.body[-1:] if reply.drip_s else reply.body})


async def _still_there_after(wait_s: float, receive: Receive) -> bool:
    """Wait, and return whether the client is still there."""
    if wait_s < _LONG_WAIT_S:
        if wait_s > 0:
            await anyio.sleep(wait_s)
        return True
    with anyio.move_on_after(wait_s):
        await _disconnected(receive)
        return False
    return True


async def _disconnected(receive: Receive) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
