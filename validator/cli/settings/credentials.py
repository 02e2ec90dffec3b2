"""Makes keys from options, key files and environment variables."""

from __future__ import annotations

import os
import resource
import stat
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.batch.ask_settings import KeySettings
from validator.batch.known_hosts import required_address
from validator.cli.process.standard_streams import say
from validator.cli.settings.encodings import decoded
from validator.errors import UsageError
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import DEFAULT_GATEWAY, capabilities_of
from validator.http.network import Network

if TYPE_CHECKING:
    from pathlib import Path

    from validator.http.api_key import ApiKey
    from validator.settings import Rate

# More than the longest key with line ends; a device such as /dev/zero has no end.
_MOST_KEY_BYTES = 10_000

KEY_FILE_OPTION = "--api-key-file"


class ProviderOptions(Struct, frozen=True, kw_only=True):
    """The options for the provider and the key; `options.shared_options` explains each of them."""

    gateway: str = DEFAULT_GATEWAY
    api_key_file: Path | None
    base_url: str | None
    allow_new_host: bool = False
    proxy: str | None = None
    ca_file: Path | None = None
    timeout: float
    rate: Rate

    @property
    def network(self) -> Network:
        """The proxy and the certificate authorities that the options name."""
        return Network(proxy=self.proxy, ca_file=self.ca_file)

    def key_settings(self, sessions: tuple[str, ...] = (), *, daily_cap: int | None = None) -> KeySettings:
        """Return the key that the options name.

        Raises:
            UsageError: there is no key, it is malformed, or its file cannot be read.
        """
        options = GatewayOptions(
            key=read_key(self.api_key_file, self.gateway),
            base_url=self.base_url,
            timeout_s=self.timeout,
            network=self.network,
        )
        if not self.base_url:
            required_address(self.gateway, None)
        return KeySettings(
            options=options,
            gateway=self.gateway,
            sessions=sessions,
            rate=self.rate,
            daily_cap=daily_cap,
            allow_new_host=self.allow_new_host,
        )


def read_key(path: Path | None, gateway: str = DEFAULT_GATEWAY) -> ApiKey:
    """Return the key from a file, or without a file from the gateway's environment variable.

    Raises:
        UsageError: there is no key, it is malformed, or its file cannot be read.
    """
    capabilities = capabilities_of(gateway)
    text, variable = key_text(path, capabilities.key_variable), capabilities.key_variable
    if path is None and not text:
        raise UsageError(f"no API key; set {variable}, or name a file that holds it with --api-key-file")
    try:
        return capabilities.parse_key(text)
    except UsageError as flaw:
        step = (
            f"set {variable}, or name a file that holds it"
            if path is None
            else f"correct the file {path}, or name another"
        )
        raise UsageError(f"{flaw} ({step} with --api-key-file)") from None


def key_text(path: Path | None, variable: str, *, option: str = KEY_FILE_OPTION) -> str:
    """Return the text of a key file, or without a file the value of a variable.

    Disables core dumps of this process, since a dump would contain the key.

    Args:
        path: the file, or None.
        variable: the environment variable to read without a file.
        option: the option that names the file, for messages.

    Raises:
        UsageError: the file cannot be read, or is larger than a key.
    """
    _leave_no_core_dump()
    return os.environ.get(variable, "") if path is None else _key_in_file(path, option)


def _leave_no_core_dump() -> None:
    """Disable core dumps: a dump would contain the key and people's numbers."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _key_in_file(path: Path, option: str) -> str:
    """Return the text of a key file; prints a warning if other users may read it."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_KEY_BYTES + 1)
        warning = key_file_warning(path)
    except OSError as error:
        raise UsageError(
            f"the key file {path} cannot be read ({error.strerror}); name the right one with {option}"
        ) from error
    if len(content) > _MOST_KEY_BYTES:
        raise UsageError(f"the key file {path} holds more than a key; name one with the key and nothing else")
    try:
        text = decoded(content)
    except UnicodeDecodeError:
        # Neither quoted nor chained, since the error contains the key's bytes.
        raise UsageError(
            f"the key file {path} is not a text file; name one with the key and nothing else"
        ) from None
    if warning:
        say(warning)
    return text


def key_file_warning(path: Path) -> str:
    """Return a warning about the permissions of a key file, with the remedy; empty if they are right."""
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    if not is_open_to_others(mode, owner=found.st_uid, reader=os.geteuid()):
        return ""
    return f"the key file {path} is open to others (mode {mode:04o}); chmod 600 {path}"


def is_open_to_others(mode: int, *, owner: int, reader: int) -> bool:
    """Whether users other than the reader and root can read or change a secret in a file of this mode.

    systemd and Kubernetes provide secrets in files that belong to root. The service may read them by its
    group or by an access list, and the group's bits show the list's mask. So the group may read such a file.
    """
    given_by_root = owner == 0 != reader
    return bool(mode & ((stat.S_IWGRP if given_by_root else stat.S_IRWXG) | stat.S_IRWXO))


def require_sessions(sessions: tuple[str, ...], gateway: str = DEFAULT_GATEWAY) -> tuple[str, ...]:
    """Return the given sessions, or the gateway's default session; `UsageError` if there is neither."""
    capabilities = capabilities_of(gateway)
    if sessions or capabilities.default_session:
        return sessions or (capabilities.default_session,)
    listed = " (`validator sessions` lists those of the key)" if capabilities.lists_sessions else ""
    raise UsageError(
        f"no session to check through; name one with --session or {capabilities.session_variable}{listed}"
    )


def require_offered(gateway: str, *, offers: str, what: str) -> None:
    """Raise `UsageError` if a gateway does not offer the function that a command needs.

    Args:
        gateway: the gateway's name.
        offers: the field of `Capabilities` for the function.
        what: the end of the message after the gateway's title, for example "lists no sessions".
    """
    capabilities = capabilities_of(gateway)
    if not getattr(capabilities, offers):
        raise UsageError(f"{capabilities.title} {what}; `validator gateways` shows what each can do")
