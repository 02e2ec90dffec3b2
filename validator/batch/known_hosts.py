"""The host that each key was first used with: a key does not go to another one unasked.

The state folder has one small file a key, named by the key's fingerprint. This machine's own addresses are
neither recorded nor refused: the key does not leave the machine.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from validator.errors import FileError, UsageError
from validator.gateways.registry import capabilities_of
from validator.http.url import checked_base_url, host_of, is_loopback
from validator.tables import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from validator.batch.ask_settings import KeySettings

log = logging.getLogger(__name__)


def host_for(gateway: str, base_url: str | None) -> str:
    """Return host and port that requests of a gateway go to; empty if nothing says it.

    Raises:
        UsageError: the URL cannot be right.
    """
    return host_of(address_for(gateway, base_url))


def address_for(gateway: str, base_url: str | None) -> str:
    """Return the base URL that requests of a gateway go to, checked; empty if nothing says it.

    Raises:
        UsageError: the URL cannot be right.
    """
    capabilities = capabilities_of(gateway)
    if not base_url:
        return capabilities.default_url or ""
    example = capabilities.default_url or "https://gateway.example"
    remedy = f"Give one like {example} (--base-url or {capabilities.url_variable})"
    return checked_base_url(base_url, remedy=remedy)


def required_address(gateway: str, base_url: str | None) -> str:
    """Return the base URL that requests of a gateway go to, checked.

    Raises:
        UsageError: the URL cannot be right, or there is none.
    """
    if not (url := address_for(gateway, base_url)):
        raise capabilities_of(gateway).no_address()
    return url


def require_known_host(key: KeySettings, folder: Path) -> None:
    """See that a key goes to the host that it was first used with, and remember the first in a folder.

    A folder that cannot be used is passed over: there is nothing to compare with.

    Raises:
        UsageError: it is another host, and `key.allow_new_host` is not set.
    """
    host = host_for(key.gateway, key.options.base_url)
    if not host or is_loopback(urlsplit(f"//{host}").hostname or ""):
        return
    path = folder / f"key-{key.options.key.fingerprint}.host"
    first = _read(path)
    if first is None or (first and first == host):
        return
    if first and not key.allow_new_host:
        raise UsageError(
            f"this API key was first used with {first}, and would go to {host} now. If that is meant, say so "
            "once with --allow-new-host; if not, look where the base URL comes from (`validator doctor`)"
        )
    _write(path, host)


def _read(path: Path) -> str | None:
    """Return the host in a file, empty if there is no file; None if the folder cannot be used."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        log.debug("the host of the key cannot be looked up: %s", error)
        return None


def _write(path: Path, host: str) -> None:
    try:
        # Whole or not at all: a file that a crash has emptied would let the key go anywhere.
        with replacing(path) as file:
            file.write(f"{host}\n".encode())
    except FileError as error:
        log.debug("the host of the key cannot be remembered: %s", error)
