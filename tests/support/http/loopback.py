"""A server on a loopback port that does as each test says, and the transports to reach it."""

import contextlib
import functools
import math
import socket
import ssl
import struct

import anyio
import anyio.abc
import httpx
from anyio.streams.tls import TLSListener

from tests.support.http.httpx_bytes import bytes_of
from validator.http.body import PAGE_CAP_BYTES
from validator.http.transport import KeepAliveTransport
from validator.http.trust import SYSTEM_STORE
from validator.http.wire import Wire


def http(body, *headers, status="200 OK"):
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
    return head.encode() + b"\r\n\r\n" + body


@contextlib.asynccontextmanager
async def served(talk, *, context=None, host="127.0.0.1", port=0):
    """Serve on a loopback port; `talk(stream)` is run for each connection. Yields the port."""

    async def handle(stream):
        with contextlib.suppress(anyio.BrokenResourceError, anyio.EndOfStream, ssl.SSLError):
            async with stream:
                await talk(stream)

    async with await anyio.create_tcp_listener(local_host=host, local_port=port) as listener:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        wrapped = TLSListener(listener, context, standard_compatible=False) if context else listener
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wrapped.serve, handle)
            yield port
            tasks.cancel_scope.cancel()


def saying(*parts, then=None):
    """Return a server that answers each request with all parts in turn, and then does something."""

    async def talk(stream):
        while await stream.receive():
            for part in parts:
                await stream.send(part)
            if then is not None:
                await then(stream)
                return

    return talk


async def hang_up(stream):
    await stream.aclose()


async def reset(stream):
    raw = stream.extra(anyio.abc.SocketAttribute.raw_socket)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    await stream.aclose()


async def say_nothing(stream):
    await anyio.sleep_forever()


SECOND = saying(http(b"second"))


class Server:
    """Counts connections; each is served by the next of the talks, and all further ones by the last."""

    def __init__(self, *talks):
        self.talks = list(talks)
        self.connections = self.open = self.peak = 0

    async def talk(self, stream):
        self.connections += 1
        self.open += 1
        self.peak = max(self.peak, self.open)
        try:
            await (self.talks.pop(0) if len(self.talks) > 1 else self.talks[0])(stream)
        finally:
            self.open -= 1


async def ask(transport, port, path="/", *, host="127.0.0.1", **options):
    """Return the body of the answer to a GET."""
    request = httpx.Request("GET", f"http://{host}:{port}{path}", **options)
    if isinstance(transport, Wire):
        return await transport.exchange(
            bytes_of(request), lambda reply: reply.body, cap_bytes=PAGE_CAP_BYTES, timeout_s=math.inf
        )
    response = await transport.handle_async_request(request)
    try:
        return await response.aread()
    finally:
        await response.aclose()


own_context = functools.cache(SYSTEM_STORE.context)  # making one takes 0.04 s


def keepalive_transport(url, *, max_connections, context):
    return KeepAliveTransport(
        url, max_connections=max_connections, make_context=lambda: context or own_context()
    )


def httpx_transport(url, *, max_connections, context):
    limits = httpx.Limits(max_connections=max_connections, max_keepalive_connections=max_connections)
    return httpx.AsyncHTTPTransport(verify=context or own_context(), limits=limits, trust_env=False)
