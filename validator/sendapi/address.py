"""Where requests go: the base URL, checked once, and the paths below it."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from validator.errors import UsageError
from validator.http.masking import one_line
from validator.model import Number

if TYPE_CHECKING:
    from typing import NoReturn

DEFAULT_BASE_URL = "https://sendapi.co/v1"
MAX_PER_PAGE = 100  # the provider's contract

# RFC 1035, section 2.3.4, and the underscore that internal names have in practice.
_HOST = re.compile(r"(?=.{1,253}\.?$)(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
# Ids are put into paths and queries as they are, so nothing that means something there may be in them.
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_PORTS = range(1, 65_536)


def checked_base_url(text: str) -> str:
    """Return the base URL, normalised and without a slash at its end.

    Raises:
        UsageError: it is no URL that requests can be sent to, or it would send the key in the open.
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        _refuse(text, f"is not a URL ({error})", cause=error)
    if url.scheme not in {"https", "http"} or not url.host:
        _refuse(text, "does not start with https:// and a host")
    if url.userinfo:
        _refuse(text, "has a user name or password in it; the key goes into SENDAPI_API_KEY")
    if "?" in text or "#" in text:
        _refuse(text, "has a query or a fragment")
    if not _is_host(url.raw_host.decode("ascii")) or (url.port is not None and url.port not in _PORTS):
        _refuse(text, "has no usable host and port")
    if url.scheme == "http" and not is_loopback(url.host):
        _refuse(
            text, "is not encrypted, and the key would travel in the open; only a loopback host may use http"
        )
    return str(url).rstrip("/")


def _refuse(text: str, flaw: str, *, cause: Exception | None = None) -> NoReturn:
    raise UsageError(
        f"the base URL {_shown(text)!r} {flaw}. "
        f"Give one like {DEFAULT_BASE_URL} (--base-url or SENDAPI_BASE_URL)"
    ) from cause


def _shown(text: str) -> str:
    """Return the URL for a message: the part that may hold a password left out."""
    return one_line(re.sub(r"(?<=//)[^/]*@", "", text))


def _is_host(host: str) -> bool:
    return bool(_HOST.fullmatch(host)) or _address(host) is not None


def is_loopback(host: str) -> bool:
    """Whether the host is this machine for certain: by its own name or by an address, never by a lookup."""
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


def checked_id(session_id: str) -> str:
    """Return the session id; `UsageError` where it cannot be one."""
    if not _ID.fullmatch(session_id):
        raise UsageError(
            f"the session id {one_line(session_id)!r} cannot be right; expected are 1 to 128 letters, "
            "digits, - and _, as in sess_01H8BKF0000000000000000Z2T "
            "(`validator sessions` lists those of the key)"
        )
    return session_id


def checked_number(phone: Number | str) -> Number:
    """Return the number; `UsageError` where the text is not in E.164."""
    if isinstance(phone, Number):
        return phone
    try:
        return Number.parse(phone)
    except (ValueError, IndexError) as error:
        raise UsageError(
            "the phone is not in E.164; write it as +447700900000, plus sign included"
        ) from error


def check_path(number: Number, session_id: str) -> str:
    """Return path and query of a check. The plus sign is encoded: in a URL it may be read as a space."""
    return f"/whatsapp/contacts/%2B{number.e164[1:]}/check?session_id={checked_id(session_id)}"


def contacts_path(session_id: str, *, page: int, per_page: int) -> str:
    """Return path and query of a page of contacts; `UsageError` where the provider knows no such page."""
    if page < 1:
        raise UsageError(f"page {page} does not exist; pages count from 1")
    if not 1 <= per_page <= MAX_PER_PAGE:
        raise UsageError(f"per_page {per_page} is out of range; the provider takes 1 to {MAX_PER_PAGE}")
    return f"/whatsapp/contacts?session_id={checked_id(session_id)}&page={page}&per_page={per_page}"


def session_path(session_id: str) -> str:
    """Return the path of one session."""
    return f"/whatsapp/sessions/{checked_id(session_id)}"
