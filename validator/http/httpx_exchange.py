"""One exchange over an httpx transport that a caller gives in place of the network."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, TypeVar, cast

import anyio
import httpx

from validator.http.reply import Reply, is_compressed, joined_headers

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable

    from validator.errors import ApiError

T = TypeVar("T")


async def exchange_over(
    transport: httpx.AsyncBaseTransport,
    request: httpx.Request,
    read: Callable[[Reply], T],
    *,
    cap_bytes: int,
    timeout_s: float,
    failed: Callable[..., ApiError],
) -> T:
    """Send a request and return the value that `read` gets from the answer.

    The request does not go through `httpx.AsyncClient`, which would follow redirects, keep cookies, and log
    the URL with the number.

    Args:
        transport: sends the request.
        request: the request.
        read: turns the response into a value.
        cap_bytes: the largest body to accept.
        timeout_s: the longest time of the exchange.
        failed: makes the exception for an error of httpx; `is_timeout` says whether time ran out.

    Raises:
        ApiError: httpx had no answer.
        TimeoutError: there was no answer in time.
        OSError: the transport let an error of the system through.
    """
    try:
        # Not httpx's timeouts: they count each read alone, and transports without sockets ignore them.
        with anyio.fail_after(timeout_s):
            response = await transport.handle_async_request(request)
            try:
                return read(await _reply_in(response, cap_bytes))
            finally:
                await response.aclose()
    except httpx.RequestError as error:
        raise failed(error, is_timeout=isinstance(error, httpx.TimeoutException)) from error


async def _reply_in(response: httpx.Response, cap_bytes: int) -> Reply:
    headers = joined_headers(response.headers.raw)
    body = None if is_compressed(headers) else await _read_capped(response, cap_bytes)
    return Reply(status=response.status_code, headers=headers, body=body)


async def _read_capped(response: httpx.Response, cap_bytes: int) -> bytes | None:
    """Return the body, or None if it is larger than the cap. At most one chunk over the cap is in memory.

    It reads the undecoded stream. httpx would decompress as the response says, and 64 KiB can become 64 MiB.
    """
    chunks = aiter(cast("AsyncIterable[bytes]", response.stream))
    body = bytearray()
    try:
        async for chunk in chunks:
            body += chunk
            if len(body) > cap_bytes:
                return None
        return bytes(body)
    finally:
        # A generator that is not exhausted has to be closed here: Trio does not close it later, and warns.
        if isinstance(chunks, AsyncGenerator):
            await chunks.aclose()
