"""Finds the HTTP proxy for the connections to a server, by the same rules as curl and other programs."""

from __future__ import annotations

import ipaddress
from base64 import b64encode
from functools import partial
from typing import TYPE_CHECKING, NoReturn, Self
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from validator.errors import UsageError
from validator.http.masking import hide_key, one_line
from validator.http.url import DEFAULT_PORTS
from validator.value import MaskedValue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

OPTION = "--proxy"
NONE = "none"
"""The value of `--proxy` for no proxy, even if the environment names one."""

# Names in lower case come first, as in curl. HTTP_PROXY is not used, since keys are sent by https only.
_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_EXCEPTIONS = ("no_proxy", "NO_PROXY")


class Proxy(MaskedValue, Struct, frozen=True):
    """An HTTP proxy that opens tunnels (CONNECT).

    Attributes:
        host: its host; an IPv6 address has no brackets.
        port: its port.
        named_by: the option or variable that names it.
        authorization: the value of `Proxy-Authorization`; empty if its URL has no user name.
    """

    _hidden = frozenset({"authorization"})

    host: str
    port: int
    named_by: str
    authorization: str = ""

    @property
    def url(self) -> str:
        """Its URL without credentials."""
        return f"http://{join_host_port(self.host, self.port)}"

    def __str__(self) -> str:
        return f"{join_host_port(self.host, self.port)} ({self.named_by})"

    @classmethod
    def parse(cls, text: str, named_by: str) -> Self:
        """Read `http://USER:PASSWORD@HOST:PORT`; the scheme and the part before the @ may be left out.

        From here on, messages and logs hide the password.

        Raises:
            UsageError: the text is anything else. The message never quotes the password.
        """
        refuse = partial(_refuse, text.rpartition("://")[2], named_by)
        try:
            url = urlsplit(text if "://" in text else f"http://{text}")
            authorization = _authorization(url)
            host, port = url.hostname, url.port or DEFAULT_PORTS["http"]
        except ValueError:
            refuse("is no address, or has no usable port")
        if url.scheme.lower() != "http":
            refuse(f"is a proxy of another kind ({url.scheme})")
        if not host or not host.isprintable() or url.path.strip("/") or url.query:
            refuse("is no address of a proxy")
        return cls(host, port, named_by, authorization)


def _authorization(url: SplitResult) -> str:
    """Return the credentials in a URL in the Basic form (RFC 7617). Messages hide them from now on."""
    if url.username is None:
        return ""
    user, password = unquote(url.username), unquote(url.password or "")
    token = b64encode(f"{user}:{password}".encode()).decode("ascii")
    for secret in (password, token):
        if secret:
            hide_key(secret)
    return f"Basic {token}"


def _refuse(address: str, named_by: str, flaw: str) -> NoReturn:
    shown = one_line(address.rpartition("@")[2].partition("/")[0])
    raise UsageError(
        f"{named_by} names {shown!r}, which {flaw}; give one like http://proxy.example:3128, or "
        f"{OPTION} {NONE}"
    ) from None


def join_host_port(host: str, port: int) -> str:
    """Return `host:port`, with brackets around an IPv6 address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def find_proxy(url: str, given: str | None, environ: Mapping[str, str]) -> Proxy | None:
    """Return the proxy for connections to a server, or None for direct connections.

    A server without https is on this machine (see `checked_base_url`). Its connections use no proxy, since a
    proxy could read the key.

    Args:
        url: the server's checked URL.
        given: the user's proxy, which overrides the environment; `none` for no proxy; None if not given.
        environ: `https_proxy` or `all_proxy`, in lower or upper case, and `no_proxy`.

    Raises:
        UsageError: the proxy cannot be used.
    """
    server = urlsplit(url)
    host, port = server.hostname or "", server.port or DEFAULT_PORTS[server.scheme]
    if given is not None:
        found = None if given.strip().lower() == NONE else Proxy.parse(given.strip(), OPTION)
    elif is_excepted(host, port, _first(environ, _EXCEPTIONS)[1]):
        found = None
    else:
        named_by, text = _first(environ, _VARIABLES)
        found = Proxy.parse(text, named_by) if text else None
    return found if server.scheme == "https" else None


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, str]:
    return next(((name, text) for name in names if (text := environ.get(name, "").strip())), ("", ""))


def is_excepted(host: str, port: int, exceptions: str) -> bool:
    """Whether `NO_PROXY` names a server.

    Args:
        host: the server's name or address.
        port: its port.
        exceptions: `*`, names (which include their subdomains), addresses and CIDR blocks. Commas or blanks
            separate them. Names and addresses may have a port.
    """
    return any(_fits(one, host.lower().rstrip("."), port) for one in exceptions.replace(",", " ").split())


def _fits(exception: str, host: str, port: int) -> bool:
    if exception == "*":
        return True
    if (block := _block(exception)) is not None:
        address = _block(host)
        return address is not None and address.version == block.version and address.subnet_of(block)  # type: ignore[arg-type]
    name, exception_port = _split(exception.lower())
    if exception_port not in {"", str(port)}:
        return False
    return _fits(name, host, port) if _block(name) else host == name or host.endswith(f".{name}")


def _split(exception: str) -> tuple[str, str]:
    """Return the host of an exception, without leading dots and brackets, and its port, or empty."""
    host, colon, port = exception.rpartition(":")
    if not colon or not port.isdecimal():
        host, port = exception, ""
    return host.removeprefix("*").lstrip(".").rstrip(".").strip("[]"), port


def _block(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
