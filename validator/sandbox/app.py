"""The sandbox as an ASGI application. All of its waits are in `delivery`.

Its clock is `anyio.current_time`. So the same application runs on a socket under uvicorn, and in tests
without a socket, on virtual time.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import anyio
from starlette.routing import Route, Router

from validator.sandbox.call import Call, Endpoint
from validator.sandbox.control import control_routes
from validator.sandbox.delivery import deliver
from validator.sandbox.dialects import SENDAPI
from validator.sandbox.dialects.app import DialectSandbox
from validator.sandbox.exchange import Exchange
from validator.sandbox.log import RequestLog
from validator.sandbox.server_state import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

    from validator.sandbox.config import SandboxConfig

_PATHS = (
    ("/v1/whatsapp/contacts/{name}/check", Endpoint.CHECK),
    ("/v1/whatsapp/contacts", Endpoint.CONTACTS),
    ("/v1/whatsapp/sessions", Endpoint.SESSIONS),
    ("/v1/whatsapp/sessions/{name}", Endpoint.SESSION),
    ("/v1/phone/validate", Endpoint.VALIDATE),
    ("/v1/account/usage", Endpoint.USAGE),
)


class Sandbox:
    """The ASGI application.

    Attributes:
        log: the requests so far.
        world: its state, which can be changed while it runs.
    """

    def __init__(self, config: SandboxConfig, *, wall: Callable[[], float] = time.time) -> None:
        self.log = RequestLog(config.log_path)
        self.world = World(config)
        self._exchange = Exchange(self.world, self.log)
        self._wall = wall
        routes = [Route(path, _EndpointApp(self, endpoint)) for path, endpoint in _PATHS]
        self._router = Router(
            [*routes, *control_routes(self.world, self.log)],
            redirect_slashes=False,
            default=_EndpointApp(self, Endpoint.UNKNOWN),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._router(scope, receive, send)

    async def serve(self, endpoint: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request to the API, with the delay or break of a fault; raises `ConnectionBroken`."""
        self.world.in_flight += 1
        try:
            call = _call(endpoint, scope, time_s=anyio.current_time(), wall_s=self._wall())
            await deliver(self._exchange.answer(call), receive, send)
        finally:
            self.world.in_flight -= 1


def create_app(config: SandboxConfig, *, wall: Callable[[], float] = time.time) -> Sandbox | DialectSandbox:
    """Return a sandbox as an ASGI application.

    Args:
        config: its options.
        wall: returns the Unix time for `Date`, `X-RateLimit-Reset` and dates in `Retry-After`. All else uses
            `anyio.current_time`.

    Raises:
        OSError: the log file cannot be opened.
    """
    kind = Sandbox if config.gateway == SENDAPI else DialectSandbox
    return kind(config, wall=wall)


class _EndpointApp:
    """One endpoint as an ASGI application. Starlette passes objects, unlike functions, the raw request."""

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
