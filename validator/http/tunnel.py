"""A tunnel through an HTTP proxy: CONNECT (RFC 9110, section 9.3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import anyio
import h11
import httpx

from validator.http.masking import one_line
from validator.http.proxy import join_host_port

if TYPE_CHECKING:
    from validator.http.proxy import Proxy

_MAX_HEAD_BYTES = 64 * 1024
_MAX_INTERIM = 8  # answers (1xx) before the one that counts

_WANTS_CREDENTIALS = frozenset({401, 407})  # tinyproxy says 401 to a wrong password
# These, too, stay until somebody changes a setting, here or at the proxy. All others may pass.
_FORBIDDEN = frozenset({403, 405})


class ProxyRefusal(httpx.ProxyError):
    """The proxy does not let us through, and will not until a setting is changed."""


class Stream(Protocol):
    """What a proxy is talked to over."""

    async def send(self, item: bytes, /) -> None:
        """Send bytes."""
        ...

    async def receive(self) -> bytes:
        """Return the bytes that come next; raise `anyio.EndOfStream` if none will."""
        ...


async def open_tunnel(stream: Stream, proxy: Proxy, host: str, port: int) -> None:
    """Let a proxy connect a stream to a server; what is sent from then on goes there.

    Raises:
        ProxyRefusal: the proxy wants other credentials, or does not let anybody go there.
        httpx.ProxyError: it cannot reach the server, or does not answer as a proxy does.
    """
    target = join_host_port(host, port)
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD_BYTES)
    headers = [("Host", target)]
    if proxy.authorization:
        headers.append(("Proxy-Authorization", proxy.authorization))
    try:
        head = http.send(h11.Request(method="CONNECT", target=target, headers=headers))
        await stream.send((head or b"") + (http.send(h11.EndOfMessage()) or b""))
        answer = await _answer(http, stream)
    except h11.RemoteProtocolError as error:
        raise httpx.ProxyError(f"the proxy {proxy} does not answer as a proxy does: {error}") from error
    except (anyio.EndOfStream, anyio.BrokenResourceError) as error:
        raise httpx.ProxyError(f"the proxy {proxy} closed the connection") from error
    _require_success(answer, proxy, target)
    if http.trailing_data[0]:
        raise httpx.ProxyError(f"the proxy {proxy} sent something before it was asked")


async def _answer(http: h11.Connection, stream: Stream) -> h11.Response:
    for _ in range(_MAX_INTERIM):
        while (event := http.next_event()) is h11.NEED_DATA:
            http.receive_data(await stream.receive())
        if isinstance(event, h11.Response):
            return event
    raise h11.RemoteProtocolError("interim answers without end")


def _require_success(answer: h11.Response, proxy: Proxy, target: str) -> None:
    status = answer.status_code
    if 200 <= status < 300:  # noqa: PLR2004 - all successes open the tunnel
        return
    if status in _WANTS_CREDENTIALS:
        raise ProxyRefusal(_wanted(answer, proxy))
    reason = one_line(answer.reason.decode("latin-1"))
    said = f"the proxy {proxy} does not connect to {target}: {status} {reason}".rstrip()
    if status in _FORBIDDEN:
        raise ProxyRefusal(
            f"{said}. Ask who runs it to allow that, or go without it with NO_PROXY or --proxy none"
        )
    raise httpx.ProxyError(said)


def _wanted(answer: h11.Response, proxy: Proxy) -> str:
    """Return what a proxy that wants credentials (407) is to be given."""
    offers = [value.decode("latin-1") for name, value in answer.headers if name == b"proxy-authenticate"]
    schemes = [offer.split()[0] for offer in offers if offer.split()]
    if schemes and not any(scheme.lower() == "basic" for scheme in schemes):
        return (
            f"the proxy {proxy} wants credentials in a form that is not known here "
            f"({one_line(', '.join(schemes))}; {answer.status_code}). Put a forwarder that knows it in "
            "between, on this machine (cntlm, px)"
        )
    flaw = "does not take this user name and password" if proxy.authorization else "wants credentials"
    return f"the proxy {proxy} {flaw} ({answer.status_code}). Put them into its URL: http://USER:PASSWORD@HOST:PORT"
