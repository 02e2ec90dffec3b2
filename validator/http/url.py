"""Checks the URLs of servers, once, before anything is sent."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from validator.errors import UsageError
from validator.http.masking import one_line

# RFC 1035, section 2.3.4, plus the underscore, which internal names use in practice.
_HOST = re.compile(r"(?=.{1,253}\.?$)(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
# A URL that httpx does not change: no default port, no segment of dots, nothing to encode. Its host is a name
# or this machine, since httpx looks more closely at other addresses.
_PLAIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]*[a-z][a-z0-9.-]*|127\.0\.0\.1)"
    r"(?::(?P<port>(?!(?:80|443)(?![0-9]))[1-9][0-9]{0,4}))?(?:/(?!\.)[A-Za-z0-9_.~-]*)*"
)
_PORTS = range(1, 65_536)
DEFAULT_PORTS = {"http": 80, "https": 443}


def checked_base_url(text: str, *, remedy: str) -> str:
    """Return the base URL, normalised and without a slash at its end.

    Args:
        text: the URL from the user.
        remedy: the sentence for the error message that says how to give a valid one.

    Raises:
        UsageError: no request can be sent to the URL, or the key would be sent unencrypted.
    """
    found, flaw = _checked(text, "the key")
    if not flaw and ("?" in text or "#" in text):
        flaw = "has a query or a fragment"
    if flaw:
        raise UsageError(f"the base URL {_shown(text)!r} {flaw}. {remedy}")
    return found.rstrip("/")


def checked_webhook_url(text: str, *, remedy: str) -> str:
    """Return the URL of a webhook, normalised. No message quotes it, since it may contain a secret.

    Args:
        text: the URL from the user.
        remedy: the sentence for the error message that says how to give a valid one.

    Raises:
        UsageError: no message can be sent to the URL, or it would be sent unencrypted.
    """
    found, flaw = _checked(text, "the message")
    if flaw:
        raise UsageError(f"the address of the webhook {flaw}. {remedy}")
    return found


def checked_collector_url(text: str, *, remedy: str) -> str:
    """Return the URL of a collector of telemetry, normalised and without a slash at its end.

    No message quotes it, since its path may be a secret.

    Args:
        text: the URL from the user.
        remedy: the sentence for the error message that says how to give a valid one.

    Raises:
        UsageError: no telemetry can be sent to the URL, or it would be sent unencrypted.
    """
    found, flaw = _checked(text, "the telemetry")
    if not flaw and ("?" in text or "#" in text):
        flaw = "has a query or a fragment"
    if flaw:
        raise UsageError(f"the address of the collector {flaw}. {remedy}")
    return found.rstrip("/")


def _checked(text: str, what: str) -> tuple[str, str]:
    """Return the URL, normalised, and what is wrong with it, or empty; `what` names the data to send."""
    if plain := _PLAIN.fullmatch(text):
        return text, _flaw(plain["scheme"], plain["host"], int(plain["port"] or 0) or None, what)
    # Imported here, since most URLs are plain.
    import httpx  # noqa: PLC0415

    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeEncodeError) as error:  # the second, if the text was not UTF-8
        # The error may quote a part of a password.
        return text, "is not a URL" if "@" in text else f"is not a URL ({error})"
    host = url.raw_host.decode("ascii")
    if url.scheme not in DEFAULT_PORTS or not host:
        return str(url), "does not start with https:// and a host"
    if url.userinfo:
        return str(url), f"has a user name or password in it; {what} goes without"
    return str(url), _flaw(url.scheme, host, url.port, what)


def _flaw(scheme: str, host: str, port: int | None, what: str) -> str:
    if not _is_host(host) or (port is not None and port not in _PORTS):
        return "has no usable host and port"
    if scheme == "http" and not is_loopback(host):
        return f"is not encrypted, and {what} would travel in the open; only a loopback host may use http"
    return ""


def _shown(text: str) -> str:
    """Return the URL for a message, without what may hold a secret: user name, password, query, fragment."""
    scheme, separator, rest = text.partition("://") if "://" in text.partition("@")[0] else ("", "", text)
    address = re.split(r"[?#]", rest.rpartition("@")[2])[0]
    return one_line(f"{scheme}{separator}{address}")


def _is_host(host: str) -> bool:
    return bool(_HOST.fullmatch(host)) or _address(host) is not None


def is_loopback(host: str) -> bool:
    """Whether the host is certainly this machine: `localhost` or a loopback address. Resolves no name."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def host_of(base_url: str) -> str:
    """Return the host and port of a checked base URL, for messages."""
    return urlsplit(base_url).netloc
