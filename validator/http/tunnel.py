"""A tunnel through an HTTP proxy: CONNECT (RFC 9110, section 9.3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import anyio
import h11

from validator.http.masking import one_line
from validator.http.proxy import join_host_port
from validator.http.transport_errors import ProxyError, ProxyRefusal

if TYPE_CHECKING:
    from validator.http.proxy import Proxy

_MAX_HEAD_BYTES = 64 * 1024
_MAX_INTERIM = 8  # interim answers (1xx) before the final one

_WANTS_CREDENTIALS = frozenset({401, 407})  # tinyproxy answers 401 to a wrong password
# These, too, remain until a setting is changed, here or at the proxy. All other statuses may be temporary.
_FORBIDDEN = frozenset({403, 405})


class Stream(Protocol):
    """A byte stream to a proxy."""

    async def send(self, item: bytes, /) -> None:
        """Send bytes."""
        ...

    async def receive(self) -> bytes:
        """Return the next bytes; raise `anyio.EndOfStream` at the end."""
        ...


async def open_tunnel(stream: Stream, proxy: Proxy, host: str, port: int) -> None:
    """Ask a proxy to connect a stream to a server. Bytes sent after that go to the server.

    Raises:
        ProxyRefusal: the proxy wants other credentials, or does not allow this server.
        ProxyError: the proxy cannot reach the server, or does not answer like a proxy.
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
        raise ProxyError(f"the proxy {proxy} does not answer as a proxy does: {error}") from error
    except (anyio.EndOfStream, anyio.BrokenResourceError) as error:
        raise ProxyError(f"the proxy {proxy} closed the connection") from error
    _require_success(answer, proxy, target)
    if http.trailing_data[0]:
        raise ProxyError(f"the proxy {proxy} sent something before it was asked")


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
    raise ProxyError(said)


def _wanted(answer: h11.Response, proxy: Proxy) -> str:
    """Return the message for a proxy that wants credentials (407)."""
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
