"""A server that answers every check at once, or after a fixed time, and does nothing else.

A third of the answers is a "no", by the number: every number that three divides has no account.

    python benchmarks/answering.py LATENCY_MS [CHAIN.pem]

The sandbox parses, draws, limits and logs, which takes more processor time than a fast client does: the
figures of a client measured against it are those of the sandbox. This one answers some 20,000 requests a
second on one core.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import trustme
from processes import pin_to_core

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER_CORE = 1
HOST = "127.0.0.1"
END_OF_HEAD = b"\r\n\r\n"
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-ratelimit-limit: 1000000\r\n"
    b"x-ratelimit-remaining: 999999\r\nx-ratelimit-reset: 1800000000\r\ncontent-length: %d\r\n\r\n"
)
SESSION_BODY = b'{"id": "sess_bench", "name": "Shop", "status": "connected"}'
YES_BODY = b'{"phone": "+%s", "is_whatsapp_user": true, "whatsapp_id": "%s@s.whatsapp.net"}'
NO_BODY = b'{"phone": "+%s", "is_whatsapp_user": false, "whatsapp_id": null}'


class Answering(asyncio.Protocol):
    """One connection: requests in, answers out, in order."""

    def __init__(self, latency_s: float) -> None:
        self._latency_s = latency_s
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to write to."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request whose head is complete."""
        self._buffer += data
        while END_OF_HEAD in self._buffer:
            head, _, self._buffer = self._buffer.partition(END_OF_HEAD)
            self._answer(answer_to(head.split(b" ", 2)[1]))

    def _answer(self, reply: bytes) -> None:
        if self._latency_s:
            asyncio.get_running_loop().call_later(self._latency_s, self._transport.write, reply)
        else:
            self._transport.write(reply)


def answer_to(path: bytes) -> bytes:
    number = path.partition(b"/contacts/%2B")[2].partition(b"/")[0]
    if not number:
        body = SESSION_BODY
    elif int(number) % 3:
        body = YES_BODY % (number, number)
    else:
        body = NO_BODY % number
    return HEAD % len(body) + body


async def serve(latency_s: float, chain: str) -> None:
    context = None
    if chain:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(chain)
    server = await asyncio.get_running_loop().create_server(
        lambda: Answering(latency_s), HOST, 0, ssl=context, backlog=1_000
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def answering(latency_ms: float = 0.0, *, chain: Path | None = None) -> Iterator[str]:
    """Run the server in a process and on a core of its own, with TLS if it has a chain; give its base URL."""
    command = [sys.executable, str(Path(__file__)), str(latency_ms), *([str(chain)] if chain else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            scheme = "https" if chain else "http"
            yield f"{scheme}://{HOST}:{int(process.stdout.readline())}/v1"
        finally:
            process.kill()


@contextmanager
def certificates() -> Iterator[Path]:
    """Give a key and certificate of the server that processes trust which start meanwhile."""
    authority = trustme.CA()
    with tempfile.TemporaryDirectory() as folder:
        chain, trusted = Path(folder) / "chain.pem", Path(folder) / "trusted.pem"
        authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(chain))
        authority.cert_pem.write_to_path(str(trusted))
        os.environ["SSL_CERT_FILE"] = str(trusted)
        try:
            yield chain
        finally:
            del os.environ["SSL_CERT_FILE"]


if __name__ == "__main__":
    pin_to_core(SERVER_CORE)
    asyncio.run(serve(float(sys.argv[1]) / 1000, "".join(sys.argv[2:])))
