"""Lets through what comes from the page itself, and says to the browser what the page may do."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPENING = "/open"
"""The address of a link that opens the page: the one that may be followed from elsewhere."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: browsers would send `Origin: null` with the page's own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_SAFE = frozenset({"GET", "HEAD"})
_OURS = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names that the page goes by.

    Another site's name can be made to lead here (DNS rebinding), and its page would then be taken for ours.

    Attributes:
        port: the port that is listened on.
        names: host names, in small letters.
        any_address: whether any numeric address is one too: no name leads to it.
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
    """Return why a request is not one of the page's own, with a remedy; None if it is."""
    host, origin = headers.get("host", ""), headers.get("origin")
    if len(headers.getlist("host")) != 1 or not hosts.allow(host):
        return "this address leads here by a name that is not the page's; use the link that was printed"
    if origin is not None and origin != f"http://{host}":
        return "the request comes from another site; open the page itself"
    if method not in _SAFE and origin is None:
        return "the request does not say that it comes from the page; use the page itself"
    if path != OPENING and headers.get("sec-fetch-site", "none") not in _OURS:
        return "another site leads here; type the address of the page, or use the link that was printed"
    return None


class Guard:
    """Refuses requests that are not the page's own, and adds the headers that hold for all responses."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
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
