"""The host that each key was first used with. A key is not sent to another host without permission.

A host is recorded when it first answers: a misspelled address that nobody has is not the key's host.

The state folder has one small file for each key, named after the key's fingerprint. Loopback addresses are
neither recorded nor refused, since the key does not leave the machine.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import replace

from validator.errors import FileError, UsageError
from validator.gateways.registry import capabilities_of
from validator.http.url import checked_base_url, host_of, is_loopback
from validator.tables import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from validator.batch.ask_settings import KeySettings

log = logging.getLogger(__name__)


def host_for(gateway: str, base_url: str | None) -> str:
    """Return host and port that requests to a gateway go to; empty if neither URL nor default is given.

    Raises:
        UsageError: the URL is not valid.
    """
    return host_of(address_for(gateway, base_url))


def address_for(gateway: str, base_url: str | None, *, setting: str = "") -> str:
    """Return the checked base URL of a gateway; empty if neither URL nor default is given.

    Args:
        gateway: the gateway's name.
        base_url: the URL, or None.
        setting: where the user sets the URL, for messages; by default the option and the variable.

    Raises:
        UsageError: the URL is not valid.
    """
    capabilities = capabilities_of(gateway)
    if not base_url:
        return capabilities.default_url or ""
    return checked_base_url(base_url, remedy=capabilities.url_remedy(setting))


def required_address(gateway: str, base_url: str | None, *, setting: str = "") -> str:
    """Return the checked base URL of a gateway; the arguments are those of `address_for`.

    Raises:
        UsageError: the URL is not valid, or there is none.
    """
    if not (url := address_for(gateway, base_url, setting=setting)):
        raise capabilities_of(gateway).no_address(setting)
    return url


def with_known_host(key: KeySettings, folder: Path) -> KeySettings:
    """Check that a key goes to the host that it was first used with.

    Returns the key. If its host is not known yet, the key's `on_answer` records it in the folder. Does
    nothing if the folder cannot be read, since then there is no host to compare with.

    Raises:
        UsageError: it is another host, and `key.allow_new_host` is not set.
    """
    host = host_for(key.gateway, key.options.base_url)
    if not host or is_loopback(urlsplit(f"//{host}").hostname or ""):
        return key
    path = folder / f"key-{key.options.key.fingerprint}.host"
    first = _read(path)
    if first is None or (first and first == host):
        return key
    if first and not key.allow_new_host:
        raise UsageError(
            f"this API key was first used with {first}, and would go to {host} now. If this is intended, use "
            "--allow-new-host once; if not, look where the base URL comes from (`validator doctor`)"
        )
    return replace(key, options=replace(key.options, on_answer=_Recorder(path, host)))


class _Recorder:
    """Records a host in a file when it is first called."""

    def __init__(self, path: Path, host: str) -> None:
        self._path = path
        self._host = host
        self._is_recorded = False

    def __call__(self) -> None:
        if not self._is_recorded:
            self._is_recorded = True
            _write(self._path, self._host)


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
        # Written as a whole: with a file that a crash has emptied, the key could be sent to any host.
        with replacing(path) as file:
            file.write(f"{host}\n".encode())
    except FileError as error:
        log.debug("the host of the key cannot be remembered: %s", error)
