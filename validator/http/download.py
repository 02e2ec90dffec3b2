"""Downloads a list from a web server into a folder: encrypted, and only from the server in its URL."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

import anyio
import httpx

from validator.errors import FileError
from validator.http.connection_settings import connection_settings
from validator.http.exchange import certificate_flaw
from validator.http.masking import one_line
from validator.http.network import Network
from validator.http.sending import TRANSIENT_STATUSES
from validator.http.url import DEFAULT_PORTS, is_loopback

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from validator.model import ObjectUrl

    OnProgress = Callable[[int, int], None]

# For each read, not for the whole: the time for a large list is not known, but it must not stall.
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
# The list holds personal data, so only its owner may read it. No link is followed, and no file replaced.
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PRIVATE = 0o600
_MOST_RETRIES = 4
_FIRST_DELAY_S = 0.1  # doubled with each retry
_MOST_REDIRECTS = 5
_MISSING, _FORBIDDEN = frozenset({404, 410}), frozenset({401, 403, 407})


class _TransientStatusError(Exception):
    """The status of the answer may change with another attempt."""


async def download(url: ObjectUrl, folder: Path, on_progress: OnProgress = lambda _came, _size: None) -> Path:
    """Download a list into `folder` under its own name, in pieces, and return the file.

    The URL is https, or http to this machine. A redirect is followed to the same server only. Proxy and
    certificate authorities come from the environment. No credentials are sent.

    Args:
        url: the URL of the list.
        folder: the folder for the copy.
        on_progress: called after each piece with the bytes so far and the total (0 if not known).

    Raises:
        FileError: there is no such list, it may not be read, it is not complete, or the disk is full.
        UsageError: the proxy or the authorities that the environment names cannot be used.
    """
    _require_safe(url)
    path = folder / url.parts[1]
    try:
        with os.fdopen(os.open(path, _NEW, _PRIVATE), "wb") as file:
            await _fetched(url, file, on_progress)
    except OSError as error:
        raise FileError(
            f"{url} cannot be kept in {folder} ({error.strerror}); set TMPDIR to another folder."
        ) from error
    return path


def _require_safe(url: ObjectUrl) -> None:
    parts = urlsplit(url.text)
    if not parts.hostname or not url.parts[1].isprintable() or url.parts[1] in {"", ".", ".."}:
        raise FileError(f"{url} names no object; add its name.")
    if parts.query or parts.username:
        raise FileError(
            f"{url} has a query or a password in its URL, which is not sent; download it and name the file."
        )
    if parts.scheme.lower() == "http" and not is_loopback(parts.hostname):
        raise FileError(
            f"{url} would come unencrypted, and could be changed on the way; use https://, or download it "
            "and name the file."
        )


async def _fetched(url: ObjectUrl, file: BinaryIO, on_progress: OnProgress) -> None:
    """Write the whole list into a file. If the download breaks off, start again, a few times."""
    settings = connection_settings(url.text, Network())
    for retry in range(_MOST_RETRIES + 1):
        file.seek(0)
        file.truncate()
        try:
            async with settings.client(_TIMEOUT) as client, _answer(client, url) as response:
                return await _write(response, file, on_progress)
        except (httpx.TransportError, _TransientStatusError) as error:
            if unproven := certificate_flaw(error):
                raise _unreachable(url, f"{unproven}; trusted is {settings.trust}") from error
            if retry == _MOST_RETRIES:
                raise _unreachable(url, str(error) or type(error).__name__) from error
            await anyio.sleep(_FIRST_DELAY_S * 2**retry)
    return None


@asynccontextmanager
async def _answer(client: httpx.AsyncClient, url: ObjectUrl) -> AsyncIterator[httpx.Response]:
    """Yield the response with the list, after redirects on its server."""
    target = httpx.URL(url.text)
    for _ in range(_MOST_REDIRECTS):
        async with client.stream("GET", target, headers={"Accept-Encoding": "identity"}) as response:
            if response.next_request is None:
                _require_list(url, response)
                yield response
                return
            target = _followed(url, target, response.next_request.url)
    raise _unreachable(url, "it redirects without end")


def _followed(url: ObjectUrl, here: httpx.URL, there: httpx.URL) -> httpx.URL:
    if _origin(here) != _origin(there):
        shown = one_line(f"{there.scheme}://{there.netloc.decode('ascii').rpartition('@')[2]}")
        raise FileError(
            f"{url} redirects to another server ({shown}), which is not followed; download it and name the "
            "file."
        )
    return there


def _origin(url: httpx.URL) -> tuple[str, bytes, int]:
    """Return scheme, host and port (RFC 6454, section 4)."""
    return url.scheme, url.raw_host, url.port or DEFAULT_PORTS.get(url.scheme, 0)


def _require_list(url: ObjectUrl, response: httpx.Response) -> None:
    status = response.status_code
    if status in _MISSING:
        raise FileError(f"{url} does not exist; check its name.")
    if status in _FORBIDDEN:
        raise FileError(f"{url} may not be read without credentials; download it and name the file.")
    if status in TRANSIENT_STATUSES:
        raise _TransientStatusError(f"status {status}")
    if status != httpx.codes.OK:
        raise _unreachable(url, f"status {status}")
    if "content-length" not in response.headers and "transfer-encoding" not in response.headers:
        raise _unreachable(url, "its server does not say where it ends")


async def _write(response: httpx.Response, file: BinaryIO, on_progress: OnProgress) -> None:
    size = int(response.headers.get("content-length", 0))
    async for piece in response.aiter_raw():
        file.write(piece)
        on_progress(file.tell(), size)


def _unreachable(url: ObjectUrl, why: str) -> FileError:
    return FileError(
        f"{url} cannot be fetched ({one_line(why)}); check the URL and the network (SSL_CERT_FILE names the "
        "authorities to trust, HTTPS_PROXY a proxy), and try again."
    )
