"""The provider's key: kept in memory, and in the system's keyring if the user wants that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from validator.errors import UsageError
from validator.gateways.registry import DEFAULT_GATEWAY, capabilities_of

if TYPE_CHECKING:
    from validator.http.api_key import ApiKey

SERVICE = "recipient-validator"


class Keyring(Protocol):
    """The system's keyring; the interface of the package `keyring`."""

    def get_password(self, service: str, name: str) -> str | None: ...  # noqa: D102

    def set_password(self, service: str, name: str, text: str) -> None: ...  # noqa: D102

    def delete_password(self, service: str, name: str) -> None: ...  # noqa: D102


class KeyHolder:
    """Holds the key, which is never shown.

    Args:
        given: the key that the page was started with; None to look for one in the keyring.
        keyring: the system's keyring, which keeps a key for each gateway.
        gateway: the name of the key's gateway.
    """

    def __init__(self, given: ApiKey | None, keyring: Keyring, gateway: str = DEFAULT_GATEWAY) -> None:
        self._keyring = keyring
        self._gateway = gateway
        self.key = given or self._kept()
        self.where = _where(self.key, given)

    def enter(self, text: str, *, keep: bool) -> None:
        """Use a key, and store it in the system's keyring if `keep` is set.

        Raises:
            UsageError: the key is malformed, or the keyring cannot store it.
        """
        key = capabilities_of(self._gateway).parse_key(text.strip())
        self.key, self.where = key, "entered here, kept until the page ends"
        if keep:
            self._keep(key)
            self.where = "kept in the system's keyring"

    def forget(self) -> None:
        """Delete the key here and in the keyring."""
        if self._kept() is not None:
            self._keyring.delete_password(SERVICE, self._gateway)
        self.key, self.where = None, ""

    def required(self) -> ApiKey:
        """Return the key.

        Raises:
            UsageError: there is none.
        """
        if self.key is None:
            raise UsageError("there is no API key yet; enter it under Key, on the first page")
        return self.key

    def _keep(self, key: ApiKey) -> None:
        try:
            self._keyring.set_password(SERVICE, self._gateway, key.reveal())
        except Exception as error:  # each backend has errors of its own
            raise UsageError(
                "the system's keyring does not take the key, so it is held until the page ends; unlock the "
                "keyring and enter the key again to keep it"
            ) from error

    def _kept(self) -> ApiKey | None:
        try:
            text = self._keyring.get_password(SERVICE, self._gateway)
            return capabilities_of(self._gateway).parse_key(text) if text else None
        except Exception:  # noqa: BLE001 - as above; without a keyring there is no stored key
            return None


def _where(key: ApiKey | None, given: ApiKey | None) -> str:
    if key is None:
        return ""
    return "kept in the system's keyring" if given is None else "given when the page was started"
