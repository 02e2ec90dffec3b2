"""Refuses requests that do not come from the page, and sends headers that restrict what the page may do."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPENING = "/open"
"""The address of a link that opens the page; only this address may be opened from another site."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    # With `no-referrer` browsers would send `Origin: null` with the page's own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_SAFE = frozenset({"GET", "HEAD"})
_OURS = frozenset({"same-origin", "none"})


class Hosts(Struct, frozen=True):
    """The host names of the page.

    An attacker can make another site's name resolve to this address (DNS rebinding); a browser would then
    treat that site as the page. So a request with any other name is refused.

    Attributes:
        port: the port that the page listens on.
        names: host names, in lower case.
        any_address: whether any numeric address is allowed too, since no name resolves to another form of it.
    """

    port: int
    names: frozenset[str]
    any_address: bool = False

    def allow(self, host: str) -> bool:
        """Return whether a `Host` header names the page."""
        try:
            parts = urlsplit(f"//{host}")
            name, port = parts.hostname or "", parts.port or 80
        except ValueError:
            return False
        is_plain = host.lower() in {f"{name}:{port}", f"[{name}]:{port}", name, f"[{name}]"}
        return is_plain and port == self.port and (name in self.names or (self.any_address and _is_ip(name)))


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def refusal(method: str, path: str, headers: Headers, hosts: Hosts) -> str | None:
    """Return why a request does not come from the page, with a remedy; None if it does."""
    host, origin = headers.get("host", ""), headers.get("origin")
    if len(headers.getlist("host")) != 1 or not hosts.allow(host):
        return "this address has a host name that is not the page's; use the link that was printed"
    if origin is not None and origin != f"http://{host}":
        return "the request comes from another site; open the page itself"
    if method not in _SAFE and origin is None:
        return "the request does not say that it comes from the page; use the page itself"
    if path != OPENING and headers.get("sec-fetch-site", "none") not in _OURS:
        return "another site opened this address; type the page's address, or use the link that was printed"
    return None


class Guard:
    """Middleware that refuses requests that do not come from the page, and adds the security headers."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it to the app."""
        if scope["type"] != "http":
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        request = Request(scope)
        why = refusal(request.method, request.url.path, request.headers, self._hosts)
        app = self._app if why is None else PlainTextResponse(f"{why}\n", status_code=403)
        await app(scope, receive, guarded)
