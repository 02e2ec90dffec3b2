"""Sends requests to one server over connections that are kept for the next request.

httpx's own transport searches all of its connections at the start and the end of each request. That takes
more CPU time than the rest of a check (measured, see `benchmarks/README.md`). For a single server no search
is needed.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from validator.http.dialing import dial
from validator.http.pool import Pool
from validator.http.route import Route, origin_of
from validator.http.trust import SYSTEM_STORE
from validator.http.wire import Wire

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from validator.http.proxy import Proxy
    from validator.http.reply import Reply

T = TypeVar("T")

# Node's servers close a connection after 5 idle seconds (`http.Server.keepAliveTimeout`), the shortest
# default of common servers. We close it earlier, so that no request is sent while the server closes it.
KEEPALIVE_EXPIRY_S = 4.0


class KeepAliveTransport(Wire):
    """Sends GETs and POSTs to one server. A connection serves one request at a time.

    - The connection that was used last is used first, so that no more stay open than the rate needs.
    - A connection is closed after its answer if it received unsolicited bytes, if the answer was not read to
      its end, if the caller cannot use the answer, or if the server wants to close it.
    - Unsolicited bytes are reported to the caller of the last request (`ExchangeOptions.on_unsolicited`).
    - If the server closed a kept connection before it sent a byte of the answer, the request is sent once
      more over a new connection (RFC 9112, section 9.3.1). A GET is idempotent; so is a POST that only asks,
      as those to gateways do.
    - No redirect is followed.
    - A connection is replaced after five minutes, so that a new address of the server's name is used.

    On asyncio, connections are `SocketConnection`s, else `StreamConnection`s.

    Args:
        base_url: the server's checked URL; its path is ignored.
        max_connections: connections open at the same time; further requests wait.
        keepalive_expiry_s: how many seconds an unused connection is kept.
        make_context: returns the TLS context; called once, before the first connection, and not for http.
        proxy: the proxy to use; for https only, since it could read unencrypted requests.
    """

    def __init__(
        self,
        base_url: str,
        *,
        max_connections: int,
        keepalive_expiry_s: float = KEEPALIVE_EXPIRY_S,
        make_context: Callable[[], ssl.SSLContext] = SYSTEM_STORE.context,
        proxy: Proxy | None = None,
    ) -> None:
        self._origin = origin_of(base_url)
        self._proxy = proxy if self._origin[0] == "https" else None
        self._max_connections = max_connections
        self._keepalive_expiry_s = keepalive_expiry_s
        self._make_context = make_context

    async def exchange(
        self, request: bytes, read: Callable[[Reply], T], *, cap_bytes: int, timeout_s: float
    ) -> T:
        """See `Wire`."""
        connection, reply = await self._pool.ask(request, cap_bytes=cap_bytes, timeout_s=timeout_s)
        try:
            return read(reply)
        except BaseException:
            connection.distrust()
            raise
        finally:
            await self._pool.give_back(connection)

    def begin(
        self,
        request: bytes,
        on_end: Callable[[Reply | Exception], bool],
        *,
        cap_bytes: int,
        timeout_s: float,
        on_unsolicited: Callable[[], None],
    ) -> Callable[[], None] | None:
        """See `Wire`."""
        return self._pool.begin(
            request, on_end, cap_bytes=cap_bytes, timeout_s=timeout_s, on_unsolicited=on_unsolicited
        )

    @cached_property
    def _pool(self) -> Pool:
        return Pool(
            lambda: dial(self._route),
            max_connections=self._max_connections,
            keepalive_expiry_s=self._keepalive_expiry_s,
        )

    @cached_property
    def _route(self) -> Route:
        scheme, host, port = self._origin
        return Route(host, port, self._make_context() if scheme == "https" else None, self._proxy)

    async def aclose(self) -> None:
        """Close the idle connections now, and each other one after its answer is closed."""
        await self._pool.aclose()
