"""Sends an answer with its delay, its speed and its end. All waits of the sandbox are here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from validator.sandbox.corruption import Ending

if TYPE_CHECKING:
    from starlette.types import Receive, Send

    from validator.sandbox.corruption import Reply

# Only long waits check whether the client has disconnected, since that needs a cancel scope.
_LONG_WAIT_S = 1.0


class ConnectionBroken(ConnectionResetError):
    """The connection has to break here.

    The server breaks the real connection. Without a socket, the application raises this exception, and the
    caller's transport has to translate it.

    Attributes:
        reset: whether the client gets a reset; if not, the connection closes too early.
    """

    def __init__(self, *, reset: bool) -> None:
        super().__init__("the sandbox broke the connection, as a fault says")
        self.reset = reset


async def deliver(reply: Reply, receive: Receive, send: Send) -> None:
    """Send an answer with its delay, its speed and its end.

    Raises:
        ConnectionBroken: the answer ends with a broken connection.
    """
    if not await _stays_connected(reply.delay_s, receive):
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
            if not await _stays_connected(reply.drip_s, receive):
                return
    await send({"type": "http.response.body", "body": reply.body[-1:] if reply.drip_s else reply.body})


async def _stays_connected(wait_s: float, receive: Receive) -> bool:
    """Wait, and return whether the client is still connected."""
    if wait_s < _LONG_WAIT_S:
        if wait_s > 0:
            await anyio.sleep(wait_s)
        return True
    with anyio.move_on_after(wait_s):
        await _disconnected(receive)
        return False
    return True


async def _disconnected(receive: Receive) -> None:
    """Wait until the client disconnects."""
    while (await receive())["type"] != "http.disconnect":
        pass
