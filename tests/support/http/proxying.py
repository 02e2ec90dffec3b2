"""A proxy on a loopback port that opens tunnels, or says why not, and keeps what it was sent in the clear."""

import contextlib

import anyio


class Tunnels:
    """Relays each CONNECT to its server, or answers what it was told to; `heads` are those it was sent.

    Only so many connections are served; further ones wait in silence, as before tinyproxy.
    """

    def __init__(self, *, answer=b"HTTP/1.1 200 Connection established\r\n\r\n", relays=True, serves=1_000):
        self.answer, self.relays, self.serves = answer, relays, serves
        self.heads, self.clear = [], b""

    async def talk(self, stream):
        head = b""
        while b"\r\n\r\n" not in head:
            head += await stream.receive()
        self.heads.append(head.decode())
        if len(self.heads) > self.serves:
            with contextlib.suppress(anyio.EndOfStream):
                await stream.receive()
            return
        await stream.send(self.answer)
        if self.relays:
            await self._relay(stream, head.split(b" ")[1].decode())

    async def _relay(self, stream, target):
        host, _, port = target.rpartition(":")
        async with (
            await anyio.connect_tcp(host.strip("[]"), int(port)) as server,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(self._pump, server, stream)
            await self._pump(stream, server, keep=True)
            tasks.cancel_scope.cancel()

    async def _pump(self, source, sink, *, keep=False):
        with contextlib.suppress(anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            while True:
                part = await source.receive()
                self.clear += part if keep else b""
                await sink.send(part)
